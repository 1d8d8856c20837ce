package dev.gatun.image.layer;

import dev.gatun.image.layer.TarEntry.Extent;
import java.util.ArrayList;
import java.util.List;

/** Where the data of a sparse file belongs, as it is read from one of GNU tar's four forms. */
final class SparseMap {
    /** More pieces than any archive of a usual size can have. */
    private static final int MOST = 1 << 17;

    private final List<Extent> extents = new ArrayList<>();
    private long pendingOffset = -1;

    /** Adds up to {@code count} pairs of numbers in tar's form; an empty one is the end. */
    void add(byte[] block, int offset, int count) {
        for (int i = 0; i < count; i++) {
            int pair = offset + i * 2 * TarHeader.NUMBER;
            if (block[pair] == 0) {
                return;
            }
            add(
                    TarHeader.number(block, pair, TarHeader.NUMBER, "map of holes"),
                    TarHeader.number(block, pair + TarHeader.NUMBER, TarHeader.NUMBER, "map of holes"));
        }
    }

    /** Adds an offset, or the length that follows one. */
    void add(long number) {
        if (pendingOffset < 0) {
            if (number < 0) {
                throw new WrongArchive("its map of holes is wrong");
            }
            pendingOffset = number;
        } else {
            add(pendingOffset, number);
            pendingOffset = -1;
        }
    }

    private void add(long offset, long length) {
        long end = extents.isEmpty()
                ? 0
                : extents.getLast().offset() + extents.getLast().length();
        if (offset < end || length < 0 || offset + length < offset) {
            throw new WrongArchive("its map of holes is wrong");
        }
        if (extents.size() == MOST) {
            throw new WrongArchive("its map of holes has more than " + MOST + " entries");
        }
        extents.add(new Extent(offset, length));
    }

    boolean isEmpty() {
        return extents.isEmpty();
    }

    /** The extents of a file of so many bytes with so much data. */
    List<Extent> of(long size, long data) {
        long sum = 0;
        for (Extent extent : extents) {
            sum += extent.length();
            if (extent.offset() + extent.length() > size) {
                throw new WrongArchive("its map of holes goes beyond its end");
            }
        }
        if (pendingOffset >= 0 || sum != data) {
            throw new WrongArchive("its map of holes tells of " + sum + " bytes, and it has " + data);
        }
        return extents;
    }
}
