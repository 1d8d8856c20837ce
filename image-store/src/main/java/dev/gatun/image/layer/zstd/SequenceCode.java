package dev.gatun.image.layer.zstd;

import java.util.List;

/**
 * One of the three numbers of a sequence: what its codes mean, and how they are spread where a block does not tell
 * (RFC 8878, 3.1.1.3.2.1 and 3.1.1.3.2.2).
 */
final class SequenceCode {
    static final SequenceCode LITERAL_LENGTH = new SequenceCode(
            0,
            new byte[] {
                0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13,
                14, 15, 16
            },
            9,
            6,
            new short[] {
                4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1, -1, -1,
                -1, -1
            });

    static final SequenceCode OFFSET = new SequenceCode(
            1,
            new byte[] {
                0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27,
                28, 29, 30, 31
            },
            8,
            5,
            new short[] {1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1});

    static final SequenceCode MATCH_LENGTH = new SequenceCode(
            3,
            new byte[] {
                0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1,
                1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16
            },
            9,
            6,
            new short[] {
                1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
                1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1
            });

    static final List<SequenceCode> ALL = List.of(LITERAL_LENGTH, OFFSET, MATCH_LENGTH);

    private final long[] baselines;
    private final byte[] extraBits;
    private final int largestLog;
    private final FseTable predefined;

    /** Each code begins where the one before ends, which is as far as its extra bits reach. */
    private SequenceCode(long first, byte[] extraBits, int largestLog, int predefinedLog, short[] predefined) {
        this.extraBits = extraBits;
        this.largestLog = largestLog;
        this.predefined = FseTable.of(predefinedLog, predefined);
        this.baselines = new long[extraBits.length];
        long baseline = first;
        for (int i = 0; i < extraBits.length; i++) {
            baselines[i] = baseline;
            baseline += 1L << extraBits[i];
        }
    }

    /** The codes' spread of RFC 8878, 3.1.1.3.2.2. */
    FseTable predefined() {
        return predefined;
    }

    /** Reads a table's description, and goes on behind it. */
    FseTable read(Bytes in) {
        return FseTable.read(in, largestLog, extraBits.length - 1);
    }

    /** The table of RLE_Mode. */
    FseTable constant(int code) {
        if (code >= extraBits.length) {
            throw new WrongData("a sequence has an unknown code");
        }
        return FseTable.constant(code);
    }

    /** What a code is at least. */
    long baseline(int code) {
        return baselines[code];
    }

    /** How many bits are added. */
    int extraBits(int code) {
        return extraBits[code];
    }
}
