package dev.gatun.json;

import dev.gatun.json.JsonValue.Kind;
import dev.gatun.json.JsonValue.Place;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads one JSON document, strictly: nothing may follow it, and there are no comments, trailing commas or byte order
 * marks. Of keys that occur twice in an object the last one counts, as for Go's decoder.
 *
 * <p>Invalid UTF-8 and halves of surrogate pairs are refused, where Go puts U+FFFD in their place: strings in these
 * documents become paths and arguments, and one that was quietly changed names another file.
 */
public final class JsonReader {
    private static final int MAX_DEPTH = 512;

    private final byte[] in;
    private int at;
    private int depth;

    private JsonReader(byte[] in) {
        this.in = in;
    }

    /** The document's value. Throws {@link JsonException} with line and column, both from 1, where it is not JSON. */
    public static JsonValue parse(byte[] utf8) {
        JsonReader reader = new JsonReader(utf8);
        JsonValue document = reader.value(Place.DOCUMENT);
        if (reader.peek() >= 0) {
            throw reader.expected("nothing after the document");
        }
        return document;
    }

    private JsonValue value(Place place) {
        int c = peek();
        return switch (c) {
            case '{' -> object(place);
            case '[' -> array(place);
            case '"' -> JsonValue.scalar(Kind.STRING, place, string());
            case 't' -> word("true", Kind.BOOLEAN, place);
            case 'f' -> word("false", Kind.BOOLEAN, place);
            case 'n' -> word("null", Kind.NULL, place);
            default -> {
                if (c != '-' && !isDigit(c)) {
                    throw expected("a value");
                }
                yield JsonValue.scalar(Kind.NUMBER, place, number());
            }
        };
    }

    private JsonValue object(Place place) {
        JsonValue object = JsonValue.container(Kind.OBJECT, place);
        enter();
        if (peek() != '}') {
            do {
                if (peek() != '"') {
                    throw expected("a key in quotes");
                }
                String key = string();
                if (peek() != ':') {
                    throw expected("a colon");
                }
                at++;
                object.put(key, value(new Place(object, key, -1)));
            } while (another('}', "a comma or }"));
        } else {
            at++;
        }
        depth--;
        return object;
    }

    private JsonValue array(Place place) {
        JsonValue array = JsonValue.container(Kind.ARRAY, place);
        enter();
        if (peek() != ']') {
            do {
                array.add(value(new Place(array, "", array.size())));
            } while (another(']', "a comma or ]"));
        } else {
            at++;
        }
        depth--;
        return array;
    }

    private void enter() {
        if (++depth > MAX_DEPTH) {
            throw error("nested deeper than " + MAX_DEPTH + " levels", at);
        }
        at++;
    }

    private boolean another(char close, String wanted) {
        int c = peek();
        if (c != ',' && c != close) {
            throw expected(wanted);
        }
        at++;
        return c == ',';
    }

    private JsonValue word(String word, Kind kind, Place place) {
        for (int i = 0; i < word.length(); i++) {
            if (current() != word.charAt(i)) {
                throw expected(word);
            }
            at++;
        }
        return JsonValue.scalar(kind, place, word);
    }

    private String number() {
        int start = at;
        if (current() == '-') {
            at++;
        }
        if (current() == '0') {
            at++;
        } else {
            digits();
        }
        if (current() == '.') {
            at++;
            digits();
        }
        if (current() == 'e' || current() == 'E') {
            at++;
            if (current() == '-' || current() == '+') {
                at++;
            }
            digits();
        }
        return new String(in, start, at - start, StandardCharsets.ISO_8859_1);
    }

    private void digits() {
        if (!isDigit(current())) {
            throw expected("a digit");
        }
        while (isDigit(current())) {
            at++;
        }
    }

    private static boolean isDigit(int c) {
        return c >= '0' && c <= '9';
    }

