package dev.gatun.container;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Programs of the host that Gatun calls for help. */
public final class HostProgram {
    private static final String USUAL_FOLDER = "/usr/bin";

    private HostProgram() {}

    /** Where a program is that this process may execute: in a folder of {@code $PATH}, or in the usual one. */
    public static Optional<Path> find(String name) {
        String path = System.getenv("PATH");
        for (String folder : (path == null ? USUAL_FOLDER : path + ":" + USUAL_FOLDER).split(":", -1)) {
            Path file = Path.of(folder, name);
            if (folder.startsWith("/") && Files.isExecutable(file)) {
                return Optional.of(file);
            }
        }
        return Optional.empty();
    }
}
