package dev.gatun.container;

import dev.gatun.linux.Arch;
import dev.gatun.program.Image;
import dev.gatun.program.Program;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;

/** A program that is kept as an executable. */
public final class ProgramFile {
    private static final String EXECUTABLE = "rwxr-xr-x";

    private ProgramFile() {}

    /** Writes it; it is there whole or not at all. */
    public static void write(Program program, Arch arch, Path file) {
        Path folder = file.toAbsolutePath().getParent();
        try {
            Path temporary = Files.createTempFile(folder, ".gatun-", ".new");
            try {
                Files.write(temporary, Image.of(program, arch).bytes());
                Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString(EXECUTABLE));
                Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(temporary);
            }
        } catch (FileSystemException e) {
            String reason = e.getReason() == null ? e.getClass().getSimpleName() : e.getReason();
            throw new ContainerException("write " + file + ": " + reason, e);
        } catch (IOException e) {
            throw new ContainerException("write " + file + ": " + e.getMessage(), e);
        }
    }
}
