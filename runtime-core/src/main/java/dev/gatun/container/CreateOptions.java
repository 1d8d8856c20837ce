package dev.gatun.container;

import java.nio.file.Path;
import java.util.Optional;

/**
 * How a container is created or a process added, beside what the configuration says.
 *
 * @param consoleSocket where its terminal is sent; empty if the caller carries it, or there is none
 * @param pidFile where its first process's id is written
 * @param pidfdSocket where a descriptor of its first process is sent
 * @param preservedDescriptors how many of the caller's descriptors from 3 on it inherits
 * @param monitor whether a small process stays that records its exit status
 * @param streams what its standard streams are
 * @param pivots whether the root is entered by pivot_root(2), as it should be wherever the host's root allows it
 * @param keyring the name of a session keyring of its own; empty leaves it the caller's
 * @param systemd whether its control group is a scope that systemd is asked for
 */
public record CreateOptions(
        Optional<Path> consoleSocket,
        Optional<Path> pidFile,
        Optional<Path> pidfdSocket,
        int preservedDescriptors,
        boolean monitor,
        StandardStreams streams,
        boolean pivots,
        Optional<String> keyring,
        boolean systemd) {
    /** Nothing special. */
    public static final CreateOptions NONE = new CreateOptions(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            0,
            false,
            StandardStreams.CALLERS,
            true,
            Optional.empty(),
            false);

    /** The name of a container's session keyring: the one that runc gives it. */
    public static String keyringOf(ContainerId id) {
        return "_ses." + id.value();
    }
}
