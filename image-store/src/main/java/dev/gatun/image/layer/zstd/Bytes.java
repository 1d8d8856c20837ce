package dev.gatun.image.layer.zstd;

/**
 * A part of an array that is read from its begin to its end, and never beyond. {@link Input#MARGIN} bytes before and behind
 * it exist, so that it may be read by eight bytes with the check coming after.
 */
final class Bytes {
    private final byte[] array;
    private final int limit;
    private int position;

    Bytes(byte[] array, int position, int size) {
        this.array = array;
        this.position = position;
        this.limit = position + size;
    }

    byte[] array() {
        return array;
    }

    /** Where in the array the next byte is. */
    int position() {
        return position;
    }

    int limit() {
        return limit;
    }

    int remaining() {
        return limit - position;
    }

    /** All of it, at most eight bytes, as a number. */
    long number() {
        return number(remaining());
    }

    /** The next number, of at most eight bytes. */
    long number(int size) {
        long number = 0;
        int at = skip(size);
        for (int i = size - 1; i >= 0; i--) {
            number = (number << 8) | (array[at + i] & 0xff);
        }
        return number;
    }

    int next() {
        return array[skip(1)] & 0xff;
    }

    /** The next bytes, which are then behind. */
    Bytes take(int size) {
        return new Bytes(array, skip(size), size);
    }

    /** Goes on behind the next bytes, and gives where they are. */
    int skip(int size) {
        if (size > remaining()) {
            throw new WrongData("a block ends too early");
        }
        int at = position;
        position += size;
        return at;
    }

    /**
     * Where, in bits from the array's begin, a stream that is read backwards has its first bit: below the highest one of the
     * last byte (RFC 8878, 4.1 and 4.2.2).
     */
    int backwards() {
        if (remaining() == 0 || array[limit - 1] == 0) {
            throw new WrongData("a stream of bits has no end mark");
        }
        return limit * 8 - (Integer.numberOfLeadingZeros(array[limit - 1] & 0xff) - 24) - 1;
    }
}
