package dev.gatun.cgroup.systemd;

import dev.gatun.cgroup.CgroupException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Properties that a configuration's annotations ask for, as runc has them: {@code org.systemd.property.NAME} with a value
 * in GVariant's text format, such as {@code true}, {@code 'a text'}, {@code uint64 5} or {@code ['a', 'b']}.
 */
public final class AnnotatedProperties {
    private static final String PREFIX = "org.systemd.property.";
    private static final String SECONDS = "Sec";
    private static final int SHORTEST_NAME = 3;
    private static final BigDecimal MICROSECONDS = BigDecimal.valueOf(1_000_000);
    private static final Map<String, String> TYPES = Map.of(
            "byte",
            "y",
            "int16",
            "n",
            "uint16",
            "q",
            "int32",
            "i",
            "uint32",
            "u",
            "int64",
            "x",
            "uint64",
            "t",
            "double",
            "d",
            "objectpath",
            "o");

    private final String annotation;
    private final String text;
    private int next;

    private record Value(String type, Object value) {}

    private AnnotatedProperties(String annotation, String text) {
        this.annotation = annotation;
        this.text = text;
    }

    /** Those of a configuration. Throws {@link CgroupException} with the annotation that is wrong. */
    public static List<UnitProperty> of(Map<String, String> annotations) {
        var properties = new ArrayList<UnitProperty>();
        annotations.forEach((key, text) -> {
            if (key.startsWith(PREFIX)) {
                properties.add(new AnnotatedProperties(key, text).property());
            }
        });
        return properties;
    }

    private UnitProperty property() {
        String name = annotation.substring(PREFIX.length());
        boolean letters = name.chars().allMatch(c -> (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'));
        if (!letters || name.length() < SHORTEST_NAME) {
            throw wrong("\"" + name + "\" is not the name of a property");
        }
        Value value = value();
        skipBlanks();
        if (next < text.length()) {
            throw wrong("\"" + text.substring(next) + "\" is left over");
        }
        if (name.matches(".*[a-z]" + SECONDS)) {
            // The bus knows microseconds only; "Sec" is what unit files say.
            return UnitProperty.of(name.replaceFirst(SECONDS + "$", "USec"), microseconds(value));
        }
        return new UnitProperty(name, value.type(), value.value());
    }

    private long microseconds(Value value) {
        if (!(value.value() instanceof Number)) {
            throw wrong("not a number of seconds");
        }
        try {
            return new BigDecimal(value.value().toString())
                    .multiply(MICROSECONDS)
                    .toBigInteger()
                    .longValueExact();
        } catch (ArithmeticException e) {
            throw wrong("too many seconds");
        }
    }

    private Value value() {
        skipBlanks();
        if (next == text.length()) {
            throw wrong("a value is missing");
        }
        return switch (text.charAt(next)) {
            case '\'', '"' -> new Value("s", quoted());
            case '[' -> array("");
            case '@' -> {
                next++;
                yield typed(word());
            }
            default -> word(word());
        };
    }

    private Value word(String word) {
        if (word.equals("true") || word.equals("false")) {
            return new Value("b", word.equals("true"));
        }
        if (word.equals("string")) {
            return typed("s");
        }
        String type = TYPES.get(word);
        if (type != null) {
            return typed(type);
        }
        boolean fraction = word.indexOf('.') >= 0 || (word.indexOf('e') >= 0 && !word.startsWith("0x"));
        return number(fraction ? "d" : "i", word);
    }

    private Value typed(String type) {
        skipBlanks();
        boolean list = type.startsWith("a");
        if (list && next < text.length() && text.charAt(next) == '[') {
            return array(type.substring(1));
        }
        return switch (type) {
            case "s", "o" -> new Value(type, quoted());
            case "b" -> word(word());
            default -> number(type, word());
        };
    }

    private Value array(String element) {
        next++;
        var values = new ArrayList<Object>();
        String type = element;
        skipBlanks();
        while (next < text.length() && text.charAt(next) != ']') {
            Value value = element.isEmpty() ? value() : typed(element);
            if (!type.isEmpty() && !value.type().equals(type)) {
                throw wrong("an array holds values of one type");
            }
            type = value.type();
            values.add(value.value());
            skipBlanks();
            if (next < text.length() && text.charAt(next) == ',') {
                next++;
                skipBlanks();
            }
        }
        if (next == text.length()) {
            throw wrong("a ] is missing");
        }
        next++;
        if (type.isEmpty()) {
            throw wrong("an empty array needs a type, such as @as []");
        }
        return new Value("a" + type, values);
    }

    private Value number(String type, String word) {
        try {
            return switch (type) {
                case "d" -> new Value(type, Double.valueOf(word));
                case "y" -> new Value(type, (byte) within(word, 0, 0xff));
                case "n" -> new Value(type, (short) within(word, Short.MIN_VALUE, Short.MAX_VALUE));
                case "q" -> new Value(type, (int) within(word, 0, 0xffff));
                case "i" -> new Value(type, (int) within(word, Integer.MIN_VALUE, Integer.MAX_VALUE));
                case "u" -> new Value(type, within(word, 0, 0xffff_ffffL));
                case "x" -> new Value(type, Long.decode(word));
                case "t" ->
                    new Value(
                            type,
                            UnitProperty.unsigned(
                                    word.startsWith("0x")
                                            ? Long.parseUnsignedLong(word.substring(2), 16)
                                            : Long.parseUnsignedLong(word)));
                default -> throw wrong("\"" + type + "\" is not a type that is known here");
            };
        } catch (NumberFormatException e) {
            throw wrong("\"" + word + "\" is not a number of its type");
        }
    }

    private static long within(String word, long least, long most) {
        long value = Long.decode(word);
        if (value < least || value > most) {
            throw new NumberFormatException(word);
        }
        return value;
    }

    private String quoted() {
        char quote = next < text.length() ? text.charAt(next) : ' ';
        if (quote != '\'' && quote != '"') {
            throw wrong("a text stands in quotes");
        }
        var out = new StringBuilder();
        for (next++; next < text.length(); next++) {
            char c = text.charAt(next);
            if (c == quote) {
                next++;
                return out.toString();
            }
            if (c == '\\' && next + 1 < text.length()) {
                next++;
                c = text.charAt(next);
            }
            out.append(c);
        }
        throw wrong("the text's second quote is missing");
    }

    private String word() {
        int begin = next;
        while (next < text.length() && " \t,]['\"".indexOf(text.charAt(next)) < 0) {
            next++;
        }
        return text.substring(begin, next);
    }

    private void skipBlanks() {
        while (next < text.length() && Character.isWhitespace(text.charAt(next))) {
            next++;
        }
    }

    private CgroupException wrong(String what) {
        return new CgroupException("annotations[\"" + annotation + "\"]: " + what);
    }
}
