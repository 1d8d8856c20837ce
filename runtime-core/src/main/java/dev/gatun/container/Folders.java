package dev.gatun.container;

import java.nio.file.Path;
import java.util.Map;

/**
 * Where Gatun keeps things.
 *
 * @param run what is gone when the machine restarts: the state of containers
 * @param lib what stays
 */
public record Folders(Path run, Path lib) {
    /** The usual places, or two folders in {@code GATUN_ROOT} if that variable is set. */
    public static Folders of(Map<String, String> environment) {
        String root = environment.getOrDefault("GATUN_ROOT", "");
        return root.isEmpty()
                ? new Folders(Path.of("/run/gatun"), Path.of("/var/lib/gatun"))
                : new Folders(
                        Path.of(root, "run").toAbsolutePath(),
                        Path.of(root, "lib").toAbsolutePath());
    }

    /** The folder of the containers' state. */
    public Path containers() {
        return run.resolve("containers");
    }

    /** The folder of the bundles that Gatun makes itself. */
    public Path bundles() {
        return lib.resolve("bundles");
    }
}
