package dev.gatun.image.layer;

import dev.gatun.linux.FileName;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The records of a pax extended header (POSIX.1-2001, pax, "Extended Header"), which win over the header that follows. */
final class PaxRecords {
    private static final String ATTRIBUTE = "SCHILY.xattr.";
    private static final int LONGEST_NUMBER = 40;

    private final Map<String, byte[]> records = new LinkedHashMap<>();
    private final SparseMap sparse = new SparseMap();

    /** Adds records; each is {@code "LENGTH KEY=VALUE\n"} with the length of all of it. */
    void parse(byte[] bytes) {
        for (int at = 0; at < bytes.length; ) {
            int length = 0;
            int i = at;
            while (i < bytes.length && bytes[i] >= '0' && bytes[i] <= '9' && length <= bytes.length) {
                length = length * 10 + bytes[i++] - '0';
            }
            int end = at + length;
            if (i == at
                    || i >= bytes.length
                    || bytes[i] != ' '
                    || length > bytes.length - at
                    || end <= i + 1
                    || bytes[end - 1] != '\n') {
                throw new WrongArchive("a pax record is wrong");
            }
            int key = i + 1;
            int equals = key;
            while (equals < end && bytes[equals] != '=') {
                equals++;
            }
            if (equals == end || equals == key) {
                throw new WrongArchive("a pax record is wrong");
            }
            put(FileName.decode(bytes, key, equals - key), Arrays.copyOfRange(bytes, equals + 1, end - 1));
            at = end;
        }
    }

    private void put(String key, byte[] value) {
        switch (key) {
            // GNU's sparse format 0.0 repeats these, and their order is what counts
            case "GNU.sparse.offset", "GNU.sparse.numbytes" -> sparse.add(number(key, FileName.decode(value)));
            case "GNU.sparse.map" -> {
                for (String number : FileName.decode(value).split(",", -1)) {
                    sparse.add(number(key, number));
                }
            }
            default -> records.put(key, value);
        }
    }

    /** A record's text. An empty one takes back what was said before, so it counts as none. */
    Optional<String> text(String key) {
        byte[] value = records.get(key);
        if (value == null || value.length == 0) {
            return Optional.empty();
        }
        for (byte b : value) {
            if (b == 0) {
                throw new WrongArchive("its pax record " + key + " has a NUL");
            }
        }
        return Optional.of(FileName.decode(value));
    }

    long number(String key, long otherwise) {
        return text(key).map(text -> number(key, text)).orElse(otherwise);
    }

    private static long number(String key, String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException wrong) {
            throw new WrongArchive("its pax record " + key + " is not a number");
        }
    }

    /** Seconds with a fraction; what is beyond nanoseconds is cut off. */
    Optional<Instant> time(String key) {
        return text(key).map(text -> {
            try {
                // an exponent would make a number of a billion digits from ten bytes
                if (text.length() > LONGEST_NUMBER || text.indexOf('e') >= 0 || text.indexOf('E') >= 0) {
                    throw new NumberFormatException(text);
                }
                var time = new BigDecimal(text);
                BigDecimal seconds = time.setScale(0, RoundingMode.FLOOR);
                return Instant.ofEpochSecond(
                        seconds.longValueExact(),
                        time.subtract(seconds).movePointRight(9).intValue());
            } catch (NumberFormatException | ArithmeticException | DateTimeException wrong) {
                throw new WrongArchive("its pax record " + key + " is not a time");
            }
        });
    }

    /** The extended attributes. */
    Map<String, byte[]> attributes() {
        var attributes = new TreeMap<String, byte[]>();
        records.forEach((key, value) -> {
            if (key.startsWith(ATTRIBUTE)) {
                attributes.put(key.substring(ATTRIBUTE.length()), value);
            }
        });
        return attributes;
    }

    /** The map of GNU's sparse formats 0.0 and 0.1. */
    SparseMap sparse() {
        return sparse;
    }

    /** Whether the file is sparse in GNU's format 1.0, in which the map stands before the data. */
    boolean hasMapInData() {
        return text("GNU.sparse.major").isPresent() && number("GNU.sparse.major", 0) == 1;
    }
}
