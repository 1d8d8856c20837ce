package dev.gatun.image.file;

import dev.gatun.linux.Arg;
import dev.gatun.linux.Block;
import dev.gatun.linux.Call;
import dev.gatun.linux.Errno;
import dev.gatun.linux.Fcntl;
import dev.gatun.linux.Fd;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.FileName;
import dev.gatun.linux.Kernel;
import dev.gatun.linux.Structs;
import dev.gatun.linux.SyscallException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Files by a folder's descriptor and one name in it, a symbolic link never followed. Names are strings as {@link FileName}
 * has them.
 */
public final class FileAccess {
    private static final int OPEN_FOLDER = Fcntl.O_RDONLY | Fcntl.O_DIRECTORY | Fcntl.O_NOFOLLOW | Fcntl.O_CLOEXEC;
    private static final int DIRECTORY_BUFFER = 32 << 10;
    private static final int LONGEST_LINK = 4096;

    /** All that a folder's owner may be allowed. */
    private static final int OWNERS = 0700;

    private final Kernel kernel;

    public FileAccess(Kernel kernel) {
        this.kernel = kernel;
    }

    public Kernel kernel() {
        return kernel;
    }

    /** Opens a folder by a path that is trusted. */
    public Fd folder(Path path) {
        return new Fd(
                kernel,
                kernel.call(FileCalls.openat(FileCalls.CURRENT_DIRECTORY, path.toString(), OPEN_FOLDER, 0)),
                path.toString());
    }

    /** Opens a folder in a folder. */
    public Fd folder(Arg parent, String name) {
        return new Fd(kernel, kernel.call(FileCalls.openat(parent, name, OPEN_FOLDER, 0)), name);
    }

    /** As {@link #folder(Arg, String)}; empty if there is nothing of that name, or something else. */
    public Optional<Fd> findFolder(Arg parent, String name) {
        var call = FileCalls.openat(parent, name, OPEN_FOLDER, 0);
        long result = kernel.attempt(call);
        if (result >= 0) {
            return Optional.of(new Fd(kernel, result, name));
        }
        if (is(result, Errno.ENOENT) || is(result, Errno.ENOTDIR) || is(result, Errno.ELOOP)) {
            return Optional.empty();
        }
        throw new SyscallException(call.toString(), (int) -result);
    }

    /** A descriptor that stands for a file of any type, without opening it. */
    public Fd handle(Arg folder, String name) {
        int flags = Fcntl.O_PATH | Fcntl.O_NOFOLLOW | Fcntl.O_CLOEXEC;
        return new Fd(kernel, kernel.call(FileCalls.openat(folder, name, flags, 0)), name);
    }

    /** Opens a regular file to read it. */
    public Fd open(Arg folder, String name) {
        // O_NONBLOCK: should it be a FIFO by now, nobody waits for its other end
        int flags = Fcntl.O_RDONLY | Fcntl.O_NOFOLLOW | Fcntl.O_NONBLOCK | Fcntl.O_CLOEXEC;
        return new Fd(kernel, kernel.call(FileCalls.openat(folder, name, flags, 0)), name);
    }

    public FileStatus status(Arg folder, String name) {
        var status = statusBlock();
        kernel.call(FileCalls.statx(folder, name, Fcntl.AT_SYMLINK_NOFOLLOW, status));
        return FileStatus.of(status);
    }

    /** The status of what is open. */
    public FileStatus status(Arg fd) {
        var status = statusBlock();
        kernel.call(FileCalls.statx(fd, "", Fcntl.AT_EMPTY_PATH, status));
        return FileStatus.of(status);
    }

    /** As {@link #status(Arg, String)}; empty if there is nothing of that name. */
    public Optional<FileStatus> findStatus(Arg folder, String name) {
        var status = statusBlock();
        var call = FileCalls.statx(folder, name, Fcntl.AT_SYMLINK_NOFOLLOW, status);
        long result = kernel.attempt(call);
        if (is(result, Errno.ENOENT)) {
            return Optional.empty();
        }
        if (result < 0) {
            throw new SyscallException(call.toString(), (int) -result);
        }
        return Optional.of(FileStatus.of(status));
    }

    /** Where a symbolic link leads to. */
    public String linkTarget(Arg folder, String name) {
        var target = Block.buffer(LONGEST_LINK, "&target");
        long size = kernel.call(FileCalls.readlinkat(folder, name, target));
        return FileName.decode(target.getBytes(0, (int) size));
    }

