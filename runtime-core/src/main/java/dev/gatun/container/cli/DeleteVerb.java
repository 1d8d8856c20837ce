package dev.gatun.container.cli;

import static dev.gatun.container.cli.Command.flag;
import static dev.gatun.container.cli.Command.parameter;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

final class DeleteVerb implements Verb {
    @Override
    public String name() {
        return "delete";
    }

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage().description("Remove a container that has stopped or was never started.");
        spec.addOption(flag("Remove a running container, too; no error if there is none.", "-f", "--force"));
        spec.addPositional(parameter(0, "ID", "The container."));
    }

    @Override
    public int run(ParseResult args, Session session) {
        session.containers().delete(CreateArguments.id(args), args.hasMatchedOption("--force"));
        return 0;
    }
}
