package dev.gatun.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A root file system with a shell and little else: busybox under the names that tests use.
 *
 * @param folder where it is
 */
record Rootfs(Path folder) {
    private static final Path BUSYBOX = Path.of("/bin/busybox");
    private static final List<String> COMMANDS = List.of(
            "sh",
            "cat",
            "dd",
            "echo",
            "env",
            "false",
            "head",
            "hostname",
            "id",
            "kill",
            "ls",
            "pwd",
            "sleep",
            "stty",
            "touch",
            "true",
            "tty",
            "wc",
            "yes");

    /** Makes one in a new folder. */
    static Rootfs in(Path folder) {
        try {
            Path bin = Files.createDirectories(folder.resolve("bin"));
            Files.copy(BUSYBOX, bin.resolve("busybox"));
            for (String command : COMMANDS) {
                Files.createSymbolicLink(bin.resolve(command), Path.of("busybox"));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Rootfs(folder);
    }

    /** Adds or replaces a file. */
    Rootfs with(String path, String content) {
        try {
            Path file = folder.resolve(path);
            Files.createDirectories(file.getParent());
            Files.writeString(file, content);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return folder.toString();
    }
}
