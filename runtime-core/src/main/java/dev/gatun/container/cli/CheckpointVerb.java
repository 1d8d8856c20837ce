package dev.gatun.container.cli;

import dev.gatun.container.Checkpoints;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

final class CheckpointVerb implements Verb {
    @Override
    public String name() {
        return "checkpoint";
    }

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage().description("Keep a running container in files, with CRIU.");
        CriuFlags.declare(spec);
        CriuFlags.declareCheckpoint(spec);
    }

    @Override
    public int run(ParseResult args, Session session) {
        new Checkpoints(session.kernel(), session.state(), session.containers())
                .checkpoint(CreateArguments.id(args), CriuFlags.options(args));
        return 0;
    }
}
