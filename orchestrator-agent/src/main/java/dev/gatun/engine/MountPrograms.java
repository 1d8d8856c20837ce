package dev.gatun.engine;

import dev.gatun.container.HostProgram;
import dev.gatun.container.MountProgram;
import dev.gatun.image.ImageException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** Finds what lays layers over each other for a user, where the kernel does not do it without root: fuse-overlayfs(1). */
final class MountPrograms {
    /** Names one that is used always, as {@code mount_program} of containers-storage.conf(5). */
    private static final String VARIABLE = "GATUN_MOUNT_PROGRAM";

    private static final String USUAL = "fuse-overlayfs";
    private static final Path DEVICE = Path.of("/dev/fuse");

    private MountPrograms() {}

    static Optional<MountProgram> of(Map<String, String> environment) {
        String wanted = environment.getOrDefault(VARIABLE, "");
        if (wanted.isEmpty()) {
            boolean usable = Files.isReadable(DEVICE) && Files.isWritable(DEVICE);
            return usable ? HostProgram.find(USUAL).map(file -> new MountProgram(file, false)) : Optional.empty();
        }
        if (!Files.isExecutable(Path.of(wanted))) {
            throw new ImageException(
                    VARIABLE + ": " + wanted + " is no program; install fuse-overlayfs, or name it by its whole path");
        }
        return Optional.of(new MountProgram(Path.of(wanted), true));
    }
}
