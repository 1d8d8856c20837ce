package dev.gatun.container.cli;

import static dev.gatun.container.cli.Command.flag;
import static dev.gatun.container.cli.Command.parameter;

import dev.gatun.container.Signals;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

final class KillVerb implements Verb {
    @Override
    public String name() {
        return "kill";
    }

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage().description("Send a signal to the first process of a container; TERM if none is given.");
        spec.addOption(flag("Send it to all processes of the container.", "-a", "--all"));
        spec.addPositional(parameter(0, "ID", "The container."));
        spec.addPositional(PositionalParamSpec.builder()
                .index("1")
                .type(String.class)
                .arity("0..1")
                .paramLabel("SIGNAL")
                .description("A name such as KILL or SIGKILL, or a number.")
                .build());
    }

    @Override
    public int run(ParseResult args, Session session) {
        int signal = Signals.parse(args.matchedPositionalValue(1, "TERM"));
        if (args.hasMatchedOption("--all")) {
            session.containers().killAll(CreateArguments.id(args), signal);
        } else {
            session.containers().kill(CreateArguments.id(args), signal);
        }
        return 0;
    }
}
