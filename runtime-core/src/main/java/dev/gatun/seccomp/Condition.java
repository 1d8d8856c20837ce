package dev.gatun.seccomp;

import dev.gatun.oci.Seccomp;

/**
 * A comparison of one argument of a call.
 *
 * @param mask the bits that are compared: all but for {@code MASKED_EQ}
 * @param value unsigned, and nothing outside of {@code mask}
 */
record Condition(int index, Seccomp.Operator op, long mask, long value) implements Comparable<Condition> {
    private static final long LOWER_HALF = 0xffff_ffffL;

    /** The condition as {@code abi} sees it. */
    static Condition of(Seccomp.Arg arg, Abi abi) {
        long width = abi.wide() ? -1 : LOWER_HALF;
        boolean masked = arg.op() == Seccomp.Operator.MASKED_EQ;
        long mask = masked ? arg.value() & width : width;
        return new Condition(arg.index(), arg.op(), mask, (masked ? arg.valueTwo() : arg.value()) & mask);
    }

    static Condition equal(int index, long value) {
        return new Condition(index, Seccomp.Operator.EQ, LOWER_HALF, value);
    }

    /** Whether it says nothing: no bit is compared. libseccomp leaves such conditions out. */
    boolean isEmpty() {
        return mask == 0;
    }

    /** The order in which libseccomp tries the conditions of rules that could both match (its _db_chain_lt). */
    @Override
    public int compareTo(Condition other) {
        int order = Integer.compare(other.index, index);
        if (order == 0) {
            order = Integer.compare(kind(), other.kind());
        }
        if (order == 0) {
            order = Long.compareUnsigned(other.value, value);
            order = kind() == 1 ? -order : order;
        }
        if (order == 0) {
            order = op.compareTo(other.op);
        }
        return order == 0 ? Long.compareUnsigned(other.mask, mask) : order;
    }

    /** Single values come before ranges. */
    private int kind() {
        return switch (op) {
            case EQ, NE, MASKED_EQ -> 0;
            case LT, LE -> 1;
            case GE, GT -> 2;
        };
    }
}
