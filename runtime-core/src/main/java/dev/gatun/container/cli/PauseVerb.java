package dev.gatun.container.cli;

import static dev.gatun.container.cli.Command.parameter;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

final class PauseVerb implements Verb {
    @Override
    public String name() {
        return "pause";
    }

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage().description("Stop all processes of a container until it is resumed.");
        spec.addPositional(parameter(0, "ID", "The container."));
    }

    @Override
    public int run(ParseResult args, Session session) {
        session.groups().pause(CreateArguments.id(args));
        return 0;
    }
}
