package dev.gatun.linux;

/**
 * A NUL-terminated string as an argument.
 *
 * @param value the string, without a NUL of its own
 */
public record Text(String value) implements Arg {
    public Text {
        if (value.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("a string for the kernel may not contain a NUL: " + quoted(value));
        }
    }

    @Override
    public long word(Memory memory) {
        return memory.string(value);
    }

    @Override
    public void print(StringBuilder out) {
        out.append(quoted(value));
    }

    /** The string in double quotes, with control characters and quotes escaped as in C. */
    public static String quoted(String value) {
        var out = new StringBuilder(value.length() + 2).append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '"', '\\' -> out.append('\\').append(c);
                case '\n' -> out.append("\\n");
                case '\t' -> out.append("\\t");
                case '\r' -> out.append("\\r");
                default -> {
                    if (FileName.isEscape(value, i)) {
                        int escaped = FileName.unescaped(c);
                        out.append("\\x").append(Integer.toHexString(escaped));
                    } else if (c < ' ' || c == 0x7f) {
                        out.append("\\x").append(Character.forDigit(c >> 4, 16)).append(Character.forDigit(c & 15, 16));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        return out.append('"').toString();
    }
}
