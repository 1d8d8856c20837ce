package dev.gatun.linux;

import java.util.Optional;

/** Calls on mounts: mount(2), pivot_root(2) and the descriptor-based calls of Linux 5.2. */
public final class MountCalls {
    private MountCalls() {}

    public static Call mount(
            Optional<String> source, String target, Optional<String> type, long flags, Optional<String> data) {
        return Call.of(
                Syscall.MOUNT,
                optional(source),
                new Text(target),
                optional(type),
                new Word(flags, Notation.MOUNT_FLAGS),
                optional(data));
    }

    /** Changes how mount events travel to and from {@code target}, e.g. {@code MS_REC|MS_PRIVATE}. */
    public static Call propagation(String target, long flags) {
        return mount(Optional.empty(), target, Optional.empty(), flags, Optional.empty());
    }

    public static Call umount2(String target, long flags) {
        return Call.of(Syscall.UMOUNT2, new Text(target), new Word(flags, Notation.UMOUNT_FLAGS));
    }

    public static Call pivotRoot(String newRoot, String putOld) {
        return Call.of(Syscall.PIVOT_ROOT, new Text(newRoot), new Text(putOld));
    }

    /** A new file system's configuration; its result is a descriptor for {@link #fsconfig}. */
    public static Call fsopen(String type) {
        return Call.of(Syscall.FSOPEN, new Text(type), new Word(Mount.FSOPEN_CLOEXEC, Notation.FSOPEN_FLAGS));
    }

    /** Sets the parameter {@code key} to {@code value}. */
    public static Call fsconfigString(Arg configuration, String key, String value) {
        return fsconfig(configuration, Mount.FSCONFIG_SET_STRING, new Text(key), new Text(value), Word.of(0));
    }

    /** Sets a parameter that has no value. */
    public static Call fsconfigFlag(Arg configuration, String key) {
        return fsconfig(configuration, Mount.FSCONFIG_SET_FLAG, new Text(key), Word.NULL, Word.of(0));
    }

    /** Makes the file system that was configured. */
    public static Call fsconfigCreate(Arg configuration) {
        return fsconfig(configuration, Mount.FSCONFIG_CMD_CREATE, Word.NULL, Word.NULL, Word.of(0));
    }

    private static Call fsconfig(Arg configuration, int command, Arg key, Arg value, Arg auxiliary) {
        return Call.of(
                Syscall.FSCONFIG, configuration, new Word(command, Notation.FSCONFIG_COMMAND), key, value, auxiliary);
    }

    /**
     * Mounts the configured file system, attached nowhere yet.
     *
     * @param attributes {@code MOUNT_ATTR_*} of {@link Mount}
     */
    public static Call fsmount(Arg configuration, long attributes) {
        return Call.of(
                Syscall.FSMOUNT,
                configuration,
                new Word(Mount.FSMOUNT_CLOEXEC, Notation.FSMOUNT_FLAGS),
                new Word(attributes, Notation.MOUNT_ATTRIBUTES));
    }

    /** A descriptor for the tree at {@code path}; with {@code OPEN_TREE_CLONE} a copy of it that is attached nowhere. */
    public static Call openTree(Arg directory, String path, long flags) {
        return Call.of(Syscall.OPEN_TREE, directory, new Text(path), new Word(flags, Notation.OPEN_TREE_FLAGS));
    }

    /** Attaches the mount {@code tree} on top of {@code target}; both are descriptors. */
    public static Call moveMount(Arg tree, Arg target) {
        return moveMount(tree, target, "", Mount.MOVE_MOUNT_F_EMPTY_PATH | Mount.MOVE_MOUNT_T_EMPTY_PATH);
    }

    public static Call moveMount(Arg tree, Arg directory, String path, long flags) {
        return Call.of(
                Syscall.MOVE_MOUNT,
                tree,
                new Text(""),
                directory,
                new Text(path),
                new Word(flags, Notation.MOVE_MOUNT_FLAGS));
    }

    /**
     * Changes a mount's attributes and propagation (Linux 5.12).
     *
     * @param flags {@code AT_EMPTY_PATH}, with {@code AT_RECURSIVE} for all mounts below it too
     * @param set {@code MOUNT_ATTR_*} to set
     * @param clear {@code MOUNT_ATTR_*} to clear
     * @param propagation {@code MS_SHARED} and its relatives, or 0
     * @param userNamespace whose mapping an idmapped mount takes; empty if none
     */
    public static Call mountSetattr(
            Arg mount, long flags, long set, long clear, long propagation, Optional<Arg> userNamespace) {
        var attributes = new Block(Structs.MOUNT_ATTR_SIZE, out -> {
                    int start = out.append('{').length();
                    append(out, start, "attr_set", set, Notation.MOUNT_ATTRIBUTES);
                    append(out, start, "attr_clr", clear, Notation.MOUNT_ATTRIBUTES);
                    append(out, start, "propagation", propagation, Notation.MOUNT_FLAGS);
                    if (userNamespace.isPresent()) {
                        out.append(out.length() > start ? ", " : "").append("userns_fd=");
                        userNamespace.get().print(out);
                    }
                    out.append('}');
                })
                .int64(Structs.MOUNT_ATTR_SET, set)
                .int64(Structs.MOUNT_ATTR_CLR, clear)
                .int64(Structs.MOUNT_ATTR_PROPAGATION, propagation);
        if (userNamespace.isPresent()) {
            attributes.field(Structs.MOUNT_ATTR_USERNS_FD, userNamespace.get());
        }
        return Call.of(
                Syscall.MOUNT_SETATTR,
                mount,
                new Text(""),
                new Word(flags, Notation.AT_FLAGS),
                attributes,
                Word.of(Structs.MOUNT_ATTR_SIZE));
    }

    private static void append(StringBuilder out, int start, String name, long value, Notation notation) {
        if (value != 0) {
            out.append(out.length() > start ? ", " : "").append(name).append('=');
            notation.print(value, out);
        }
    }

    private static Arg optional(Optional<String> text) {
        return text.isPresent() ? new Text(text.get()) : Word.NULL;
    }
}
