package dev.gatun.container.cli;

import static dev.gatun.container.cli.Command.flag;
import static dev.gatun.container.cli.Command.parameter;
import static dev.gatun.container.cli.Command.text;

import dev.gatun.container.Bundle;
import dev.gatun.container.ContainerException;
import dev.gatun.container.ContainerId;
import dev.gatun.container.CreateOptions;
import dev.gatun.container.StandardStreams;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** The arguments that {@code create} and {@code run} have in common. */
final class CreateArguments {
    private CreateArguments() {}

    static void declare(CommandSpec spec) {
        spec.addOption(text("DIR", "The bundle; the current folder if not given.", "-b", "--bundle"));
        declareProcess(spec);
        spec.addOption(flag("Leave it the caller's session keyring.", "--no-new-keyring"));
        spec.addOption(flag(
                "Enter the root without pivot_root(2), which an initramfs does not allow; less safe.", "--no-pivot"));
        spec.addPositional(parameter(0, "ID", "The container's name, unique on this machine."));
    }

    /** Those that {@code exec} has, too. */
    static void declareProcess(CommandSpec spec) {
        spec.addOption(text("SOCKET", "Send the terminal's other end to this Unix socket.", "--console-socket"));
        spec.addOption(text("SOCKET", "Send a descriptor of the process to this Unix socket.", "--pidfd-socket"));
        spec.addOption(text("FILE", "Write the process id to this file.", "--pid-file"));
        spec.addOption(text("N", "Pass on N descriptors behind the standard three.", "--preserve-fds"));
    }

    static ContainerId id(ParseResult args) {
        return new ContainerId(args.matchedPositionalValue(0, ""));
    }

    static Bundle bundle(ParseResult args, SocketActivation sockets) {
        return sockets.tell(Bundle.read(Path.of(args.matchedOptionValue("--bundle", ""))));
    }

    /**
     * Checks what goes together with a terminal, and sums up the options.
     *
     * @param sockets how many descriptors it inherits before those of {@code --preserve-fds}
     */
    static CreateOptions options(ParseResult args, Session session, boolean terminal, boolean detached, int sockets) {
        Optional<Path> console = path(args, "--console-socket");
        if (console.isPresent() && !terminal) {
            throw new ContainerException("--console-socket: the process has no terminal (process.terminal is false)");
        }
        if (console.isPresent() && !detached) {
            throw new ContainerException("--console-socket: it goes with --detach only");
        }
        if (console.isEmpty() && terminal && detached) {
            throw new ContainerException("a detached process with a terminal needs --console-socket to send it to");
        }
        return new CreateOptions(
                console,
                path(args, "--pid-file"),
                path(args, "--pidfd-socket"),
                sockets + preserved(args),
                false,
                StandardStreams.CALLERS,
                !args.hasMatchedOption("--no-pivot"),
                args.hasMatchedOption("--no-new-keyring")
                        ? Optional.empty()
                        : Optional.of(CreateOptions.keyringOf(id(args))),
                session.systemdGroups());
    }

    private static Optional<Path> path(ParseResult args, String option) {
        String value = args.matchedOptionValue(option, "");
        return value.isEmpty() ? Optional.empty() : Optional.of(Path.of(value));
    }

    private static int preserved(ParseResult args) {
        String value = args.matchedOptionValue("--preserve-fds", "0");
        try {
            int count = Integer.parseInt(value);
            if (count >= 0) {
                return count;
            }
        } catch (NumberFormatException wrong) {
            throw new ContainerException("--preserve-fds: \"" + value + "\" is not a number", wrong);
        }
        throw new ContainerException("--preserve-fds: " + value + " is negative");
    }
}
