package dev.gatun.json;

import java.util.Random;

/** Makes documents that use all of the grammar: white space, escapes, every notation of numbers, duplicate keys. */
final class RandomJson {
    private static final String[] NUMBERS = {
        "0", "-0", "1e3", "-1E+2", "0.5", "9223372036854775807", "-9223372036854775808", "18446744073709551615",
        "18446744073709551616", "-9223372036854775809", "4294967296", "120e-1", "125e-2", "1e19", "1e20", "0e7",
        "1.50", "0.00e-3", "922337203685477580.70e1", "123456789012345678901234567890"
    };
    private static final String[] PIECES = {
        "a",
        "key",
        "\\n",
        "\\\"",
        "\\\\",
        "\\/",
        "\\u0041",
        "\\u00E9",
        "\\ud83d\\uDE00",
        "\u00fc",
        "\u20ac",
        "\uD83D\uDE00",
        " ",
        "\\b",
        "\\f",
        "\\r",
        "\\t",
        "\\u0000",
        "\uFFFD",
        "\u007f"
    };

    private final Random random;
    private final StringBuilder out = new StringBuilder();

    RandomJson(Random random) {
        this.random = random;
    }

    String document() {
        value(4);
        return out.toString();
    }

    private void value(int depth) {
        space();
        switch (random.nextInt(depth > 0 ? 8 : 5)) {
            case 0 -> string();
            case 1 -> number();
            case 2 -> out.append(random.nextBoolean());
            case 3 -> out.append("null");
            case 4 -> out.append(random.nextLong());
            case 5, 6 -> object(depth);
            default -> array(depth);
        }
        space();
    }

    private void object(int depth) {
        out.append('{');
        space();
        int size = random.nextInt(5);
        for (int i = 0; i < size; i++) {
            out.append(i == 0 ? "" : ",");
            space();
            string();
            space();
            out.append(':');
            value(depth - 1);
        }
        out.append('}');
    }

    private void array(int depth) {
        out.append('[');
        space();
        int size = random.nextInt(5);
        for (int i = 0; i < size; i++) {
            out.append(i == 0 ? "" : ",");
            value(depth - 1);
        }
        out.append(']');
    }

    private void string() {
        out.append('"');
        for (int n = random.nextInt(4); n > 0; n--) {
            out.append(PIECES[random.nextInt(PIECES.length)]);
        }
        out.append('"');
    }

    private void number() {
        if (random.nextBoolean()) {
            out.append(NUMBERS[random.nextInt(NUMBERS.length)]);
            return;
        }
        out.append(random.nextInt(2000) - 1000);
        if (random.nextBoolean()) {
            out.append('.').append(random.nextInt(1000));
        }
        if (random.nextBoolean()) {
            out.append('e').append(random.nextInt(40) - 20);
        }
    }

    private void space() {
        if (random.nextInt(4) == 0) {
            out.append(" \t\r\n".charAt(random.nextInt(4)));
        }
    }
}
