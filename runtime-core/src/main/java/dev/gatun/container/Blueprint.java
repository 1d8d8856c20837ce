package dev.gatun.container;

import dev.gatun.linux.Kernel;
import dev.gatun.program.Image;
import dev.gatun.program.Listing;
import dev.gatun.program.Program;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * The program that starts a bundle with no Java at hand: to be read, or to be kept as an executable.
 *
 * <p>It ends as the container does; errors go to standard error.
 */
public final class Blueprint {
    private static final String EXECUTABLE = "rwxr-xr-x";

    private final Kernel kernel;
    private final Program program;

    public Blueprint(Kernel kernel, Bundle bundle) {
        this.kernel = kernel;
        try (var view = new RootDirectory(kernel, bundle.root().folder())) {
            program = ContainerProgram.compile(
                    bundle.spec(),
                    bundle.folder(),
                    bundle.root(),
                    view,
                    new JoinOrder(kernel).of(bundle.spec().linux().namespaces()),
                    new ContainerProgram.Surroundings.Alone());
        }
    }

    /** The program in words. */
    public Listing listing() {
        return new Listing(program);
    }

    /** Writes the program as an executable file, which is there whole or not at all. */
    public void writeTo(Path file) {
        Path folder = file.toAbsolutePath().getParent();
        try {
            Path temporary = Files.createTempFile(folder, ".gatun-", ".new");
            try {
                Files.write(temporary, Image.of(program, kernel.arch()).bytes());
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
