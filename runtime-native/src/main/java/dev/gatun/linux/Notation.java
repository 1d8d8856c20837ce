package dev.gatun.linux;

/** How a word of a system call is written down; the names themselves are in {@link Symbols}, loaded when something is printed. */
public enum Notation {
    DECIMAL,
    OCTAL,
    HEX,
    /** {@code NULL} or an address. */
    POINTER,
    /** A file descriptor, or {@code AT_FDCWD}. */
    DESCRIPTOR,
    /** A device number as {@code makedev(major, minor)}. */
    DEVICE,
    /** A user or group id, where −1 means none. */
    ID,
    CAPABILITY,
    RLIMIT,
    OPEN_FLAGS,
    AT_FLAGS,
    RESOLVE_FLAGS,
    CLOSE_RANGE_FLAGS,
    MEMFD_FLAGS,
    RENAME_FLAGS,
    WHENCE,
    FCNTL_COMMAND,
    SEAL_FLAGS,
    LOCK_FLAGS,
    MOUNT_FLAGS,
    UMOUNT_FLAGS,
    OPEN_TREE_FLAGS,
    MOVE_MOUNT_FLAGS,
    FSOPEN_FLAGS,
    FSCONFIG_COMMAND,
    FSMOUNT_FLAGS,
    FSPICK_FLAGS,
    MOUNT_ATTRIBUTES,
    CLONE_FLAGS,
    PRCTL_OPTION,
    AMBIENT_OPERATION,
    ADDRESS_FAMILY,
    SOCKET_TYPE,
    MESSAGE_FLAGS,
    INTERFACE_FLAGS,
    IOCTL,
    WAIT_FLAGS,
    WAIT_ID,
    SIGNAL,
    SIGNAL_HOW,
    SCHED_POLICY,
    SCHED_FLAGS,
    IO_PRIORITY,
    MEMORY_POLICY,
    PERSONALITY,
    KEYCTL_COMMAND,
    BPF_COMMAND,
    INOTIFY_FLAGS;

    /** Appends {@code value} in this notation. */
    public void print(long value, StringBuilder out) {
        Symbols.print(this, value, out);
    }

    /** The value in this notation. */
    public String format(long value) {
        var out = new StringBuilder();
        print(value, out);
        return out.toString();
    }
}
