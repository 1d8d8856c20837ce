package dev.gatun.json;

/** How strings are quoted, in documents and in error messages. */
public final class JsonText {
    private static final int LONGEST_IN_A_MESSAGE = 80;
    private static final char REPLACEMENT = '\uFFFD';

    private JsonText() {}

    /** The string as an error message shows it: quoted, escaped, and cut if it is long. */
    public static String shown(String text) {
        StringBuilder out = new StringBuilder();
        quote(out, shorten(text));
        return out.toString();
    }

    static String shorten(String text) {
        if (text.length() <= LONGEST_IN_A_MESSAGE) {
            return text;
        }
        boolean splitsPair = Character.isHighSurrogate(text.charAt(LONGEST_IN_A_MESSAGE - 1));
        return text.substring(0, splitsPair ? LONGEST_IN_A_MESSAGE - 1 : LONGEST_IN_A_MESSAGE) + "...";
    }

    static void quote(StringBuilder out, String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ' || c == '"' || c == '\\' || c == 0x7F) {
                escape(out, c);
            } else if (Character.isSurrogate(c)) {
                i = surrogate(out, text, i);
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }

    private static void escape(StringBuilder out, char c) {
        switch (c) {
            case '"', '\\' -> out.append('\\').append(c);
            case '\n' -> out.append("\\n");
            case '\r' -> out.append("\\r");
            case '\t' -> out.append("\\t");
            default -> out.append("\\u00").append(hex(c >> 4)).append(hex(c));
        }
    }

    /** Writes the pair at {@code i}; half a pair has no UTF-8 form, and becomes U+FFFD. */
    private static int surrogate(StringBuilder out, String text, int i) {
        int codePoint = text.codePointAt(i);
        if (Character.isSupplementaryCodePoint(codePoint)) {
            out.appendCodePoint(codePoint);
            return i + 1;
        }
        out.append(REPLACEMENT);
        return i;
    }

    private static char hex(int digit) {
        return "0123456789abcdef".charAt(digit & 0xF);
    }
}
