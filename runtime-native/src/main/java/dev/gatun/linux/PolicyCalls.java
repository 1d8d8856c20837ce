package dev.gatun.linux;

/** Calls that tell the kernel how to treat the calling process: {@link Policy}. */
public final class PolicyCalls {
    private static final Word SELF = Word.of(0);

    private PolicyCalls() {}

    /**
     * The scheduler of the calling thread (sched_setattr(2)).
     *
     * @param policy {@code SCHED_*}
     * @param flags {@code SCHED_FLAG_*}
     * @param runtime nanoseconds, like the next two
     */
    public static Call schedSetattr(
            int policy, long flags, int nice, int priority, long runtime, long deadline, long period) {
        var attr = new Block(Structs.SCHED_ATTR_SIZE, out -> {
                    Notation.SCHED_POLICY.print(policy, out.append("{policy="));
                    Notation.SCHED_FLAGS.print(flags, out.append(", flags="));
                    out.append(", nice=").append(nice);
                    out.append(", priority=").append(priority);
                    out.append(", runtime=").append(Long.toUnsignedString(runtime));
                    out.append(", deadline=").append(Long.toUnsignedString(deadline));
                    out.append(", period=").append(Long.toUnsignedString(period));
                    out.append('}');
                })
                .int32(0, Structs.SCHED_ATTR_SIZE)
                .int32(Structs.SCHED_ATTR_POLICY, policy)
                .int64(Structs.SCHED_ATTR_FLAGS, flags)
                .int32(Structs.SCHED_ATTR_NICE, nice)
                .int32(Structs.SCHED_ATTR_PRIORITY, priority)
                .int64(Structs.SCHED_ATTR_RUNTIME, runtime)
                .int64(Structs.SCHED_ATTR_DEADLINE, deadline)
                .int64(Structs.SCHED_ATTR_PERIOD, period);
        return Call.of(Syscall.SCHED_SETATTR, SELF, attr, Word.of(0));
    }

    /** The processors that the calling thread may run on; bit n of the mask is processor n. */
    public static Call schedSetaffinity(byte[] mask, String description) {
        return Call.of(Syscall.SCHED_SETAFFINITY, SELF, Word.of(mask.length), Block.of(mask, description));
    }

    /** The I/O priority of the calling thread (ioprio_set(2)). */
    public static Call ioprioSet(int ioClass, int priority) {
        long value = (long) ioClass << Policy.IOPRIO_CLASS_SHIFT | priority;
        return Call.of(
                Syscall.IOPRIO_SET, Word.of(Policy.IOPRIO_WHO_PROCESS), SELF, new Word(value, Notation.IO_PRIORITY));
    }

    /** Where the calling thread's memory comes from (set_mempolicy(2)); bit n of the mask is node n. */
    public static Call setMempolicy(long mode, byte[] nodes, String description) {
        return Call.of(
                Syscall.SET_MEMPOLICY,
                new Word(mode, Notation.MEMORY_POLICY),
                nodes.length == 0 ? Word.NULL : Block.of(nodes, description),
                // the kernel takes one bit less than it is told of
                Word.of(nodes.length == 0 ? 0 : nodes.length * (long) Byte.SIZE + 1));
    }

    /** What the kernel makes itself look like (personality(2)). */
    public static Call personality(long domain) {
        return Call.of(Syscall.PERSONALITY, new Word(domain, Notation.PERSONALITY));
    }

    /** Joins the session keyring of that name, which is made if there is none; the result is its id. */
    public static Call joinSessionKeyring(String name) {
        return Call.of(Syscall.KEYCTL, keyctl(Policy.KEYCTL_JOIN_SESSION_KEYRING), new Text(name));
    }

    /** Says who may do what with a key (keyctl_setperm(3)). */
    public static Call setKeyPermissions(Arg key, long permissions) {
        return Call.of(Syscall.KEYCTL, keyctl(Policy.KEYCTL_SETPERM), key, new Word(permissions, Notation.HEX));
    }

    private static Word keyctl(int command) {
        return new Word(command, Notation.KEYCTL_COMMAND);
    }
}
