package dev.gatun.linux;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Names of files as strings, whatever bytes they are of.
 *
 * <p>The kernel's names are bytes, mostly UTF-8. A byte that is no part of UTF-8 becomes the lone surrogate U+DC00 + byte
 * and back, as in Python (PEP 383, "surrogateescape"), so that no name is lost or mistaken for another.
 */
public final class FileName {
    private static final char ESCAPE = 0xdc00;

    private FileName() {}

    /** The string for {@code length} bytes from {@code offset} on. */
    public static String decode(byte[] bytes, int offset, int length) {
        var name = new String(bytes, offset, length, StandardCharsets.UTF_8);
        // a replacement character stands for what could not be decoded, or for itself
        return name.indexOf('\ufffd') < 0 ? name : escape(bytes, offset, length);
    }

    public static String decode(byte[] bytes) {
        return decode(bytes, 0, bytes.length);
    }

    /** The bytes that {@link #decode} made the string of; what no name can hold (other lone surrogates) becomes a question mark. */
    public static byte[] encode(String name) {
        for (int i = 0; i < name.length(); i++) {
            if (isEscape(name, i)) {
                return unescape(name);
            }
        }
        return name.getBytes(StandardCharsets.UTF_8);
    }

    /** Whether the character at {@code i} stands for a byte. */
    static boolean isEscape(String name, int i) {
        char c = name.charAt(i);
        return c >= ESCAPE + 0x80 && c <= ESCAPE + 0xff && (i == 0 || !Character.isHighSurrogate(name.charAt(i - 1)));
    }

    /** The byte that an escape stands for. */
    static int unescaped(char c) {
        return c - ESCAPE;
    }

    private static String escape(byte[] bytes, int offset, int length) {
        var name = new StringBuilder(length);
        int end = offset + length;
        for (int i = offset; i < end; ) {
            int size = sequence(bytes, i, end);
            if (size == 0) {
                name.append((char) (ESCAPE + (bytes[i++] & 0xff)));
            } else {
                name.append(new String(bytes, i, size, StandardCharsets.UTF_8));
                i += size;
            }
        }
        return name.toString();
    }

    /** How many bytes the character at {@code i} takes, or 0 if there is none. */
    private static int sequence(byte[] bytes, int i, int end) {
        int first = bytes[i] & 0xff;
        int size = first < 0x80 ? 1 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
        if (size > end - i) {
            return 0;
        }
        String character = new String(bytes, i, size, StandardCharsets.UTF_8);
        byte[] again = character.getBytes(StandardCharsets.UTF_8);
        // encoding it again tells U+FFFD from what could not be decoded
        return character.codePointCount(0, character.length()) == 1
                        && Arrays.equals(bytes, i, i + size, again, 0, again.length)
                ? size
                : 0;
    }

    private static byte[] unescape(String name) {
        var bytes = new ByteArrayOutputStream(name.length() + 8);
        int plain = 0;
        for (int i = 0; i <= name.length(); i++) {
            if (i == name.length() || isEscape(name, i)) {
                bytes.writeBytes(name.substring(plain, i).getBytes(StandardCharsets.UTF_8));
                if (i < name.length()) {
                    bytes.write(unescaped(name.charAt(i)));
                }
                plain = i + 1;
            }
        }
        return bytes.toByteArray();
    }
}
