package dev.gatun.container.cli;

import static dev.gatun.container.cli.Command.parameter;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

final class StartVerb implements Verb {
    @Override
    public String name() {
        return "start";
    }

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage().description("Execute the command of a created container.");
        spec.addPositional(parameter(0, "ID", "The container."));
    }

    @Override
    public int run(ParseResult args, Session session) {
        session.containers().start(CreateArguments.id(args));
        return 0;
    }
}
