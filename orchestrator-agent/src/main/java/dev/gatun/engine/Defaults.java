package dev.gatun.engine;

import dev.gatun.oci.Mount;
import java.util.List;
import java.util.Map;

/**
 * How a container is run if its user does not say otherwise.
 *
 * @param entrypoint what the command's words are arguments of; may be empty
 * @param command may be empty, too
 * @param environment {@code NAME=value}
 * @param user empty for root
 * @param workingFolder a path in the container
 * @param annotations what is known about it later
 * @param volumes what is mounted in any case
 */
public record Defaults(
        List<String> entrypoint,
        List<String> command,
        List<String> environment,
        String user,
        String workingFolder,
        Map<String, String> annotations,
        List<Mount> volumes) {
    /** Of a root that is no image's. */
    public static final Defaults OF_A_FOLDER =
            new Defaults(List.of(), List.of("sh"), List.of(), "", "/", Map.of(), List.of());
}
