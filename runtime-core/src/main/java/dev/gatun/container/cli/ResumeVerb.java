package dev.gatun.container.cli;

import static dev.gatun.container.cli.Command.parameter;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

final class ResumeVerb implements Verb {
    @Override
    public String name() {
        return "resume";
    }

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage().description("Let the processes of a paused container go on.");
        spec.addPositional(parameter(0, "ID", "The container."));
    }

    @Override
    public int run(ParseResult args, Session session) {
        session.groups().resume(CreateArguments.id(args));
        return 0;
    }
}
