package dev.gatun.image.layer.zstd;

/** Bits that are read from the lowest one of the first byte on: only tables' descriptions are (RFC 8878, 4.1.1). */
final class ForwardBits {
    private final Bytes in;
    private int position;

    ForwardBits(Bytes in) {
        this.in = in;
        this.position = in.position() * 8;
    }

    int next(int count) {
        int value = (int) LittleEndian.getBits(in.array(), position, count);
        skip(count);
        return value;
    }

    /** A number from 0 to {@code largest}; the lower ones take a bit less. */
    int upTo(int largest) {
        int count = 32 - Integer.numberOfLeadingZeros(largest);
        int value = (int) LittleEndian.getBits(in.array(), position, count);
        int shortOnes = (1 << count) - 1 - largest;
        int low = value & ((1 << (count - 1)) - 1);
        if (low < shortOnes) {
            skip(count - 1);
            return low;
        }
        skip(count);
        return value == low ? value : value - shortOnes;
    }

    /** The rest of the last byte means nothing. */
    void end() {
        in.skip((position + 7) / 8 - in.position());
    }

    private void skip(int count) {
        position += count;
        if (position > in.limit() * 8) {
            throw new WrongData("a table of states ends too early");
        }
    }
}