    /** The names in a folder, from where its descriptor stands on, in no order. */
    public List<String> names(Arg folder) {
        var names = new ArrayList<String>();
        var entries = Block.buffer(DIRECTORY_BUFFER, "&entries");
        while (true) {
            int size = (int) kernel.call(FileCalls.getdents64(folder, entries));
            if (size == 0) {
                return names;
            }
            byte[] bytes = entries.getBytes(0, size);
            for (int at = 0; at < size; at += entries.getInt16(at + Structs.DIRENT64_RECORD_LENGTH) & 0xffff) {
                int start = at + Structs.DIRENT64_NAME;
                int end = start;
                while (bytes[end] != 0) {
                    end++;
                }
                String name = FileName.decode(bytes, start, end - start);
                if (!name.equals(".") && !name.equals("..")) {
                    names.add(name);
                }
            }
        }
    }

    /** The names in a folder in an order that is always the same. */
    public List<String> sortedNames(Arg folder) {
        List<String> names = names(folder);
        Collections.sort(names);
        return names;
    }

    /** Removes whatever has that name, with all that is in it; nothing of that name is success. */
    public void remove(Arg folder, String name) {
        long result = kernel.attempt(FileCalls.unlinkat(folder, name, 0));
        if (is(result, Errno.EISDIR) || is(result, Errno.EPERM)) {
            permitRemoval(folder, name);
            try (Fd inside = folder(folder, name)) {
                for (String child : names(inside)) {
                    remove(inside, child);
                }
            }
            kernel.call(FileCalls.unlinkat(folder, name, Fcntl.AT_REMOVEDIR));
        } else if (result < 0 && !is(result, Errno.ENOENT)) {
            throw new SyscallException(FileCalls.unlinkat(folder, name, 0).toString(), (int) -result);
        }
    }

    /** Nobody but root removes what is in a folder that not even its owner may change, such as overlayfs's own. */
    private void permitRemoval(Arg folder, String name) {
        if ((status(folder, name).permissions() & OWNERS) != OWNERS) {
            try (Fd handle = handle(folder, name)) {
                kernel.call(FileCalls.fchmodat(FileCalls.CURRENT_DIRECTORY, handle.path(), OWNERS));
            }
        }
    }

    /** The extended attributes of what a descriptor stands for, by their names; empty where there can be none. */
    public SortedMap<String, byte[]> attributes(Fd file) {
        var attributes = new TreeMap<String, byte[]>();
        byte[] names = value(size -> FileCalls.listxattr(file.path(), size));
        for (int start = 0, end = 0; end < names.length; end++) {
            if (names[end] == 0) {
                String name = FileName.decode(names, start, end - start);
                attributes.put(name, value(block -> FileCalls.getxattr(file.path(), name, block)));
                start = end + 1;
            }
        }
        return attributes;
    }

    /** Sets an extended attribute of what a descriptor stands for. */
    public void setAttribute(Fd file, String name, byte[] value) {
        kernel.call(FileCalls.setxattr(file.path(), name, Block.of(value, "/* " + value.length + " bytes */")));
    }

    private interface Reading {
        Call into(Block block);
    }

    /** Asks for the size first, and again if it has grown meanwhile. */
    private byte[] value(Reading reading) {
        while (true) {
            long size = kernel.attempt(reading.into(Block.buffer(0, "NULL")));
            if (size == 0 || is(size, Errno.EOPNOTSUPP) || is(size, Errno.ENODATA)) {
                return new byte[0];
            }
            if (size < 0) {
                throw new SyscallException(reading.into(Block.buffer(0, "NULL")).toString(), (int) -size);
            }
            var block = Block.buffer((int) size, "&value");
            long read = kernel.attempt(reading.into(block));
            if (read >= 0) {
                return block.getBytes(0, (int) read);
            }
            if (!is(read, Errno.ERANGE)) {
                throw new SyscallException(reading.into(block).toString(), (int) -read);
            }
        }
    }

    /** Whether the result of an attempt is this error. */
    public static boolean is(long result, Errno errno) {
        return result == -errno.number();
    }

    private static Block statusBlock() {
        return Block.buffer(Structs.STATX_SIZE, "&status");
    }
}
