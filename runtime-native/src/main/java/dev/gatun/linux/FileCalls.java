package dev.gatun.linux;

/** Calls on files and descriptors: open(2), mknod(2), fcntl(2) and their relatives, in their *at forms. */
public final class FileCalls {
    /** The current directory, where a directory descriptor is asked for. */
    public static final Word CURRENT_DIRECTORY = Word.fd(Fcntl.AT_FDCWD);

    private FileCalls() {}

    public static Call openat(Arg directory, String path, long flags, int mode) {
        return Call.of(Syscall.OPENAT, directory, new Text(path), new OpenFlags(flags), octal(mode));
    }

    /**
     * Opens without leaving {@code directory}, as {@code resolve} says.
     *
     * @param resolve {@code RESOLVE_*} of {@link Fcntl}
     */
    public static Call openat2(Arg directory, String path, long flags, int mode, long resolve) {
        Arg open = new OpenFlags(flags);
        var how = new Block(Structs.OPEN_HOW_SIZE, out -> {
                    open.print(out.append("{flags="));
                    if (mode != 0) {
                        Notation.OCTAL.print(mode, out.append(", mode="));
                    }
                    Notation.RESOLVE_FLAGS.print(resolve, out.append(", resolve="));
                    out.append('}');
                })
                .field(Structs.OPEN_HOW_FLAGS, open)
                .int64(Structs.OPEN_HOW_MODE, mode)
                .int64(Structs.OPEN_HOW_RESOLVE, resolve);
        return Call.of(Syscall.OPENAT2, directory, new Text(path), how, Word.of(Structs.OPEN_HOW_SIZE));
    }

    public static Call close(Arg fd) {
        return Call.of(Syscall.CLOSE, fd);
    }

    /** Closes the descriptors from {@code first} to {@code last}, or marks them close-on-exec (Linux 5.9, 5.11). */
    public static Call closeRange(long first, long last, long flags) {
        return Call.of(Syscall.CLOSE_RANGE, Word.of(first), Word.of(last), flags(flags, Notation.CLOSE_RANGE_FLAGS));
    }

    public static Call dup3(Arg from, int to, long flags) {
        return Call.of(Syscall.DUP3, from, Word.fd(to), flags(flags, Notation.OPEN_FLAGS));
    }

    public static Call fcntl(Arg fd, int command, long argument) {
        return Call.of(Syscall.FCNTL, fd, flags(command, Notation.FCNTL_COMMAND), Word.of(argument));
    }

    public static Call read(Arg fd, Block buffer) {
        return Call.of(Syscall.READ, fd, buffer, Word.of(buffer.size()));
    }

    public static Call write(Arg fd, Block content) {
        return Call.of(Syscall.WRITE, fd, content, Word.of(content.size()));
    }

    /** Reads to a direct buffer, whose position does not move. */
    public static Call read(Arg fd, DirectBytes buffer) {
        return Call.of(Syscall.READ, fd, buffer, Word.of(buffer.size()));
    }

    /** Writes from a direct buffer, whose position does not move. */
    public static Call write(Arg fd, DirectBytes content) {
        return Call.of(Syscall.WRITE, fd, content, Word.of(content.size()));
    }

    /** Moves the offset of reads and writes; {@code SEEK_DATA} and {@code SEEK_HOLE} look for the next of them. */
    public static Call lseek(Arg fd, long offset, int whence) {
        return Call.of(Syscall.LSEEK, fd, Word.of(offset), flags(whence, Notation.WHENCE));
    }

    public static Call ftruncate(Arg fd, long size) {
        return Call.of(Syscall.FTRUNCATE, fd, Word.of(size));
    }

    public static Call fsync(Arg fd) {
        return Call.of(Syscall.FSYNC, fd);
    }

    /** Writes the whole file system that {@code fd} is on to its device. */
    public static Call syncfs(Arg fd) {
        return Call.of(Syscall.SYNCFS, fd);
    }