    /** A string without escapes is cut out of the document whole; only others are put together piece by piece. */
    private String string() {
        int start = ++at;
        skipPlain();
        if (current() == '"') {
            return text(start, at++);
        }
        StringBuilder out = new StringBuilder();
        while (current() == '\\') {
            out.append(text(start, at++));
            escape(out);
            start = at;
            skipPlain();
        }
        return out.append(text(start, at++)).toString();
    }

    /** Goes on to the string's next quote or backslash; most of a document is read in this loop. */
    private void skipPlain() {
        int i = at;
        while (i < in.length && in[i] != '"' && in[i] != '\\' && (in[i] & 0xFF) >= ' ') {
            i++;
        }
        at = i;
        int c = current();
        if (c < 0) {
            throw error("the string does not end", at);
        }
        if (c < ' ') {
            throw error("a control character in a string must be escaped", at);
        }
    }

    private String text(int start, int end) {
        String text = new String(in, start, end - start, StandardCharsets.UTF_8);
        if (text.length() == end - start && text.indexOf('\uFFFD') < 0) {
            return text;
        }
        // What is not UTF-8 was decoded to U+FFFD, and then does not encode to the same bytes again.
        byte[] again = text.getBytes(StandardCharsets.UTF_8);
        int difference = Arrays.mismatch(again, 0, again.length, in, start, end);
        if (difference >= 0) {
            throw error("invalid UTF-8", start + difference);
        }
        return text;
    }

    private void escape(StringBuilder out) {
        int c = current();
        switch (c) {
            case '"', '\\', '/' -> out.append((char) c);
            case 'b' -> out.append('\b');
            case 'f' -> out.append('\f');
            case 'n' -> out.append('\n');
            case 'r' -> out.append('\r');
            case 't' -> out.append('\t');
            case 'u' -> {
                unicode(out);
                return;
            }
            default -> throw error("no such escape in a string", at - 1);
        }
        at++;
    }

    private void unicode(StringBuilder out) {
        int start = at - 1;
        char first = hex4();
        out.append(first);
        if (!Character.isSurrogate(first)) {
            return;
        }
        if (Character.isHighSurrogate(first) && current() == '\\') {
            at++;
            if (current() == 'u') {
                char second = hex4();
                if (Character.isLowSurrogate(second)) {
                    out.append(second);
                    return;
                }
            }
        }
        throw error("half of a surrogate pair", start);
    }

    /** The four digits after the {@code u} that the reader stands at. */
    private char hex4() {
        int code = 0;
        at++;
        for (int i = 0; i < 4; i++) {
            int digit = hexDigit(current());
            if (digit < 0) {
                throw expected("a hexadecimal digit");
            }
            code = code << 4 | digit;
            at++;
        }
        return (char) code;
    }

    /** The digit's value, -1 if it is none. By hand: Character.digit also takes digits of other scripts. */
    private static int hexDigit(int c) {
        if (isDigit(c)) {
            return c - '0';
        }
        int lower = c | 0x20;
        return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
    }

    /** The byte after any white space, where the reader then stands; -1 at the end. */
    private int peek() {
        int i = at;
        while (i < in.length && (in[i] == ' ' || in[i] == '\n' || in[i] == '\t' || in[i] == '\r')) {
            i++;
        }
        at = i;
        return current();
    }

    private int current() {
        return at < in.length ? in[at] & 0xFF : -1;
    }

    private JsonException expected(String what) {
        return error("expected " + what + ", found " + found(), at);
    }

    private String found() {
        int c = current();
        if (c < 0) {
            return "the end of the document";
        }
        if (c > ' ' && c < 0x7F) {
            return Character.toString(c);
        }
        return "byte 0x" + Integer.toHexString(c);
    }

    private JsonException error(String problem, int offset) {
        int line = 1;
        int column = 1;
        for (int i = 0; i < offset && i < in.length; i++) {
            if (in[i] == '\n') {
                line++;
                column = 1;
            } else if ((in[i] & 0xC0) != 0x80) {
                column++;
            }
        }
        return new JsonException("line " + line + ", column " + column + ": " + problem);
    }
}
