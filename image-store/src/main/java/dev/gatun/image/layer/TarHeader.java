package dev.gatun.image.layer;

import dev.gatun.linux.FileName;
import java.nio.ByteBuffer;

/** One header block of tar, in the dialects v7, ustar (POSIX.1-1988) and GNU; offsets are bytes. */
final class TarHeader {
    private static final int CHECKSUM = 148;
    private static final int CHECKSUM_SIZE = 8;
    private static final int PREFIX = 345;
    private static final int PREFIX_SIZE = 155;
    private static final int GNU_SPARSE = 386;
    private static final int GNU_SPARSE_ENTRIES = 4;
    private static final int GNU_EXTENDED = 482;
    private static final int GNU_REAL_SIZE = 483;
    static final int NUMBER = 12;

    private final byte[] block = new byte[Chunks.BLOCK];

    /** Takes the next 512 bytes of a chunk. */
    void read(ByteBuffer chunk) {
        chunk.get(block);
    }

    boolean isZero() {
        for (byte b : block) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }

    /** Whether the sum of its bytes is the one it holds; some old writers added them as signed numbers. */
    boolean isWhole() {
        long unsigned = 0;
        long signed = 0;
        for (int i = 0; i < block.length; i++) {
            byte b = i >= CHECKSUM && i < CHECKSUM + CHECKSUM_SIZE ? (byte) ' ' : block[i];
            unsigned += b & 0xff;
            signed += b;
        }
        long wanted = number(CHECKSUM, CHECKSUM_SIZE, "checksum");
        return wanted == unsigned || wanted == signed;
    }

    char type() {
        return (char) (block[156] & 0xff);
    }

    String name() {
        String name = text(0, 100);
        boolean posix = text(257, 6).equals("ustar") && block[262] == 0;
        String prefix = posix ? text(PREFIX, PREFIX_SIZE) : "";
        return prefix.isEmpty() ? name : prefix + "/" + name;
    }

    String link() {
        return text(157, 100);
    }

    long mode() {
        return number(100, 8, "mode");
    }

    long uid() {
        return number(108, 8, "uid");
    }

    long gid() {
        return number(116, 8, "gid");
    }

    long size() {
        return number(124, NUMBER, "size");
    }

    long modified() {
        return number(136, NUMBER, "time");
    }

    /** The device numbers; old archives have other things there in entries that are no devices. */
    long major() {
        return number(329, 8, "device number");
    }

    long minor() {
        return number(337, 8, "device number");
    }

    /** GNU's sparse files: how large the file is with its holes. */
    long realSize() {
        return number(GNU_REAL_SIZE, NUMBER, "size");
    }

    /** GNU's sparse files: whether a block with more of the map follows. */
    boolean isExtended() {
        return block[GNU_EXTENDED] != 0;
    }

    /** Adds what the header itself holds of a sparse file's map. */
    void addTo(SparseMap map) {
        map.add(block, GNU_SPARSE, GNU_SPARSE_ENTRIES);
    }

    /** The bytes up to a NUL or the field's end. */
    private String text(int offset, int size) {
        int end = offset;
        while (end < offset + size && block[end] != 0) {
            end++;
        }
        return FileName.decode(block, offset, end - offset);
    }

    private long number(int offset, int size, String what) {
        return number(block, offset, size, what);
    }

    /** A number in octal digits, or in base 256 where its first bit is set (GNU); an empty field is 0. */
    static long number(byte[] block, int offset, int size, String what) {
        return (block[offset] & 0x80) != 0 ? binary(block, offset, size, what) : octal(block, offset, size, what);
    }

    private static long binary(byte[] block, int offset, int size, String what) {
        boolean negative = (block[offset] & 0x40) != 0;
        long value = negative ? -1 : 0;
        for (int i = 0; i < size; i++) {
            int b = block[offset + i] & 0xff;
            if (i == 0) {
                b = negative ? b | 0x80 : b & 0x7f;
            }
            long high = value >> 55;
            if (high != 0 && high != -1) {
                throw new WrongArchive("its " + what + " is too large");
            }
            value = value << 8 | b;
        }
        return value;
    }

    private static long octal(byte[] block, int offset, int size, String what) {
        int i = offset;
        int end = offset + size;
        while (i < end && block[i] == ' ') {
            i++;
        }
        long value = 0;
        for (; i < end && block[i] != ' ' && block[i] != 0; i++) {
            if (block[i] < '0' || block[i] > '7') {
                throw new WrongArchive("its " + what + " is not a number");
            }
            value = value << 3 | block[i] - '0';
        }
        for (; i < end; i++) {
            if (block[i] != ' ' && block[i] != 0) {
                throw new WrongArchive("its " + what + " is not a number");
            }
        }
        return value;
    }
}
