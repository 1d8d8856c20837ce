package dev.gatun.container;

import dev.gatun.linux.Block;
import dev.gatun.linux.Errno;
import dev.gatun.linux.Fcntl;
import dev.gatun.linux.Fd;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.Kernel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** The folder that becomes a container's root, looked at from outside: nothing in it leads out of it. */
final class RootDirectory implements RootView, AutoCloseable {
    private static final int MAX_LINKS = 40;
    private static final int MAX_FILE_SIZE = 1 << 20;
    private static final int PATH_MAX = 4096;

    private final Kernel kernel;
    private final Fd root;

    RootDirectory(Kernel kernel, Path folder) {
        this.kernel = kernel;
        this.root = new Fd(
                kernel,
                kernel.call(FileCalls.openat(
                        FileCalls.CURRENT_DIRECTORY,
                        folder.toString(),
                        Fcntl.O_PATH | Fcntl.O_DIRECTORY | Fcntl.O_NOFOLLOW | Fcntl.O_CLOEXEC,
                        0)),
                "rootfs");
    }

    @Override
    public String resolve(String path) {
        long plain = kernel.attempt(FileCalls.openat2(
                root,
                relative(path),
                Fcntl.O_PATH | Fcntl.O_CLOEXEC,
                0,
                Fcntl.RESOLVE_IN_ROOT | Fcntl.RESOLVE_NO_SYMLINKS));
        if (plain >= 0) {
            new Fd(kernel, plain, "path").close();
        }
        return plain == -Errno.ELOOP.number() ? walk(path) : path;
    }

    /** Resolves one component after the other; each link is read without following anything. */
    private String walk(String path) {
        Deque<String> rest = new ArrayDeque<>(List.of(path.split("/", -1)));
        List<String> done = new ArrayList<>();
        int links = 0;
        while (!rest.isEmpty()) {
            String component = rest.pop();
            if (component.isEmpty() || component.equals(".")) {
                continue;
            }
            if (component.equals("..")) {
                climb(done, path);
                continue;
            }
            done.add(component);
            String target = readLink(done);
            if (target.isEmpty()) {
                continue;
            }
            if (++links > MAX_LINKS) {
                throw new ContainerException(
                        path + ": more than " + MAX_LINKS + " symbolic links in the root file system");
            }
            done.removeLast();
            if (target.startsWith("/")) {
                done.clear();
            }
            String[] parts = target.split("/", -1);
            for (int i = parts.length - 1; i >= 0; i--) {
                rest.push(parts[i]);
            }
        }
        return "/" + String.join("/", done);
    }

    private static void climb(List<String> done, String path) {
        if (done.isEmpty()) {
            throw new ContainerException(path
                    + ": a symbolic link on this path leads out of the root file system; remove it from the image");
        }
        done.removeLast();
    }

    /** The target of the link that the components name, or an empty string if they name no link. */
    private String readLink(List<String> components) {
        var buffer = Block.buffer(PATH_MAX, "&target");
        long length = kernel.attempt(FileCalls.readlinkat(root, String.join("/", components), buffer));
        return length < 0 ? "" : new String(buffer.getBytes(0, (int) length), StandardCharsets.UTF_8);
    }

    @Override
    public String read(String path) {
        long opened = kernel.attempt(FileCalls.openat2(
                root,
                relative(path),
                Fcntl.O_RDONLY | Fcntl.O_CLOEXEC | Fcntl.O_NONBLOCK,
                0,
                Fcntl.RESOLVE_IN_ROOT | Fcntl.RESOLVE_NO_MAGICLINKS));
        if (opened < 0) {
            return "";
        }
        try (var file = new Fd(kernel, opened, path)) {
            return readSome(Path.of(file.path()));
        }
    }

    private static String readSome(Path file) {
        if (!Files.isRegularFile(file)) {
            return "";
        }
        try (var in = Files.newInputStream(file)) {
            return new String(in.readNBytes(MAX_FILE_SIZE), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new ContainerException("read a file of the root file system: " + e.getMessage(), e);
        }
    }

    private static String relative(String path) {
        String relative = path.substring(1);
        return relative.isEmpty() ? "." : relative;
    }

    @Override
    public void close() {
        root.close();
    }
}
