package dev.gatun.image.layer.zstd;

import java.util.Arrays;

/** The codes of literals, and how streams of them are read (RFC 8878, 4.2). */
final class HuffmanTable {
    /** RFC 8878, 4.2.1. */
    private static final int LONGEST_CODE = 11;

    private static final int LARGEST_WEIGHT_LOG = 6;
    private static final int SYMBOLS = 256;

    /** As many codes as a refill of at least 57 bits is sure to hold. */
    private static final int CODES = 5;

    /** How many bits are looked at to find a code. */
    private final int width;

    /** By those bits: the symbol, and above it the length of its code. */
    private final short[] codes;

    private HuffmanTable(int width, short[] codes) {
        this.width = width;
        this.codes = codes;
    }

    /** Reads a table's description (RFC 8878, 4.2.1), and goes on behind it. */
    static HuffmanTable read(Bytes in) {
        int header = in.next();
        byte[] weights = new byte[SYMBOLS];
        int count;
        if (header < 128) {
            count = packedWeights(in.take(header), weights);
        } else {
            count = header - 127;
            plainWeights(in.take((count + 1) / 2), count, weights);
        }
        return of(weights, count);
    }

    private static void plainWeights(Bytes in, int count, byte[] weights) {
        for (int i = 0; i < count; i += 2) {
            int pair = in.next();
            weights[i] = (byte) (pair >> 4);
            weights[i + 1] = (byte) (i + 1 < count ? pair & 15 : 0);
        }
    }

    /** Two states that take turns, until the stream is used up: RFC 8878, 4.2.1.2. */
    private static int packedWeights(Bytes in, byte[] weights) {
        FseTable table = FseTable.read(in, LARGEST_WEIGHT_LOG, LONGEST_CODE);
        int start = in.position() * 8;
        int bit = in.backwards() - table.accuracyLog();
        int state = (int) LittleEndian.getBits(in.array(), bit, table.accuracyLog());
        bit -= table.accuracyLog();
        int other = (int) LittleEndian.getBits(in.array(), bit, table.accuracyLog());
        int count = 0;
        while (bit >= start) {
            // one more is given for the last symbol, whose weight is not there, and one for the other state's
            if (count >= SYMBOLS - 2) {
                throw new WrongData("there are too many weights of literals");
            }
            weights[count++] = table.symbol(state);
            int bits = table.bits(state);
            bit -= bits;
            int next = table.base(state) + (int) LittleEndian.getBits(in.array(), bit, bits);
            state = other;
            other = next;
        }
        if (count == 0) {
            throw new WrongData("weights of literals end too early");
        }
        weights[count++] = table.symbol(state);
        return count;
    }

    /** RFC 8878, 4.2.1: the weight of the last symbol follows from the others. */
    private static HuffmanTable of(byte[] weights, int count) {
        int sum = 0;
        for (int i = 0; i < count; i++) {
            if (weights[i] > LONGEST_CODE) {
                throw new WrongData("a code of a literal is too long");
            }
            sum += (1 << weights[i]) >> 1;
        }
        int width = 32 - Integer.numberOfLeadingZeros(sum);
        int left = (1 << width) - sum;
        if (sum == 0 || width > LONGEST_CODE || Integer.bitCount(left) != 1) {
            throw new WrongData("weights of literals do not fit together");
        }
        weights[count] = (byte) (Integer.numberOfTrailingZeros(left) + 1);
        return new HuffmanTable(width, codes(weights, width));
    }

    /** RFC 8878, 4.2.1.3: the lightest ones first, and then in the order of symbols. */
    private static short[] codes(byte[] weights, int width) {
        short[] codes = new short[1 << width];
        int at = 0;
        for (int weight = 1; weight <= width; weight++) {
            int length = width + 1 - weight;
            for (int symbol = 0; symbol < SYMBOLS; symbol++) {
                if (weights[symbol] == weight) {
                    int end = at + (1 << (weight - 1));
                    Arrays.fill(codes, at, end, (short) ((length << 8) | symbol));
                    at = end;
                }
            }
        }
        return codes;
    }

