package dev.gatun.container;

import dev.gatun.linux.Block;
import dev.gatun.linux.Device;
import dev.gatun.linux.Errno;
import dev.gatun.linux.Fcntl;
import dev.gatun.linux.Fd;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.Kernel;
import dev.gatun.linux.Stat;
import dev.gatun.linux.Structs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The folder that becomes a container's root, looked at from outside: nothing in it leads out of it. */
final class RootDirectory extends LinkedView {
    private static final int MAX_FILE_SIZE = 1 << 20;
    private static final int PATH_MAX = 4096;
    private static final long IN_ROOT = Fcntl.RESOLVE_IN_ROOT | Fcntl.RESOLVE_NO_MAGICLINKS;

    /** For mounts by root, and for those of everybody else. */
    private static final List<String> OPAQUE = List.of("trusted.overlay.opaque", "user.overlay.opaque");

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

    @Override
    String readLink(List<String> components) {
        return readLink(root, String.join("/", components));
    }

    private String readLink(Fd folder, String path) {
        var buffer = Block.buffer(PATH_MAX, "&target");
        long length = kernel.attempt(FileCalls.readlinkat(folder, path, buffer));
        return length < 0 ? "" : new String(buffer.getBytes(0, (int) length), StandardCharsets.UTF_8);
    }

    @Override
    public String read(String path) {
        long opened = kernel.attempt(FileCalls.openat2(
                root, relative(path), Fcntl.O_RDONLY | Fcntl.O_CLOEXEC | Fcntl.O_NONBLOCK, 0, IN_ROOT));
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

    @Override
    public Optional<ImageFile> find(String path) {
        long opened = kernel.attempt(
                FileCalls.openat2(root, relative(path), Fcntl.O_PATH | Fcntl.O_NOFOLLOW | Fcntl.O_CLOEXEC, 0, IN_ROOT));
        if (opened < 0) {
            return Optional.empty();
        }
        try (var file = new Fd(kernel, opened, path)) {
            var status = Block.buffer(Structs.STATX_SIZE, "&status");
            kernel.call(FileCalls.statx(file, "", Fcntl.AT_EMPTY_PATH, status));
            int mode = status.getInt32(Structs.STATX_MODE) & 0xffff;
            boolean link = (mode & Stat.S_IFMT) == Stat.S_IFLNK;
            return Optional.of(new ImageFile(
                    path,
                    mode,
                    Integer.toUnsignedLong(status.getInt32(Structs.STATX_UID)),
                    Integer.toUnsignedLong(status.getInt32(Structs.STATX_GID)),
                    Device.number(status.getInt32(Structs.STATX_RDEV_MAJOR), status.getInt32(Structs.STATX_RDEV_MINOR)),
                    link ? readLink(file, "") : ""));
        }
    }

    @Override
    List<String> list(String folder) {
        long opened = kernel.attempt(FileCalls.openat2(
                root, relative(folder), Fcntl.O_RDONLY | Fcntl.O_DIRECTORY | Fcntl.O_CLOEXEC, 0, IN_ROOT));
        if (opened < 0) {
            return List.of();
        }
        try (var open = new Fd(kernel, opened, folder);
                DirectoryStream<Path> files = Files.newDirectoryStream(Path.of(open.path()))) {
            var names = new ArrayList<String>();
            files.forEach(file -> names.add(file.getFileName().toString()));
            names.sort(null);
            return names;
        } catch (IOException | DirectoryIteratorException e) {
            throw new ContainerException("list " + folder + " of the root file system: " + e.getMessage(), e);
        }
    }

    /** Whether overlayfs would hide what lies below a folder here. */
    boolean isOpaque(String folder) {
        long opened = kernel.attempt(FileCalls.openat2(
                root, relative(folder), Fcntl.O_RDONLY | Fcntl.O_DIRECTORY | Fcntl.O_CLOEXEC, 0, IN_ROOT));
        if (opened < 0) {
            return false;
        }
        try (var open = new Fd(kernel, opened, folder)) {
            for (String attribute : OPAQUE) {
                var value = Block.buffer(1, "&value");
                if (kernel.attempt(FileCalls.getxattr(open.path(), attribute, value)) == 1
                        && value.getBytes(0, 1)[0] == 'y') {
                    return true;
                }
            }
            return false;
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
