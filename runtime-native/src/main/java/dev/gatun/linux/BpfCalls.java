package dev.gatun.linux;

/** bpf(2) for programs that decide which devices the processes of a control group may use. */
public final class BpfCalls {
    private static final int INSTRUCTION_SIZE = 8;

    private BpfCalls() {}

    /** Loads a program of type BPF_PROG_TYPE_CGROUP_DEVICE; the result is a descriptor. */
    public static Call loadDeviceFilter(byte[] instructions) {
        return load(instructions, Block.buffer(1, "&log"), 0);
    }

    /** As {@link #loadDeviceFilter(byte[])}, with the verifier's words in {@code log}: for who wants to know why not. */
    public static Call loadDeviceFilter(byte[] instructions, Block log) {
        return load(instructions, log, 1);
    }

    private static Call load(byte[] instructions, Block log, int level) {
        int count = instructions.length / INSTRUCTION_SIZE;
        var attributes = new Block(
                        Structs.BPF_LOAD_SIZE,
                        "{prog_type=BPF_PROG_TYPE_CGROUP_DEVICE, insn_cnt=" + count + ", license=\"Apache-2.0\"}")
                .int32(Structs.BPF_LOAD_TYPE, Bpf.BPF_PROG_TYPE_CGROUP_DEVICE)
                .int32(Structs.BPF_LOAD_COUNT, count)
                .field(Structs.BPF_LOAD_INSTRUCTIONS, Block.of(instructions, "[/* " + count + " instructions */]"))
                .field(Structs.BPF_LOAD_LICENSE, new Text("Apache-2.0"));
        if (level > 0) {
            attributes
                    .int32(Structs.BPF_LOAD_LOG_LEVEL, level)
                    .int32(Structs.BPF_LOAD_LOG_SIZE, log.size())
                    .field(Structs.BPF_LOAD_LOG, log);
        }
        return bpf(Bpf.BPF_PROG_LOAD, attributes);
    }

    /**
     * Attaches a loaded program beside those that are there. Its two descriptors are words of 32 bits in one; a caller
     * whose descriptors are not known yet writes them there, in this order, and then the word behind them
     * ({@link #attachWord}).
     *
     * @param group the folder of a group of version 2
     */
    public static Call attachDeviceFilter(Arg group, Arg filter, Arg word) {
        var attributes = new Block(Structs.BPF_ATTACH_SIZE, out -> {
                    group.print(out.append("{target_fd="));
                    filter.print(out.append(", attach_bpf_fd="));
                    out.append(", attach_type=BPF_CGROUP_DEVICE, attach_flags=BPF_F_ALLOW_MULTI}");
                })
                .field(Structs.BPF_ATTACH_TARGET, group)
                .field(Structs.BPF_ATTACH_PROGRAM, filter)
                .field(Structs.BPF_ATTACH_TYPE, word);
        return bpf(Bpf.BPF_PROG_ATTACH, attributes);
    }

    /** The type and flags of an attachment, as one word. */
    public static long attachWord() {
        return Bpf.BPF_CGROUP_DEVICE | (long) Bpf.BPF_F_ALLOW_MULTI << Integer.SIZE;
    }

    /** Puts a loaded program in the place of one that is attached, at once. */
    public static Call replaceDeviceFilter(Fd group, Fd filter, Fd replaced) {
        var attributes = new Block(
                        Structs.BPF_ATTACH_SIZE,
                        "{target_fd=" + group + ", attach_bpf_fd=" + filter
                                + ", attach_type=BPF_CGROUP_DEVICE, attach_flags=BPF_F_ALLOW_MULTI|BPF_F_REPLACE,"
                                + " replace_bpf_fd=" + replaced + "}")
                .int32(Structs.BPF_ATTACH_TARGET, group.number())
                .int32(Structs.BPF_ATTACH_PROGRAM, filter.number())
                .int32(Structs.BPF_ATTACH_TYPE, Bpf.BPF_CGROUP_DEVICE)
                .int32(Structs.BPF_ATTACH_FLAGS, Bpf.BPF_F_ALLOW_MULTI | Bpf.BPF_F_REPLACE)
                .int32(Structs.BPF_ATTACH_REPLACED, replaced.number());
        return bpf(Bpf.BPF_PROG_ATTACH, attributes);
    }

    /** Takes a program away from a group. */
    public static Call detachDeviceFilter(Fd group, Fd filter) {
        var attributes = new Block(
                        Structs.BPF_ATTACH_SIZE,
                        "{target_fd=" + group + ", attach_bpf_fd=" + filter + ", attach_type=BPF_CGROUP_DEVICE}")
                .int32(Structs.BPF_ATTACH_TARGET, group.number())
                .int32(Structs.BPF_ATTACH_PROGRAM, filter.number())
                .int32(Structs.BPF_ATTACH_TYPE, Bpf.BPF_CGROUP_DEVICE);
        return bpf(Bpf.BPF_PROG_DETACH, attributes);
    }

    /**
     * Asks which programs are attached to a group itself.
     *
     * @param result of {@link #query}; how many there are is then at {@link Structs#BPF_QUERY_COUNT}
     */
    public static Call queryDeviceFilters(Block result) {
        return bpf(Bpf.BPF_PROG_QUERY, result);
    }

    /** The block of a query, for as many programs as {@code ids} has room for, with four bytes each. */
    public static Block query(Fd group, Block ids) {
        return Block.buffer(Structs.BPF_QUERY_SIZE, "{target_fd=" + group + ", attach_type=BPF_CGROUP_DEVICE}")
                .int32(Structs.BPF_QUERY_TARGET, group.number())
                .int32(Structs.BPF_QUERY_TYPE, Bpf.BPF_CGROUP_DEVICE)
                .field(Structs.BPF_QUERY_IDS, ids)
                .int32(Structs.BPF_QUERY_COUNT, ids.size() / Integer.BYTES);
    }

    /** A descriptor of the program with that id. */
    public static Call programOf(int id) {
        var attributes = new Block(Structs.BPF_QUERY_SIZE, "{prog_id=" + id + "}").int32(0, id);
        return bpf(Bpf.BPF_PROG_GET_FD_BY_ID, attributes);
    }

    private static Call bpf(int command, Block attributes) {
        return Call.of(Syscall.BPF, new Word(command, Notation.BPF_COMMAND), attributes, Word.of(attributes.size()));
    }
}