    /** Entries of a folder as struct linux_dirent64; the result is how many bytes of them, 0 at the end. */
    public static Call getdents64(Arg directory, Block entries) {
        return Call.of(Syscall.GETDENTS64, directory, entries, Word.of(entries.size()));
    }

    /** Gives a file one more name; a symbolic link is linked itself unless {@code flags} has {@code AT_SYMLINK_FOLLOW}. */
    public static Call linkat(Arg from, String target, Arg directory, String path, long flags) {
        return Call.of(
                Syscall.LINKAT, from, new Text(target), directory, new Text(path), flags(flags, Notation.AT_FLAGS));
    }

    /**
     * Renames or exchanges.
     *
     * @param flags {@code RENAME_*} of {@link Fcntl}
     */
    public static Call renameat2(Arg from, String source, Arg directory, String path, long flags) {
        return Call.of(
                Syscall.RENAMEAT2,
                from,
                new Text(source),
                directory,
                new Text(path),
                flags(flags, Notation.RENAME_FLAGS));
    }

    /** Sets the time of the last change of the content, and leaves that of the last access as it is. */
    public static Call utimensat(Arg directory, String path, long seconds, long nanoseconds, long flags) {
        return Call.of(
                Syscall.UTIMENSAT,
                directory,
                new Text(path),
                modified(seconds, nanoseconds),
                flags(flags, Notation.AT_FLAGS));
    }

    /** As {@link #utimensat}, of an open file. */
    public static Call futimens(Arg fd, long seconds, long nanoseconds) {
        return Call.of(Syscall.UTIMENSAT, fd, Word.NULL, modified(seconds, nanoseconds), Word.of(0));
    }

    /** Sets an extended attribute of what {@code path} leads to, {@link Fd#path} for what is open. */
    public static Call setxattr(String path, String name, Block value) {
        return Call.of(Syscall.SETXATTR, new Text(path), new Text(name), value, Word.of(value.size()), Word.of(0));
    }

    /** Reads an extended attribute; the result is its size, also when {@code value} has no room at all. */
    public static Call getxattr(String path, String name, Block value) {
        return Call.of(Syscall.GETXATTR, new Text(path), new Text(name), value, Word.of(value.size()));
    }

    /** The names of a file's extended attributes, each ended by a NUL; the result is their size, also when there is no room at all. */
    public static Call listxattr(String path, Block names) {
        return Call.of(Syscall.LISTXATTR, new Text(path), names, Word.of(names.size()));
    }

    /** Copies up to {@code count} bytes between files, from where each stands; returns how many, 0 at the end. */
    public static Call sendfile(Arg to, Arg from, long count) {
        return Call.of(Syscall.SENDFILE, to, from, Word.of(0), Word.of(count));
    }

    public static Call mkdirat(Arg directory, String path, int mode) {
        return Call.of(Syscall.MKDIRAT, directory, new Text(path), octal(mode));
    }

    /**
     * Makes a file, device, FIFO or socket.
     *
     * @param mode type and permissions, {@code S_IF*} of {@link Stat} included
     * @param device {@link Device#number}, 0 for what is no device
     */
    public static Call mknodat(Arg directory, String path, int mode, long device) {
        return Call.of(Syscall.MKNODAT, directory, new Text(path), octal(mode), flags(device, Notation.DEVICE));
    }

    public static Call symlinkat(String target, Arg directory, String path) {
        return Call.of(Syscall.SYMLINKAT, new Text(target), directory, new Text(path));
    }

    public static Call unlinkat(Arg directory, String path, long flags) {
        return Call.of(Syscall.UNLINKAT, directory, new Text(path), flags(flags, Notation.AT_FLAGS));
    }

