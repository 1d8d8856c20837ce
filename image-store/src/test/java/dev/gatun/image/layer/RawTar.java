package dev.gatun.image.layer;

import dev.gatun.linux.FileName;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Writes archives for tests, wrong ones too: nothing is checked. */
final class RawTar {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    /** A header, as its fields say. */
    static final class Header {
        final byte[] block = new byte[512];

        Header(String name, char type) {
            text(0, 100, name);
            number(100, 8, 0644);
            number(108, 8, 0);
            number(116, 8, 0);
            number(124, 12, 0);
            number(136, 12, 1_000_000_000);
            block[156] = (byte) type;
            text(257, 8, "ustar\00000");
        }

        Header text(int offset, int size, String value) {
            byte[] bytes = FileName.encode(value);
            Arrays.fill(block, offset, offset + size, (byte) 0);
            System.arraycopy(bytes, 0, block, offset, Math.min(size, bytes.length));
            return this;
        }

        Header link(String target) {
            return text(157, 100, target);
        }

        Header mode(int mode) {
            return number(100, 8, mode);
        }

        Header size(long size) {
            return number(124, 12, size);
        }

        Header device(long major, long minor) {
            return number(329, 8, major).number(337, 8, minor);
        }

        Header number(int offset, int size, long value) {
            return text(offset, size, String.format("%0" + (size - 1) + "o", value));
        }

        /** In base 256. */
        Header binary(int offset, int size, long value) {
            for (int i = size - 1; i >= 0; i--) {
                block[offset + i] = (byte) value;
                value >>= 8;
            }
            block[offset] |= (byte) 0x80;
            return this;
        }

        Header magic(String magic) {
            return text(257, 8, magic);
        }

        byte[] bytes() {
            Arrays.fill(block, 148, 156, (byte) ' ');
            int sum = 0;
            for (byte b : block) {
                sum += b & 0xff;
            }
            text(148, 8, String.format("%06o", sum) + "\0 ");
            return block;
        }
    }

    RawTar add(Header header) {
        out.writeBytes(header.bytes());
        return this;
    }

    RawTar add(String name, char type, String link) {
        return add(new Header(name, type).link(link));
    }

    RawTar file(String name, String content) {
        return file(new Header(name, '0'), content.getBytes(StandardCharsets.UTF_8));
    }

    RawTar file(Header header, byte[] content) {
        add(header.size(content.length));
        return data(content);
    }

    /** Data with what fills its last block. */
    RawTar data(byte[] content) {
        out.writeBytes(content);
        out.writeBytes(new byte[-content.length & 511]);
        return this;
    }

    RawTar pax(String... keysAndValues) {
        var records = new ByteArrayOutputStream();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            byte[] rest = FileName.encode(" " + keysAndValues[i] + "=" + keysAndValues[i + 1] + "\n");
            int length = rest.length + 1;
            while (Integer.toString(length).length() + rest.length != length) {
                length++;
            }
            records.writeBytes(Integer.toString(length).getBytes(StandardCharsets.UTF_8));
            records.writeBytes(rest);
        }
        return file(new Header("PaxHeaders", 'x'), records.toByteArray());
    }

    RawTar raw(byte[] bytes) {
        out.writeBytes(bytes);
        return this;
    }

    /** Without the end. */
    byte[] bytes() {
        return out.toByteArray();
    }

    byte[] ended() {
        return raw(new byte[1024]).bytes();
    }
}
