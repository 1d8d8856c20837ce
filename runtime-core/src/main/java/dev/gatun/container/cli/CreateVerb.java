package dev.gatun.container.cli;

import dev.gatun.container.Bundle;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

final class CreateVerb implements Verb {
    @Override
    public String name() {
        return "create";
    }

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage()
                .description("Create a container from a bundle; its command waits until \"start\" is called.");
        CreateArguments.declare(spec);
    }

    @Override
    public int run(ParseResult args, Session session) {
        SocketActivation sockets = SocketActivation.of(session.environment());
        Bundle bundle = CreateArguments.bundle(args, sockets);
        boolean terminal = bundle.spec().processOrIdle().terminal();
        session.containers()
                .create(
                        CreateArguments.id(args),
                        bundle,
                        CreateArguments.options(args, session, terminal, true, sockets.count()));
        return 0;
    }
}
