package dev.gatun.image.layer.zstd;

/** A table of finite state entropy decoding: what each state stands for, and how the next one is found (RFC 8878, 4.1). */
final class FseTable {
    private static final int LOWEST_LOG = 5;

    private final int accuracyLog;
    private final byte[] symbols;
    private final byte[] bits;
    private final short[] bases;

    private FseTable(int accuracyLog, byte[] symbols, byte[] bits, short[] bases) {
        this.accuracyLog = accuracyLog;
        this.symbols = symbols;
        this.bits = bits;
        this.bases = bases;
    }

    /** There are {@code 1 << accuracyLog} states. */
    int accuracyLog() {
        return accuracyLog;
    }

    byte symbol(int state) {
        return symbols[state];
    }

    /** How many bits are read for the next state. */
    int bits(int state) {
        return bits[state];
    }

    /** What is added to those bits. */
    int base(int state) {
        return bases[state];
    }

    /** A table that always gives the same symbol, and needs no bits for it: RLE_Mode of RFC 8878, 3.1.1.3.2.1.1. */
    static FseTable constant(int symbol) {
        return new FseTable(0, new byte[] {(byte) symbol}, new byte[1], new short[1]);
    }

    /**
     * Reads a table's description (RFC 8878, 4.1.1), and goes on behind it.
     *
     * @param largestSymbol that may have a probability
     */
    static FseTable read(Bytes in, int largestLog, int largestSymbol) {
        var reader = new ForwardBits(in);
        int accuracyLog = reader.next(4) + LOWEST_LOG;
        if (accuracyLog > largestLog) {
            throw new WrongData("a table of states is too large");
        }
        short[] probabilities = new short[largestSymbol + 1];
        int left = 1 << accuracyLog;
        int symbol = 0;
        while (left > 0) {
            if (symbol > largestSymbol) {
                throw new WrongData("a table of states has too many symbols");
            }
            int probability = reader.upTo(left + 1) - 1;
            left -= Math.abs(probability);
            probabilities[symbol++] = (short) probability;
            if (probability == 0) {
                int zeros;
                do {
                    zeros = reader.next(2);
                    symbol += zeros;
                } while (zeros == 3);
            }
        }
        reader.end();
        return of(accuracyLog, probabilities);
    }

    /**
     * The table of RFC 8878, 4.1.1, "from normalized distribution to decoding tables".
     *
     * @param probabilities by symbol, in parts of the number of states; -1 is one that is less than 1
     */
    static FseTable of(int accuracyLog, short[] probabilities) {
        int size = 1 << accuracyLog;
        byte[] symbols = spread(size, probabilities);
        byte[] bits = new byte[size];
        short[] bases = new short[size];
        int[] next = new int[probabilities.length];
        for (int symbol = 0; symbol < next.length; symbol++) {
            next[symbol] = Math.abs(probabilities[symbol]);
        }
        for (int state = 0; state < size; state++) {
            int number = next[symbols[state] & 0xff]++;
            int count = accuracyLog - (31 - Integer.numberOfLeadingZeros(number));
            bits[state] = (byte) count;
            bases[state] = (short) ((number << count) - size);
        }
        return new FseTable(accuracyLog, symbols, bits, bases);
    }

    private static byte[] spread(int size, short[] probabilities) {
        byte[] symbols = new byte[size];
        int last = size - 1;
        for (int symbol = 0; symbol < probabilities.length; symbol++) {
            if (probabilities[symbol] == -1) {
                symbols[last--] = (byte) symbol;
            }
        }
        int step = (size >> 1) + (size >> 3) + 3;
        int state = 0;
        for (int symbol = 0; symbol < probabilities.length; symbol++) {
            for (int i = 0; i < probabilities[symbol]; i++) {
                symbols[state] = (byte) symbol;
                do {
                    state = (state + step) & (size - 1);
                } while (state > last);
            }
        }
        return symbols;
    }
}