    /** Reads a stream that is all of {@code in} (RFC 8878, 4.2.2). */
    void decode(Bytes in, byte[] out, int count) {
        decode(in, in.backwards(), out, 0, count);
    }

    /** Reads four streams, each of which gives a quarter; at the same time, as none has to wait for another. */
    void decodeFour(Bytes in, byte[] out, int count) {
        int quarter = (count + 3) / 4;
        check(3 * quarter <= count);
        Bytes sizes = in.take(6);
        Bytes first = in.take((int) sizes.number(2));
        Bytes second = in.take((int) sizes.number(2));
        Bytes third = in.take((int) sizes.number(2));
        Bytes[] streams = {first, second, third, in.take(in.remaining())};
        int[] bits = new int[4];
        for (int i = 0; i < 4; i++) {
            bits[i] = streams[i].backwards();
        }
        int common = decodeTogether(streams, bits, out, quarter, count - 3 * quarter);
        for (int i = 0; i < 4; i++) {
            int end = Math.min((i + 1) * quarter, count);
            decode(streams[i], bits[i], out, i * quarter + common, end);
        }
    }

    /** Reads as many literals of each stream as all have for sure; gives how many, and leaves in bits where they go on. */
    private int decodeTogether(Bytes[] streams, int[] bits, byte[] out, int quarter, int shortest) {
        byte[] array = streams[0].array();
        short[] table = codes;
        int shift = Long.SIZE - width;
        int bit1 = bits[0];
        int bit2 = bits[1];
        int bit3 = bits[2];
        int bit4 = bits[3];
        int start1 = streams[0].position() * 8;
        int start2 = streams[1].position() * 8;
        int start3 = streams[2].position() * 8;
        int start4 = streams[3].position() * 8;
        int at = 0;
        while (at + CODES <= shortest) {
            long word1 = word(array, bit1);
            long word2 = word(array, bit2);
            long word3 = word(array, bit3);
            long word4 = word(array, bit4);
            for (int stop = at + CODES; at < stop; at++) {
                int code1 = table[(int) (word1 >>> shift)];
                int code2 = table[(int) (word2 >>> shift)];
                int code3 = table[(int) (word3 >>> shift)];
                int code4 = table[(int) (word4 >>> shift)];
                out[at] = (byte) code1;
                out[at + quarter] = (byte) code2;
                out[at + 2 * quarter] = (byte) code3;
                out[at + 3 * quarter] = (byte) code4;
                word1 <<= code1 >> 8;
                word2 <<= code2 >> 8;
                word3 <<= code3 >> 8;
                word4 <<= code4 >> 8;
                bit1 -= code1 >> 8;
                bit2 -= code2 >> 8;
                bit3 -= code3 >> 8;
                bit4 -= code4 >> 8;
            }
            check(((bit1 - start1) | (bit2 - start2) | (bit3 - start3) | (bit4 - start4)) >= 0);
        }
        bits[0] = bit1;
        bits[1] = bit2;
        bits[2] = bit3;
        bits[3] = bit4;
        return at;
    }

    private void decode(Bytes in, int from, byte[] out, int begin, int end) {
        int start = in.position() * 8;
        int bit = from;
        int at = begin;
        while (at < end) {
            long word = word(in.array(), bit);
            for (int stop = Math.min(at + CODES, end); at < stop; at++) {
                int code = codes[(int) (word >>> (Long.SIZE - width))];
                out[at] = (byte) code;
                word <<= code >> 8;
                bit -= code >> 8;
            }
            check(bit >= start);
        }
        check(bit == start);
    }

    /** The bits below one, at least 57 of them, the next one at the top. Before the stream they mean nothing. */
    private static long word(byte[] array, int bit) {
        return LittleEndian.getLong(array, ((bit + 7) >> 3) - Long.BYTES) << (-bit & 7);
    }

    private static void check(boolean right) {
        if (!right) {
            throw new WrongData("a stream of literals is longer or shorter than its size");
        }
    }
}
