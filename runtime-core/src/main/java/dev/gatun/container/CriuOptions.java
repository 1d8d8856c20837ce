package dev.gatun.container;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * How a container is checkpointed or restored.
 *
 * @param images the folder of the images
 * @param work where CRIU writes its log; the folder of the images if empty
 * @param parent the folder of an earlier checkpoint, relative to {@code images}, of which only the changes are kept
 * @param preDump whether memory alone is written, and the container goes on
 * @param leaveRunning whether the container goes on behind a checkpoint
 * @param flags what is passed on to CRIU as it is (criu(8))
 */
public record CriuOptions(
        Path images,
        Optional<Path> work,
        Optional<String> parent,
        boolean preDump,
        boolean leaveRunning,
        List<String> flags) {
    public CriuOptions {
        flags = List.copyOf(flags);
        if (parent.isPresent() && parent.get().startsWith("/")) {
            throw new ContainerException("--parent-path must be relative: " + parent.get());
        }
    }

    /** Where CRIU writes its log. */
    Path log(String name) {
        return work.orElse(images).resolve(name);
    }
}
