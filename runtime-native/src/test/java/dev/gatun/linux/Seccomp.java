package dev.gatun.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** Makes system calls fail that otherwise never do. */
public final class Seccomp {
    private static final int SET_MODE_FILTER = 1;
    private static final int LOAD = 0x20;
    private static final int JUMP_EQUAL = 0x15;
    private static final int JUMP_SET = 0x45;
    private static final int RETURN = 0x06;
    private static final int ALLOW = 0x7fff0000;
    private static final int REFUSE = 0x00050000;
    private static final int SECOND_ARGUMENT = 24;

    private Seccomp() {}

    /** The calls after which the calling thread and its children get {@code errno} for {@code syscall}. */
    public static List<Call> refuse(Syscall syscall, int errno) {
        int number = syscall.number(Arch.current());
        return install(
                instruction(LOAD, 0, 0, 0),
                instruction(JUMP_EQUAL, 0, 1, number),
                instruction(RETURN, 0, 0, REFUSE | errno),
                instruction(RETURN, 0, 0, ALLOW));
    }

    /** As {@link #refuse}, for those calls whose second argument has one of the bits of {@code flags}. */
    public static List<Call> refuse(Syscall syscall, int flags, Errno errno) {
        int number = syscall.number(Arch.current());
        return install(
                instruction(LOAD, 0, 0, 0),
                instruction(JUMP_EQUAL, 0, 3, number),
                instruction(LOAD, 0, 0, SECOND_ARGUMENT),
                instruction(JUMP_SET, 0, 1, flags),
                instruction(RETURN, 0, 0, REFUSE | errno.number()),
                instruction(RETURN, 0, 0, ALLOW));
    }

    private static List<Call> install(byte[]... instructions) {
        var code = ByteBuffer.allocate(instructions.length * Long.BYTES);
        for (byte[] instruction : instructions) {
            code.put(instruction);
        }
        var filter = new Block(16, "&filter").int16(0, instructions.length).field(8, Block.of(code.array(), "filter"));
        return List.of(
                ProcessCalls.prctl(Prctl.PR_SET_NO_NEW_PRIVS, 1),
                Call.of(Syscall.SECCOMP, Word.of(SET_MODE_FILTER), Word.of(0), filter));
    }

    private static byte[] instruction(int code, int ifTrue, int ifFalse, int operand) {
        return ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putShort((short) code)
                .put((byte) ifTrue)
                .put((byte) ifFalse)
                .putInt(operand)
                .array();
    }
}
