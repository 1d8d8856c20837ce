package dev.gatun.container.cli;

import static dev.gatun.container.cli.Command.parameter;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

final class StateVerb implements Verb {
    @Override
    public String name() {
        return "state";
    }

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage().description("Print the state of a container as JSON.");
        spec.addPositional(parameter(0, "ID", "The container."));
    }

    @Override
    public int run(ParseResult args, Session session) {
        session.out().println(session.state().get(CreateArguments.id(args)).toJson("  "));
        return 0;
    }

    @Override
    public boolean needsKernel() {
        return false;
    }
}