    /** Changes the owner; with an empty path and {@code AT_EMPTY_PATH} that of {@code directory} itself. */
    public static Call fchownat(Arg directory, String path, long uid, long gid, long flags) {
        return Call.of(
                Syscall.FCHOWNAT,
                directory,
                new Text(path),
                flags(uid, Notation.ID),
                flags(gid, Notation.ID),
                flags(flags, Notation.AT_FLAGS));
    }

    public static Call fchmodat(Arg directory, String path, int mode) {
        return Call.of(Syscall.FCHMODAT, directory, new Text(path), octal(mode));
    }

    public static Call fchmod(Arg fd, int mode) {
        return Call.of(Syscall.FCHMOD, fd, octal(mode));
    }

    public static Call fchdir(Arg directory) {
        return Call.of(Syscall.FCHDIR, directory);
    }

    public static Call chdir(String path) {
        return Call.of(Syscall.CHDIR, new Text(path));
    }

    public static Call chroot(String path) {
        return Call.of(Syscall.CHROOT, new Text(path));
    }

    public static Call umask(int mask) {
        return Call.of(Syscall.UMASK, octal(mask));
    }

    public static Call flock(Arg fd, long operation) {
        return Call.of(Syscall.FLOCK, fd, flags(operation, Notation.LOCK_FLAGS));
    }

    /** File status without following a last symbolic link where {@code flags} says so; read it with {@link Structs}. */
    public static Call statx(Arg directory, String path, long flags, Block status) {
        return Call.of(
                Syscall.STATX,
                directory,
                new Text(path),
                flags(flags, Notation.AT_FLAGS),
                flags(Stat.STATX_BASIC_STATS, Notation.HEX),
                status);
    }

    public static Call readlinkat(Arg directory, String path, Block buffer) {
        return Call.of(Syscall.READLINKAT, directory, new Text(path), buffer, Word.of(buffer.size()));
    }

    public static Call fstatfs(Arg fd, Block status) {
        return Call.of(Syscall.FSTATFS, fd, status);
    }

    public static Call memfdCreate(String name, long flags) {
        return Call.of(Syscall.MEMFD_CREATE, new Text(name), flags(flags, Notation.MEMFD_FLAGS));
    }

    public static Call pipe2(Block ends, long flags) {
        return Call.of(Syscall.PIPE2, ends, flags(flags, Notation.OPEN_FLAGS));
    }

    public static Call ioctl(Arg fd, long request, Arg argument) {
        return Call.of(Syscall.IOCTL, fd, flags(request, Notation.IOCTL), argument);
    }

    /** A descriptor that tells of changes to files. */
    public static Call inotifyInit1(long flags) {
        return Call.of(Syscall.INOTIFY_INIT1, flags(flags, Notation.INOTIFY_FLAGS));
    }

    public static Call inotifyAddWatch(Arg inotify, String path, long events) {
        return Call.of(Syscall.INOTIFY_ADD_WATCH, inotify, new Text(path), flags(events, Notation.INOTIFY_FLAGS));
    }

    /** A counter that the kernel can be told to add to. */
    public static Call eventfd2(long flags) {
        return Call.of(Syscall.EVENTFD2, Word.of(0), flags(flags, Notation.OPEN_FLAGS));
    }

    private static Block modified(long seconds, long nanoseconds) {
        return new Block(
                        2 * Structs.TIMESPEC_SIZE,
                        out -> out.append("[UTIME_OMIT, {")
                                .append(seconds)
                                .append(" s, ")
                                .append(nanoseconds)
                                .append(" ns}]"))
                .int64(Structs.TIMESPEC_NANOSECONDS, Stat.UTIME_OMIT)
                .int64(Structs.TIMESPEC_SIZE, seconds)
                .int64(Structs.TIMESPEC_SIZE + Structs.TIMESPEC_NANOSECONDS, nanoseconds);
    }

    private static Word octal(long value) {
        return new Word(value, Notation.OCTAL);
    }

    private static Word flags(long value, Notation notation) {
        return new Word(value, notation);
    }
}
