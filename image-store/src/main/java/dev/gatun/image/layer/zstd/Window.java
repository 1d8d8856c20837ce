package dev.gatun.image.layer.zstd;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * What was unpacked of a frame last: what the channel's reader has not got yet, and how far back matches may reach. It grows
 * with what a frame really holds, so a frame cannot make it large by asking for it.
 */
final class Window {
    /** RFC 8878, 3.1.1.2.4. */
    static final int LARGEST_BLOCK = 128 << 10;

    /** Copies go by eight bytes, and look and write at most so many bytes beyond their end. */
    static final int OVERSHOOT = 32;

    private static final int STEP = Long.BYTES;
    private static final int FIRST = 2 * STEP;

    /** With more bytes than that System.arraycopy is faster, if a match does not run into its own copy. */
    private static final int LONG = 64;

    private byte[] array = new byte[4 * LARGEST_BLOCK + OVERSHOOT];
    private int size;
    private int begin;
    private int end;
    private int limit;

    /** Forgets what there is, for a frame with a window of this size. */
    void reset(int windowSize) {
        size = windowSize;
        begin = 0;
        end = 0;
    }

    /** Makes room for a block, all of whose forerunners have been drained. */
    void beginBlock(int blockLimit) {
        if (end > array.length - OVERSHOOT - LARGEST_BLOCK) {
            int enough = size + Math.max(size / 2, 3 * LARGEST_BLOCK) + OVERSHOOT;
            if (array.length < enough) {
                array = Arrays.copyOf(array, Math.min(2 * array.length, enough + LARGEST_BLOCK));
            } else {
                int kept = Math.min(size, end);
                System.arraycopy(array, end - kept, array, 0, kept);
                end = kept;
            }
        }
        begin = end;
        limit = end + blockLimit;
    }

    /** Gives what has been unpacked and not been given. */
    int drain(ByteBuffer target) {
        int count = Math.min(end - begin, target.remaining());
        target.put(array, begin, count);
        begin += count;
        return count;
    }

    /** Bytes of the block so far. */
    int blockSize() {
        return end - begin;
    }

    void checksum(XxHash64 hash) {
        hash.update(array, begin, end - begin);
    }

    void append(byte[] from, int at, int count) {
        require(count);
        System.arraycopy(from, at, array, end, count);
        end += count;
    }

    void fill(byte value, int count) {
        require(count);
        Arrays.fill(array, end, end + count, value);
        end += count;
    }

    /**
     * Appends literals and then a match (RFC 8878, 3.1.1.4).
     *
     * @param literals with {@link #OVERSHOOT} bytes more than are meant
     * @param offset how far back the match is
     */
    void append(byte[] literals, int at, int literalLength, long offset, int matchLength) {
        require(literalLength + matchLength);
        byte[] to = array;
        int start = end;
        int match = start + literalLength;
        copy(literals, at, to, start, match);
        if (offset > match || offset > size) {
            throw new WrongData("a match reaches back too far");
        }
        end = match + matchLength;
        int distance = (int) offset;
        if (distance < STEP) {
            repeat(to, match, distance);
            match += STEP;
            // the same bytes come again at every multiple of the distance
            distance *= (STEP + distance - 1) / distance;
        }
        copy(to, match - distance, to, match, end);
    }

    /** To {@code end}, and up to {@link #FIRST} bytes beyond: most copies are so short, and a loop costs more. */
    private static void copy(byte[] from, int at, byte[] to, int start, int end) {
        LittleEndian.copyLong(from, at, to, start);
        LittleEndian.copyLong(from, at + STEP, to, start + STEP);
        if (end - start > FIRST) {
            copyRest(from, at, to, start, end);
        }
    }

    private static void copyRest(byte[] from, int at, byte[] to, int start, int end) {
        int count = end - start;
        if (count > LONG && at + count <= start) {
            System.arraycopy(from, at, to, start, count);
            return;
        }
        int source = at + FIRST;
        for (int i = start + FIRST; i < end; i += STEP) {
            LittleEndian.copyLong(from, source, to, i);
            source += STEP;
        }
    }

    private static void repeat(byte[] array, int start, int distance) {
        for (int i = start; i < start + STEP; i++) {
            array[i] = array[i - distance];
        }
    }

    private void require(int count) {
        if (count > limit - end) {
            throw new WrongData("a block holds more than it may");
        }
    }
}
