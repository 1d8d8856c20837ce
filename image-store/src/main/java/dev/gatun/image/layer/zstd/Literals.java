package dev.gatun.image.layer.zstd;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The literals section of a block: bytes that sequences put before their matches (RFC 8878, 3.1.1.3.1). */
final class Literals {
    private final byte[] array = new byte[Window.LARGEST_BLOCK + Window.OVERSHOOT];
    private @Nullable HuffmanTable table;
    private int size;

    /** Forgets what an earlier frame left. */
    void reset() {
        table = null;
    }

    /** {@link Window#OVERSHOOT} bytes behind the literals exist. */
    byte[] array() {
        return array;
    }

    int size() {
        return size;
    }

    /**
     * Reads the section, and goes on behind it.
     *
     * @param limit of its size unpacked
     */
    void read(Bytes in, int limit) {
        int first = in.next();
        int format = (first >> 2) & 3;
        switch (first & 3) {
            case 0 -> {
                size = checked(plainSize(in, first, format), limit);
                System.arraycopy(in.array(), in.skip(size), array, 0, size);
            }
            case 1 -> {
                size = checked(plainSize(in, first, format), limit);
                Arrays.fill(array, 0, size, (byte) in.next());
            }
            case 2 -> readPacked(in, first, format, limit, true);
            default -> readPacked(in, first, format, limit, false);
        }
    }

    private static int plainSize(Bytes in, int first, int format) {
        return switch (format) {
            case 1 -> (first >> 4) | (in.next() << 4);
            case 3 -> (first >> 4) | ((int) in.number(2) << 4);
            default -> first >> 3;
        };
    }

    private void readPacked(Bytes in, int first, int format, int limit, boolean newTable) {
        // two sizes of equal width behind the four bits of type and format
        int width = format < 2 ? 10 : 6 + 4 * format;
        long sizes = (first >> 4) | (in.number(format < 2 ? 2 : format + 1) << 4);
        size = checked((int) sizes & ((1 << width) - 1), limit);
        Bytes packed = in.take((int) (sizes >> width));
        if (newTable) {
            table = HuffmanTable.read(packed);
        }
        if (table == null) {
            throw new WrongData("literals need the table of an earlier block, and there is none");
        }
        if (format == 0) {
            table.decode(packed, array, size);
        } else {
            table.decodeFour(packed, array, size);
        }
    }

    private static int checked(int size, int limit) {
        if (size > limit) {
            throw new WrongData("a block has too many literals");
        }
        return size;
    }
}
