package dev.gatun.container.cli;

import dev.gatun.container.ContainerException;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/**
 * Verbs that are typed behind a common word: {@code image prune}.
 *
 * @param name the word
 * @param status the exit status if none of them is named
 */
public record VerbGroup(String name, String description, List<Verb> verbs, int status) implements Verb {
    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage().description(description).synopsisSubcommandLabel("COMMAND");
        for (Verb verb : verbs) {
            spec.addSubcommand(verb.name(), Command.declared(verb));
        }
    }

    @Override
    public int run(ParseResult args, Session session) {
        if (!args.hasSubcommand()) {
            throw new ContainerException(name + ": which one? See \"" + name + " --help\"");
        }
        ParseResult chosen = args.subcommand();
        for (Verb verb : verbs) {
            if (verb.name().equals(chosen.commandSpec().name())) {
                return verb.run(chosen, session);
            }
        }
        throw new IllegalStateException(chosen.commandSpec().name() + " was declared by nobody");
    }

    @Override
    public int failureStatus(RuntimeException failure) {
        return status;
    }
}
