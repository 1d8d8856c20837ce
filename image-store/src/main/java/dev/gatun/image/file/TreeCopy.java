package dev.gatun.image.file;

import dev.gatun.image.ImageException;
import dev.gatun.linux.DirectBytes;
import dev.gatun.linux.Errno;
import dev.gatun.linux.Fcntl;
import dev.gatun.linux.Fd;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.Kernel;
import dev.gatun.linux.Stat;
import dev.gatun.linux.SyscallException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Copies files with owners, modes, attributes, times, holes and hard links. */
public final class TreeCopy {
    private static final int BUFFER = 1 << 20;
    private static final Set<String> HOST_ATTRIBUTES = Set.of("security.selinux");

    private final FileAccess files;
    private final Kernel kernel;
    private final IdShift owners;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);

    /** Of files with several names: the first copy, by file system and inode. */
    private final Map<List<Long>, Fd> copies = new HashMap<>();

    private TreeCopy(Kernel kernel, IdShift owners) {
        this.files = new FileAccess(kernel);
        this.kernel = kernel;
        this.owners = owners;
    }

    /** Copies all that is in a folder, and what it is like itself, to another one that is there. */
    public static void contents(Kernel kernel, Fd from, Fd to, IdShift owners) {
        var copy = new TreeCopy(kernel, owners);
        try {
            copy.children(from, to);
            copy.describe(from, to, copy.files.status(from));
        } finally {
            copy.copies.values().forEach(Fd::close);
        }
    }

    /** Copies one file that is no folder to a name that is free. */
    public static void file(Kernel kernel, Fd fromFolder, String fromName, Fd toFolder, String toName, IdShift owners) {
        var copy = new TreeCopy(kernel, owners);
        copy.other(fromFolder, fromName, toFolder, toName, copy.files.status(fromFolder, fromName));
    }

    /** Gives a folder the owner, mode, attributes and time of another one; overlayfs's marks are not part of that. */
    public static void description(Kernel kernel, Fd from, Fd to, IdShift owners) {
        var copy = new TreeCopy(kernel, owners);
        FileStatus status = copy.files.status(from);
        copy.own(to, status);
        kernel.call(FileCalls.fchmod(to, status.permissions()));
        copy.files.attributes(from).forEach((name, value) -> {
            if (!HOST_ATTRIBUTES.contains(name) && !name.contains(".overlay.")) {
                copy.files.setAttribute(to, name, OwnedAttributes.shift(name, value, owners));
            }
        });
        kernel.call(FileCalls.futimens(to, status.modified(), status.modifiedNanos()));
    }

    private void children(Fd from, Fd to) {
        for (String name : files.sortedNames(from)) {
            FileStatus status = files.status(from, name);
            if (status.isFolder()) {
                kernel.call(FileCalls.mkdirat(to, name, 0700));
                try (Fd fromChild = files.folder(from, name);
                        Fd toChild = files.folder(to, name)) {
                    children(fromChild, toChild);
                    describe(fromChild, toChild, status);
                }
            } else if (status.links() > 1) {
                linked(from, to, name, status);
            } else {
                other(from, name, to, name, status);
            }
        }
    }

    private void linked(Fd from, Fd to, String name, FileStatus status) {
        List<Long> key = List.of(status.device(), status.inode());
        Fd first = copies.get(key);
        if (first == null) {
            other(from, name, to, name, status);
            // a handle, as whiteouts that share an inode would be very many otherwise
            copies.put(key, files.handle(to, name));
        } else {
            kernel.call(FileCalls.linkat(FileCalls.CURRENT_DIRECTORY, first.path(), to, name, Fcntl.AT_SYMLINK_FOLLOW));
        }
    }

    private void other(Fd from, String name, Fd to, String newName, FileStatus status) {
        switch (status.type()) {
            case Stat.S_IFREG -> {
                regular(from, name, to, newName);
                return;
            }
            case Stat.S_IFLNK -> kernel.call(FileCalls.symlinkat(files.linkTarget(from, name), to, newName));
            case Stat.S_IFSOCK -> {
                return;
            }
            default -> kernel.call(FileCalls.mknodat(to, newName, status.type() | 0600, status.special()));
        }
        if (status.isWhiteout()) {
            return;
        }
        try (Fd fromHandle = files.handle(from, name);
                Fd toHandle = files.handle(to, newName)) {
            own(toHandle, status);
            if (!status.isLink()) {
                kernel.call(FileCalls.fchmodat(to, newName, status.permissions()));
            }
            attributes(fromHandle, toHandle);
        }
        kernel.call(
                FileCalls.utimensat(to, newName, status.modified(), status.modifiedNanos(), Fcntl.AT_SYMLINK_NOFOLLOW));
    }

    private void regular(Fd fromFolder, String name, Fd toFolder, String newName) {
        int flags = Fcntl.O_WRONLY | Fcntl.O_CREAT | Fcntl.O_EXCL | Fcntl.O_NOFOLLOW | Fcntl.O_CLOEXEC;
        try (Fd from = files.open(fromFolder, name);
                Fd to = new Fd(kernel, kernel.call(FileCalls.openat(toFolder, newName, flags, 0600)), newName)) {
            FileStatus status = files.status(from);
            if (!status.isFile()) {
                throw new ImageException("unable to copy " + name + ": it changes meanwhile");
            }
            data(from, to, status.size());
            describe(from, to, status);
        }
    }

    private void data(Fd from, Fd to, long size) {
        for (long at = 0; at < size; ) {
            long data = kernel.attempt(FileCalls.lseek(from, at, Fcntl.SEEK_DATA));
            if (FileAccess.is(data, Errno.ENXIO)) {
                break;
            }
            if (data < 0) {
                throw new SyscallException(
                        FileCalls.lseek(from, at, Fcntl.SEEK_DATA).toString(), (int) -data);
            }
            long hole = kernel.call(FileCalls.lseek(from, data, Fcntl.SEEK_HOLE));
            kernel.call(FileCalls.lseek(from, data, Fcntl.SEEK_SET));
            kernel.call(FileCalls.lseek(to, data, Fcntl.SEEK_SET));
            at = hole;
            for (long left = hole - data; left > 0; ) {
                buffer.clear().limit((int) Math.min(left, BUFFER));
                int count = (int) kernel.call(FileCalls.read(from, new DirectBytes(buffer)));
                if (count == 0) {
                    return;
                }
                buffer.limit(count);
                while (buffer.hasRemaining()) {
                    long written = kernel.call(FileCalls.write(to, new DirectBytes(buffer)));
                    buffer.position(buffer.position() + (int) written);
                }
                left -= count;
            }
        }
        kernel.call(FileCalls.ftruncate(to, size));
    }

    private void describe(Fd from, Fd to, FileStatus status) {
        own(to, status);
        kernel.call(FileCalls.fchmod(to, status.permissions()));
        attributes(from, to);
        kernel.call(FileCalls.futimens(to, status.modified(), status.modifiedNanos()));
    }

    private void own(Fd to, FileStatus status) {
        kernel.call(
                FileCalls.fchownat(to, "", owners.uid(status.uid()), owners.gid(status.gid()), Fcntl.AT_EMPTY_PATH));
    }

    private void attributes(Fd from, Fd to) {
        files.attributes(from).forEach((name, value) -> {
            if (!HOST_ATTRIBUTES.contains(name)) {
                files.setAttribute(to, name, OwnedAttributes.shift(name, value, owners));
            }
        });
    }
}
