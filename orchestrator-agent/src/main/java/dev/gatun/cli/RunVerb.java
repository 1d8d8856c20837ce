package dev.gatun.cli;

import static dev.gatun.container.cli.Command.flag;
import static dev.gatun.container.cli.Command.text;

import dev.gatun.cli.image.WantedImage;
import dev.gatun.container.ContainerException;
import dev.gatun.container.ContainerId;
import dev.gatun.container.Containers;
import dev.gatun.container.IdMaps;
import dev.gatun.container.RootSource;
import dev.gatun.container.cli.Session;
import dev.gatun.container.cli.Verb;
import dev.gatun.engine.Defaults;
import dev.gatun.engine.IdRanges;
import dev.gatun.engine.ImageContainer;
import dev.gatun.linux.Errno;
import dev.gatun.oci.RuntimeSpec;
import dev.gatun.program.Failure;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** Runs a command in a new container. */
final class RunVerb implements Verb {
    private static final int FAILED = 125;
    private static final int NOT_EXECUTABLE = 126;
    private static final int NOT_FOUND = 127;

    @Override
    public String name() {
        return "run";
    }

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage()
                .description("Run a command in a container of its own; the exit status is the command's.")
                .footer(
                        "",
                        "Try:",
                        "  gatun run --rm -it host sh          a shell in which nothing can be broken",
                        "  gatun run --rm host ps aux          what a process sees in its own namespaces",
                        "  gatun run --rm -v ./data:/data:ro ./rootfs ls /data");
        RunArguments.declare(spec);
        spec.addOption(text("NAME", "The container's name, for gatun-oci and its verbs.", "--name"));
        spec.addOption(flag("Forget the container when it has ended.", "--rm"));
        spec.addOption(flag("Leave it to itself and print its name; its output is not kept.", "-d", "--detach"));
    }

    @Override
    public int run(ParseResult args, Session session) {
        var arguments = new RunArguments(args);
        String name = args.matchedOptionValue("--name", "");
        ContainerId id = name.isEmpty() ? RunArguments.randomId() : new ContainerId(name);
        boolean detach = args.hasMatchedOption("--detach");
        if (detach && arguments.terminal()) {
            throw new ContainerException(
                    "-d and -t: nobody would carry the terminal of a container that is left alone");
        }
        if (detach && args.hasMatchedOption("--rm")) {
            throw new ContainerException("-d and --rm: nobody would be there to remove the container when it has ended;"
                    + " \"gatun-oci delete\" does it");
        }
        Containers containers = session.containers();
        Optional<String> image = arguments.image();
        Containers.Created created;
        try (IdRanges.Taken ids = UserNamespaceArguments.take(args, session)) {
            Starter starter = (root, defaults) -> {
                RuntimeSpec spec = arguments.spec(session.kernel(), id, root, defaults, ids.ids());
                return containers.run(id, spec, root, arguments.options(detach, id));
            };
            created = image.isPresent()
                    ? ofImage(new WantedImage(args, session, image.get()), id, ids.ids(), starter)
                    : arguments.onFolder(session, ids.ids(), root -> starter.start(root, Defaults.OF_A_FOLDER));
        }
        if (detach) {
            session.out().println(id);
            containers.awaitReadiness(created);
        } else {
            containers.accompany(created, args.hasMatchedOption("--rm"));
        }
        return 0;
    }

    private static Containers.Created ofImage(WantedImage image, ContainerId id, IdMaps ids, Starter starter) {
        Containers.Created created;
        try (ImageContainer container = image.prepare(id, ids)) {
            created = starter.start(container.root(), container.defaults());
            container.handOver();
        }
        // now that the container runs, there is time
        image.sweep();
        return created;
    }

    /** Starts the container on a root. */
    private interface Starter {
        Containers.Created start(RootSource root, Defaults defaults);
    }

    /** As podman and Docker: 127 for a command that is not there, 126 for one that cannot be executed. */
    @Override
    public int failureStatus(RuntimeException failure) {
        Optional<Failure> op = failure instanceof ContainerException container ? container.failure() : Optional.empty();
        if (op.isEmpty() || !op.get().purpose().startsWith("exec: ")) {
            return FAILED;
        }
        return op.get().is(Errno.ENOENT) ? NOT_FOUND : NOT_EXECUTABLE;
    }
}
