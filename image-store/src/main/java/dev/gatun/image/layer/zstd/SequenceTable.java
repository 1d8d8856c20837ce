package dev.gatun.image.layer.zstd;

/**
 * All that a state of a sequence's number means, in one word: from the lowest bits on 16 for the base of the next state, 8
 * for how many bits are added to it, 8 for how many are added to the baseline, 32 for the baseline.
 */
final class SequenceTable {
    private final int accuracyLog;
    private final long[] states;

    private SequenceTable(int accuracyLog, long[] states) {
        this.accuracyLog = accuracyLog;
        this.states = states;
    }

    static SequenceTable of(SequenceCode code, FseTable table) {
        long[] states = new long[1 << table.accuracyLog()];
        for (int i = 0; i < states.length; i++) {
            int symbol = table.symbol(i);
            states[i] = (code.baseline(symbol) << 32)
                    | ((long) code.extraBits(symbol) << 24)
                    | ((long) table.bits(i) << 16)
                    | table.base(i);
        }
        return new SequenceTable(table.accuracyLog(), states);
    }

    /** There are {@code 1 << accuracyLog} states. */
    int accuracyLog() {
        return accuracyLog;
    }

    long state(int state) {
        return states[state];
    }

    static int nextBase(long state) {
        return (int) state & 0xffff;
    }

    static int nextBits(long state) {
        return (int) (state >>> 16) & 0xff;
    }

    static int extraBits(long state) {
        return (int) (state >>> 24) & 0xff;
    }

    static long baseline(long state) {
        return state >>> 32;
    }
}
