package dev.gatun.container.cli;

import static dev.gatun.container.cli.Command.flag;

import dev.gatun.container.Bundle;
import dev.gatun.container.Containers;
import dev.gatun.container.CreateOptions;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

final class RunVerb implements Verb {
    @Override
    public String name() {
        return "run";
    }

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage()
                .description("Create and start a container, and wait for it; the exit status is the container's.");
        CreateArguments.declare(spec);
        spec.addOption(flag("Leave the container to itself once it runs.", "-d", "--detach"));
        spec.addOption(flag("Keep the container's state when it has ended.", "--keep"));
        spec.addOption(flag("Accepted for runc's callers.", "--no-subreaper"));
    }

    @Override
    public int run(ParseResult args, Session session) {
        SocketActivation sockets = SocketActivation.of(session.environment());
        Bundle bundle = CreateArguments.bundle(args, sockets);
        boolean detach = args.hasMatchedOption("--detach");
        boolean terminal = bundle.spec().startableProcess().terminal();
        CreateOptions options = CreateArguments.options(args, session, terminal, detach, sockets.count());
        Containers containers = session.containers();
        Containers.Created created = containers.run(CreateArguments.id(args), bundle, options);
        if (detach) {
            containers.awaitReadiness(created);
        } else {
            containers.accompany(created, !args.hasMatchedOption("--keep"));
        }
        return 0;
    }
}
