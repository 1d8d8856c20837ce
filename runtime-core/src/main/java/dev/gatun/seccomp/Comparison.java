package dev.gatun.seccomp;

/** Adds the instructions that compare an argument: 64 bits in two halves, as BPF has 32-bit words only. */
final class Comparison {
    /** struct seccomp_data, linux/seccomp.h: the first argument. */
    private static final int ARGUMENTS = 16;

    private final Assembler code;
    private final boolean wide;
    private final Condition condition;

    /** {@code wide} says whether the upper half counts. */
    Comparison(Assembler code, boolean wide, Condition condition) {
        this.code = code;
        this.wide = wide;
        this.condition = condition;
    }

    /** Goes on at {@code yes} if the condition holds, otherwise at {@code no}. */
    int add(int yes, int no) {
        return switch (condition.op()) {
            case EQ, MASKED_EQ -> equal(yes, no);
            case NE -> equal(no, yes);
            case GT -> ordered(Assembler.JUMP_IF_GREATER, yes, no);
            case GE -> ordered(Assembler.JUMP_IF_NOT_LESS, yes, no);
            case LE -> ordered(Assembler.JUMP_IF_GREATER, no, yes);
            case LT -> ordered(Assembler.JUMP_IF_NOT_LESS, no, yes);
        };
    }

    private int equal(int yes, int no) {
        int next = yes;
        if (low(condition.mask()) != 0) {
            next = half(lowOffset(), low(condition.mask()), low(condition.value()), next, no);
        }
        if (wide && high(condition.mask()) != 0) {
            next = half(lowOffset() + Integer.BYTES, high(condition.mask()), high(condition.value()), next, no);
        }
        return next;
    }

    private int half(int offset, int mask, int value, int yes, int no) {
        int next = code.branch(Assembler.JUMP_IF_EQUAL, value, yes, no);
        if (mask != -1) {
            next = code.and(mask, next);
        }
        return code.load(offset, next);
    }

    /** The upper halves decide unless they are equal. */
    private int ordered(int comparison, int yes, int no) {
        int next = code.load(lowOffset(), code.branch(comparison, low(condition.value()), yes, no));
        if (wide) {
            int value = high(condition.value());
            next = code.branch(Assembler.JUMP_IF_EQUAL, value, next, no);
            next = code.branch(Assembler.JUMP_IF_GREATER, value, yes, next);
            next = code.load(lowOffset() + Integer.BYTES, next);
        }
        return next;
    }

    private int lowOffset() {
        return ARGUMENTS + condition.index() * Long.BYTES;
    }

    private static int low(long value) {
        return (int) value;
    }

    private static int high(long value) {
        return (int) (value >>> 32);
    }
}
