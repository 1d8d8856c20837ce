package dev.gatun.image.layer.zstd;

/**
 * The checksum of a frame's content, with seed 0 (RFC 8878, 3.1.1).
 *
 * @see <a href="https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md">xxHash's specification</a>
 */
final class XxHash64 {
    private static final long PRIME_1 = 0x9E3779B185EBCA87L;
    private static final long PRIME_2 = 0xC2B2AE3D27D4EB4FL;
    private static final long PRIME_3 = 0x165667B19E3779F9L;
    private static final long PRIME_4 = 0x85EBCA77C2B2AE63L;
    private static final long PRIME_5 = 0x27D4EB2F165667C5L;
    /** PRIME_1 + PRIME_2, which overflows. */
    private static final long SUM = 0x60EA27EEADC0B5D6L;

    private static final int STRIPE = 32;

    private final byte[] partial = new byte[STRIPE];
    private long size;
    private long lane1 = SUM;
    private long lane2 = PRIME_2;
    private long lane3;
    private long lane4 = -PRIME_1;

    void update(byte[] array, int from, int count) {
        int at = from;
        int end = from + count;
        int kept = (int) (size % STRIPE);
        size += count;
        if (kept > 0) {
            int part = Math.min(STRIPE - kept, count);
            System.arraycopy(array, at, partial, kept, part);
            at += part;
            if (kept + part < STRIPE) {
                return;
            }
            stripes(partial, 0, STRIPE);
        }
        int rest = (end - at) % STRIPE;
        stripes(array, at, end - rest);
        System.arraycopy(array, end - rest, partial, 0, rest);
    }

    private void stripes(byte[] array, int from, int end) {
        long one = lane1;
        long two = lane2;
        long three = lane3;
        long four = lane4;
        for (int at = from; at < end; at += STRIPE) {
            one = round(one, LittleEndian.getLong(array, at));
            two = round(two, LittleEndian.getLong(array, at + 8));
            three = round(three, LittleEndian.getLong(array, at + 16));
            four = round(four, LittleEndian.getLong(array, at + 24));
        }
        lane1 = one;
        lane2 = two;
        lane3 = three;
        lane4 = four;
    }

    long value() {
        long hash = size < STRIPE ? PRIME_5 : merged();
        hash += size;
        int rest = (int) (size % STRIPE);
        int at = 0;
        for (; at + 8 <= rest; at += 8) {
            hash = Long.rotateLeft(hash ^ round(0, LittleEndian.getLong(partial, at)), 27) * PRIME_1 + PRIME_4;
        }
        for (; at + 4 <= rest; at += 4) {
            long four = LittleEndian.getInt(partial, at) & 0xffffffffL;
            hash = Long.rotateLeft(hash ^ (four * PRIME_1), 23) * PRIME_2 + PRIME_3;
        }
        for (; at < rest; at++) {
            hash = Long.rotateLeft(hash ^ ((partial[at] & 0xff) * PRIME_5), 11) * PRIME_1;
        }
        hash = (hash ^ (hash >>> 33)) * PRIME_2;
        hash = (hash ^ (hash >>> 29)) * PRIME_3;
        return hash ^ (hash >>> 32);
    }

    private long merged() {
        long hash = Long.rotateLeft(lane1, 1)
                + Long.rotateLeft(lane2, 7)
                + Long.rotateLeft(lane3, 12)
                + Long.rotateLeft(lane4, 18);
        for (long lane : new long[] {lane1, lane2, lane3, lane4}) {
            hash = (hash ^ round(0, lane)) * PRIME_1 + PRIME_4;
        }
        return hash;
    }

    private static long round(long lane, long input) {
        return Long.rotateLeft(lane + input * PRIME_2, 31) * PRIME_1;
    }
}
