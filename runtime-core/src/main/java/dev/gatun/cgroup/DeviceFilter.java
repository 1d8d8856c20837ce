package dev.gatun.cgroup;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Device rules as an eBPF program of type BPF_PROG_TYPE_CGROUP_DEVICE: it is given {@code struct bpf_cgroup_dev_ctx}
 * {access and type, major, minor}, and returns 1 to allow (linux/bpf.h; Documentation/bpf/standardization).
 */
public final class DeviceFilter {
    private static final int INSTRUCTION_SIZE = 8;

    // opcodes of the eBPF instruction set (RFC 9669)
    private static final int LOAD_WORD = 0x61;
    private static final int AND_CONSTANT = 0x54;
    private static final int SHIFT_RIGHT = 0x74;
    private static final int MOVE_CONSTANT = 0xb4;
    private static final int MOVE_REGISTER = 0xbc;
    private static final int JUMP_UNLESS_CONSTANT = 0x56;
    private static final int JUMP_UNLESS_REGISTER = 0x5e;
    private static final int JUMP_IF_CONSTANT = 0x16;
    private static final int EXIT = 0x95;

    private static final int RESULT = 0;
    private static final int CONTEXT = 1;
    private static final int SCRATCH = 1;
    private static final int TYPE = 2;
    private static final int ACCESS = 3;
    private static final int MAJOR = 4;
    private static final int MINOR = 5;

    private static final int MAJOR_OFFSET = 4;
    private static final int MINOR_OFFSET = 8;
    private static final int TYPE_MASK = 0xffff;
    private static final int TYPE_BLOCK = 1;
    private static final int TYPE_CHARACTER = 2;
    private static final int ALL_ACCESS = 7;

    private final List<Long> instructions = new ArrayList<>();

    private DeviceFilter() {}

    /** The program of these rules; in little-endian order, as both architectures are. */
    public static DeviceFilter of(DeviceRules rules) {
        var filter = new DeviceFilter();
        filter.begin();
        for (Map.Entry<DeviceRules.Device, DeviceRules.Access> entry :
                rules.exceptions().entrySet()) {
            filter.exception(entry.getKey(), entry.getValue(), rules.allowsOthers());
        }
        filter.answer(rules.allowsOthers());
        return filter;
    }

    private void begin() {
        add(LOAD_WORD, TYPE, CONTEXT, 0, 0);
        add(AND_CONSTANT, TYPE, 0, 0, TYPE_MASK);
        add(LOAD_WORD, ACCESS, CONTEXT, 0, 0);
        add(SHIFT_RIGHT, ACCESS, 0, 0, Short.SIZE);
        add(LOAD_WORD, MAJOR, CONTEXT, MAJOR_OFFSET, 0);
        add(LOAD_WORD, MINOR, CONTEXT, MINOR_OFFSET, 0);
    }

    /**
     * Answers for some devices. What is asked may be several kinds of access at once: an exception that allows must
     * cover all of them, one that denies any.
     */
    private void exception(DeviceRules.Device device, DeviceRules.Access access, boolean denies) {
        var tests = new ArrayList<long[]>();
        tests.add(new long[] {JUMP_UNLESS_CONSTANT, TYPE, 0, device.block() ? TYPE_BLOCK : TYPE_CHARACTER});
        if (!device.anyMajor()) {
            tests.add(new long[] {JUMP_UNLESS_CONSTANT, MAJOR, 0, device.major()});
        }
        if (!device.anyMinor()) {
            tests.add(new long[] {JUMP_UNLESS_CONSTANT, MINOR, 0, device.minor()});
        }
        if (access.bits() != ALL_ACCESS) {
            tests.add(new long[] {MOVE_REGISTER, SCRATCH, ACCESS, 0});
            tests.add(new long[] {AND_CONSTANT, SCRATCH, 0, access.bits()});
            tests.add(
                    denies
                            ? new long[] {JUMP_IF_CONSTANT, SCRATCH, 0, 0}
                            : new long[] {JUMP_UNLESS_REGISTER, SCRATCH, ACCESS, 0});
        }
        int answerLength = 2;
        for (int i = 0; i < tests.size(); i++) {
            long[] test = tests.get(i);
            boolean jump =
                    test[0] == JUMP_UNLESS_CONSTANT || test[0] == JUMP_UNLESS_REGISTER || test[0] == JUMP_IF_CONSTANT;
            int behind = tests.size() - i - 1 + answerLength;
            add((int) test[0], (int) test[1], (int) test[2], jump ? behind : 0, test[3]);
        }
        answer(!denies);
    }

    private void answer(boolean allow) {
        add(MOVE_CONSTANT, RESULT, 0, 0, allow ? 1 : 0);
        add(EXIT, 0, 0, 0, 0);
    }

    private void add(int opcode, int to, int from, int offset, long constant) {
        instructions.add(opcode
                | (long) to << 8
                | (long) from << 12
                | (offset & 0xffffL) << Short.SIZE
                | constant << Integer.SIZE);
    }

    public int length() {
        return instructions.size();
    }

    /** As the kernel takes it. */
    public byte[] bytes() {
        var bytes = ByteBuffer.allocate(length() * INSTRUCTION_SIZE).order(ByteOrder.LITTLE_ENDIAN);
        for (long instruction : instructions) {
            bytes.putLong(instruction);
        }
        return bytes.array();
    }
}
