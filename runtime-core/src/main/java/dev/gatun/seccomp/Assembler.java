package dev.gatun.seccomp;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Puts a filter together from its end to its beginning: BPF jumps forward only, so where a jump leads is known when it
 * is added. A label is how many instructions there are from it to the end.
 *
 * <p>The instructions are those of linux/bpf_common.h that the kernel allows in a filter (kernel/seccomp.c:
 * seccomp_check_filter).
 */
final class Assembler {
    static final int JUMP_IF_EQUAL = 0x15;
    static final int JUMP_IF_GREATER = 0x25;
    static final int JUMP_IF_NOT_LESS = 0x35;

    static final int INSTRUCTION_SIZE = 8;

    /** BPF_LD | BPF_W | BPF_ABS, BPF_ALU | BPF_AND | BPF_K, BPF_JMP | BPF_JA, BPF_RET | BPF_K. */
    private static final int LOAD = 0x20;

    private static final int AND = 0x54;
    private static final int JUMP = 0x05;
    private static final int RETURN = 0x06;

    /** A conditional jump leads over at most 255 instructions; one is kept for a stepping stone of its other target. */
    private static final int REACH = 254;

    private long[] code = new long[512];
    private int size;
    private final Map<Integer, Integer> returns = new HashMap<>();

    int size() {
        return size;
    }

    /** Ends the filter with a verdict. */
    int end(int verdict) {
        Integer known = returns.get(verdict);
        return known != null ? known : newEnd(verdict);
    }

    private int newEnd(int verdict) {
        int label = add(RETURN, 0, 0, verdict);
        returns.put(verdict, label);
        return label;
    }

    /** Loads the 32-bit word at {@code offset} of struct seccomp_data, and goes on at {@code next}. */
    int load(int offset, int next) {
        return straight(LOAD, offset, next);
    }

    /** Takes only the bits of {@code mask} of the word, and goes on at {@code next}. */
    int and(int mask, int next) {
        return straight(AND, mask, next);
    }

    /** Goes on at {@code yes} if the word compares so with {@code value} (unsigned), otherwise at {@code no}. */
    int branch(int comparison, int value, int yes, int no) {
        if (yes == no) {
            return yes;
        }
        int nearYes = within(yes);
        int nearNo = within(no);
        return add(comparison, size - nearYes, size - nearNo, value);
    }

    private int straight(int operation, int operand, int next) {
        if (next != size) {
            steppingStone(next);
        }
        return add(operation, 0, 0, operand);
    }

    private int within(int label) {
        return size - label > REACH ? steppingStone(label) : label;
    }

    /** A near label that leads where {@code label} does. */
    private int steppingStone(int label) {
        long target = code[label - 1];
        if ((target & 0xffff) == RETURN) {
            return newEnd((int) (target >>> 32));
        }
        return add(JUMP, 0, 0, size - label);
    }

    private int add(int operation, int yes, int no, int operand) {
        if (size == code.length) {
            code = Arrays.copyOf(code, 2 * size);
        }
        // struct sock_filter, linux/filter.h
        code[size++] = operation | (long) yes << 16 | (long) no << 24 | (long) operand << 32;
        return size;
    }

    /** The filter as an array of struct sock_filter; both architectures are little-endian. */
    byte[] toBytes() {
        var bytes = new byte[size * INSTRUCTION_SIZE];
        for (int i = 0; i < size; i++) {
            long instruction = code[size - 1 - i];
            for (int j = 0; j < INSTRUCTION_SIZE; j++) {
                bytes[i * INSTRUCTION_SIZE + j] = (byte) (instruction >>> (8 * j));
            }
        }
        return bytes;
    }
}
