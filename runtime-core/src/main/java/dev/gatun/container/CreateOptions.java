package dev.gatun.container;

import java.nio.file.Path;
import java.util.Optional;

/**
 * How a container is created, beside what its bundle says.
 *
 * @param consoleSocket where its terminal is sent; empty if the caller carries it, or there is none
 * @param pidFile where its first process's id is written
 * @param preservedDescriptors how many of the caller's descriptors from 3 on it inherits
 * @param monitor whether a small process stays that records its exit status
 * @param streams what its standard streams are
 */
public record CreateOptions(
        Optional<Path> consoleSocket,
        Optional<Path> pidFile,
        int preservedDescriptors,
        boolean monitor,
        StandardStreams streams) {
    /** Nothing special. */
    public static final CreateOptions NONE =
            new CreateOptions(Optional.empty(), Optional.empty(), 0, false, StandardStreams.CALLERS);
}
