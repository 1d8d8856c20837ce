package dev.gatun.image.archive;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Writes files of short names to a tar archive (POSIX ustar), the same bytes each time. */
final class TarOutput {
    private static final int BLOCK = 512;
    private static final int LONGEST_NAME = 100;
    private static final long LARGEST_OCTAL = 077777777777L;

    private final OutputStream out;

    TarOutput(OutputStream out) {
        this.out = out;
    }

    void file(String name, byte[] content) throws IOException {
        out.write(header(name, '0', content.length));
        out.write(content);
        pad(content.length);
    }

    void file(String name, long size, InputStream content) throws IOException {
        out.write(header(name, '0', size));
        content.transferTo(out);
        pad(size);
    }

    void folder(String name) throws IOException {
        out.write(header(name + "/", '5', 0));
    }

    /** The two empty blocks at the end. */
    void finish() throws IOException {
        out.write(new byte[2 * BLOCK]);
        out.flush();
    }

    private void pad(long size) throws IOException {
        out.write(new byte[(int) ((BLOCK - size % BLOCK) % BLOCK)]);
    }

    private static byte[] header(String name, char type, long size) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > LONGEST_NAME) {
            throw new IllegalArgumentException(name + " is longer than " + LONGEST_NAME + " bytes");
        }
        var header = new byte[BLOCK];
        System.arraycopy(bytes, 0, header, 0, bytes.length);
        octal(header, 100, 8, type == '5' ? 0755 : 0644);
        octal(header, 108, 8, 0);
        octal(header, 116, 8, 0);
        size(header, size);
        octal(header, 136, 12, 0);
        header[156] = (byte) type;
        text(header, 257, "ustar\00000");
        text(header, 148, "        ");
        long sum = 0;
        for (byte b : header) {
            sum += b & 0xff;
        }
        octal(header, 148, 7, sum);
        return header;
    }

    /** Sizes from 8 GiB on have no room in octal digits; then in binary, as GNU has it and all readers know. */
    private static void size(byte[] header, long size) {
        if (size <= LARGEST_OCTAL) {
            octal(header, 124, 12, size);
            return;
        }
        header[124] = (byte) 0x80;
        for (int i = 0; i < Long.BYTES; i++) {
            header[135 - i] = (byte) (size >>> (8 * i));
        }
    }

    private static void octal(byte[] header, int offset, int length, long value) {
        String digits = Long.toOctalString(value);
        text(header, offset, "0".repeat(length - 1 - digits.length()) + digits);
    }

    private static void text(byte[] header, int offset, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(bytes, 0, header, offset, bytes.length);
    }
}
