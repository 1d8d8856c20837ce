package dev.gatun.image.archive;

import dev.gatun.image.Manifest;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The members of a tar archive one after the other (POSIX ustar with pax headers, and GNU's long names). */
final class TarInput {
    private static final int BLOCK = 512;
    private static final String PATH = "path";
    private static final String LINK = "linkpath";
    private static final String SIZE = "size";

    private final InputStream in;
    private Content content;

    TarInput(InputStream in) {
        this.in = in;
        this.content = new Content(0, in);
    }

    /** The next member, whose content can be read from {@link #content}; empty at the end. */
    Optional<TarEntry> next() throws IOException {
        Map<String, String> extended = new HashMap<>();
        while (true) {
            content.finish();
            byte[] header = in.readNBytes(BLOCK);
            if (header.length == 0 || isZero(header)) {
                return Optional.empty();
            }
            if (header.length < BLOCK) {
                throw damaged("ends in the middle of a header");
            }
            checkSum(header);
            TarEntry entry = entry(header);
            content = new Content(entry.size(), in);
            switch (entry.type()) {
                case 'x' -> extended.putAll(pax(document(entry)));
                case 'g' -> document(entry);
                case 'L' -> extended.put(PATH, text(document(entry)));
                case 'K' -> extended.put(LINK, text(document(entry)));
                default -> {
                    return Optional.of(extend(entry, extended));
                }
            }
        }
    }

    /** Of the member that was given last. */
    InputStream content() {
        return content;
    }

    private TarEntry extend(TarEntry entry, Map<String, String> extended) throws IOException {
        long size = entry.size();
        if (extended.containsKey(SIZE)) {
            try {
                size = Long.parseLong(extended.get(SIZE));
            } catch (NumberFormatException e) {
                throw new IOException("not a tar archive that can be read: size " + extended.get(SIZE), e);
            }
            content = new Content(size, in);
        }
        return new TarEntry(
                extended.getOrDefault(PATH, entry.name()),
                entry.type(),
                size,
                extended.getOrDefault(LINK, entry.link()));
    }

    private static TarEntry entry(byte[] header) throws IOException {
        String name = field(header, 0, 100);
        boolean ustar = field(header, 257, 6).equals("ustar") && header[263] == '0';
        String prefix = ustar ? field(header, 345, 155) : "";
        char type = (char) (header[156] & 0xff);
        // Links and folders have no content, whatever the header says.
        boolean empty = "123456".indexOf(type) >= 0;
        return new TarEntry(
                prefix.isEmpty() ? name : prefix + "/" + name,
                type,
                empty ? 0 : number(header, 124, 12),
                field(header, 157, 100));
    }

    private static String field(byte[] header, int offset, int length) {
        int end = offset;
        while (end < offset + length && header[end] != 0) {
            end++;
        }
        return new String(header, offset, end - offset, StandardCharsets.UTF_8);
    }

    /** In octal digits or, as GNU writes large ones, in binary. */
    private static long number(byte[] header, int offset, int length) throws IOException {
        long value = 0;
        if ((header[offset] & 0x80) != 0) {
            for (int i = offset + length - 8; i < offset + length; i++) {
                value = value << 8 | (header[i] & 0xff);
            }
        } else {
            for (char digit : field(header, offset, length).strip().toCharArray()) {
                if (digit < '0' || digit > '7') {
                    throw damaged("a number is not octal");
                }
                value = value << 3 | (digit - '0');
            }
        }
        if (value < 0) {
            throw damaged("a size is negative");
        }
        return value;
    }

    private static void checkSum(byte[] header) throws IOException {
        long sum = 0;
        for (int i = 0; i < BLOCK; i++) {
            sum += i >= 148 && i < 156 ? ' ' : header[i] & 0xff;
        }
        if (sum != number(header, 148, 8)) {
            throw damaged("a header's sum is wrong");
        }
    }

    private static boolean isZero(byte[] block) {
        for (byte b : block) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }

    private byte[] document(TarEntry entry) throws IOException {
        if (entry.size() > Manifest.MAX_SIZE) {
            throw damaged("an extended header has " + entry.size() + " bytes");
        }
        return content.readAllBytes();
    }

    private static String text(byte[] bytes) {
        int end = bytes.length;
        while (end > 0 && bytes[end - 1] == 0) {
            end--;
        }
        return new String(bytes, 0, end, StandardCharsets.UTF_8);
    }

    /** Records of the form {@code length key=value\n}. */
    private static Map<String, String> pax(byte[] bytes) throws IOException {
        Map<String, String> records = new HashMap<>();
        int at = 0;
        while (at < bytes.length) {
            int blank = at;
            int length = 0;
            while (blank < bytes.length && bytes[blank] >= '0' && bytes[blank] <= '9' && length < bytes.length) {
                length = length * 10 + (bytes[blank++] - '0');
            }
            int end = at + length;
            if (end > bytes.length || end <= blank + 1 || bytes[blank] != ' ') {
                throw damaged("an extended header cannot be read");
            }
            String line = new String(bytes, blank + 1, end - blank - 2, StandardCharsets.UTF_8);
            int equals = line.indexOf('=');
            if (equals > 0) {
                records.put(line.substring(0, equals), line.substring(equals + 1));
            }
            at = end;
        }
        return records;
    }

    private static IOException damaged(String why) {
        return new IOException("not a tar archive that can be read: " + why);
    }

    /** Closing it does not close the archive. */
    private static final class Content extends FilterInputStream {
        private final long size;
        private long left;

        Content(long size, InputStream in) {
            super(in);
            this.size = size;
            this.left = size;
        }

        @Override
        public int read() throws IOException {
            var one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (left == 0) {
                return -1;
            }
            int got = in.read(bytes, offset, (int) Math.min(length, left));
            if (got < 0) {
                throw damaged("ends in the middle of a file");
            }
            left -= got;
            return got;
        }

        @Override
        public int available() {
            return 0;
        }

        @Override
        public void close() {}

        void finish() throws IOException {
            in.skipNBytes(left + (BLOCK - size % BLOCK) % BLOCK);
            left = 0;
        }
    }
}
