package dev.gatun.json;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A value in a document, or the place where one could be: the field of an object that does not have it is an absent
 * value, and so is {@code null}, as Go's decoder has it. Each value knows its path, which is only put into words when
 * an error needs it. Not changed once {@link JsonReader} has returned it.
 *
 * <p>The typed accessors throw {@link JsonException} with the path, what was expected and what was found.
 */
public final class JsonValue {
    /** What a value is; {@code ABSENT} is a field that its object does not have. */
    public enum Kind {
        OBJECT,
        ARRAY,
        STRING,
        NUMBER,
        BOOLEAN,
        NULL,
        ABSENT
    }

    private static final long UINT32_MAX = 0xFFFF_FFFFL;

    private final Kind kind;
    private final @Nullable JsonValue parent;
    private final String key;
    private final int index;
    private final String text;
    private final Map<String, JsonValue> fields;
    private final List<JsonValue> elements;

    private JsonValue(Kind kind, Place place, String text) {
        this.kind = kind;
        this.parent = place.parent();
        this.key = place.key();
        this.index = place.index();
        this.text = text;
        this.fields = kind == Kind.OBJECT ? new LinkedHashMap<>() : Map.of();
        this.elements = kind == Kind.ARRAY ? new ArrayList<>() : List.of();
    }

    /** Where a value stands: under a key of an object, or at an index (not negative) of an array. */
    record Place(@Nullable JsonValue parent, String key, int index) {
        static final Place DOCUMENT = new Place(null, "", -1);
    }

    static JsonValue container(Kind kind, Place place) {
        return new JsonValue(kind, place, "");
    }

    static JsonValue scalar(Kind kind, Place place, String text) {
        return new JsonValue(kind, place, text);
    }

    void put(String name, JsonValue value) {
        fields.put(name, value);
    }

    void add(JsonValue value) {
        elements.add(value);
    }

    int size() {
        return elements.size();
    }

    /** What this value is. */
    public Kind kind() {
        return kind;
    }

    /** Whether there is a value here: neither absent nor {@code null}. */
    public boolean isPresent() {
        return kind != Kind.ABSENT && kind != Kind.NULL;
    }

    /** This value, which must be there: else the error is {@code path: missing; <what> is required}. */
    public JsonValue required(String what) {
        if (!isPresent()) {
            throw error("missing; " + what + " is required");
        }
        return this;
    }

    /** The field of this object; absent if the object does not have it, or is absent itself. */
    public JsonValue field(String name) {
        if (isPresent() && kind != Kind.OBJECT) {
            throw unexpected("an object");
        }
        JsonValue value = fields.get(name);
        return value != null ? value : new JsonValue(Kind.ABSENT, new Place(this, name, -1), "");
    }

    /** The fields of this object in the order of the document; none if it is absent. */
    public Map<String, JsonValue> fields() {
        if (isPresent() && kind != Kind.OBJECT) {
            throw unexpected("an object");
        }
        return Collections.unmodifiableMap(fields);
    }

    /** The elements of this array; none if it is absent. */
    public List<JsonValue> elements() {
        if (isPresent() && kind != Kind.ARRAY) {
            throw unexpected("an array");
        }
        return Collections.unmodifiableList(elements);
    }

    /** The string. */
    public String string() {
        if (kind != Kind.STRING) {
            throw unexpected("a string");
        }
        return text;
    }

    /** The string, or {@code fallback} if it is absent. */
    public String string(String fallback) {
        return isPresent() ? string() : fallback;
    }

    /** The truth value. */
    public boolean bool() {
        if (kind != Kind.BOOLEAN) {
            throw unexpected("true or false");
        }
        return text.equals("true");
    }

    /** The truth value, or {@code fallback} if it is absent. */
    public boolean bool(boolean fallback) {
        return isPresent() ? bool() : fallback;
    }

    /** The integer, which may also be written as {@code 1e3} or {@code 1.0}, between the bounds inclusive. */
    public long integer(long min, long max) {
        OptionalLong value = kind == Kind.NUMBER ? JsonNumber.int64(text) : OptionalLong.empty();
        if (value.isEmpty() || value.getAsLong() < min || value.getAsLong() > max) {
            throw unexpected("a number from " + min + " to " + max);
        }
        return value.getAsLong();
    }

    /** An integer of 32 bits. */
    public int int32() {
        return (int) integer(Integer.MIN_VALUE, Integer.MAX_VALUE);
    }

    /** An integer from 0 to 4294967295. */
    public long uint32() {
        return integer(0, UINT32_MAX);
    }

    /** An integer of 64 bits. */
    public long int64() {
        return integer(Long.MIN_VALUE, Long.MAX_VALUE);
    }

    /** An integer from 0 to 18446744073709551615, in a long that is to be taken as unsigned. */
    public long uint64() {
        OptionalLong value = kind == Kind.NUMBER ? JsonNumber.uint64(text) : OptionalLong.empty();
        if (value.isEmpty()) {
            throw unexpected("a number from 0 to 18446744073709551615");
        }
        return value.getAsLong();
    }

    /** Any number, as the nearest double; infinite if it is beyond a double's range. */
    public double number() {
        if (kind != Kind.NUMBER) {
            throw unexpected("a number");
        }
        return Double.parseDouble(text);
    }

    /** The place of this value, such as {@code linux.namespaces[2].type}; empty for the document itself. */
    public String path() {
        StringBuilder path = new StringBuilder();
        appendPath(path);
        return path.toString();
    }

    private void appendPath(StringBuilder path) {
        if (parent == null) {
            return;
        }
        parent.appendPath(path);
        if (index >= 0) {
            path.append('[').append(index).append(']');
        } else {
            JsonPath.append(path, key);
        }
    }

    /** An error about this value, for the caller to throw: {@code path: problem}. */
    public JsonException error(String problem) {
        String path = path();
        return new JsonException((path.isEmpty() ? "document" : path) + ": " + problem);
    }

    /** An error about something below this value, at the path {@code below} relative to it. */
    public JsonException error(String below, String problem) {
        if (below.isEmpty()) {
            return error(problem);
        }
        String path = path();
        boolean joined = path.isEmpty() || below.charAt(0) == '[';
        return new JsonException(path + (joined ? "" : ".") + below + ": " + problem);
    }

    private JsonException unexpected(String expected) {
        if (kind == Kind.ABSENT) {
            return error("missing; " + expected + " is required");
        }
        return error("expected " + expected + ", found " + shown());
    }

    /** This value as an error message shows it: {@code "text"}, {@code 12}, {@code an object}. */
    public String shown() {
        return switch (kind) {
            case OBJECT -> "an object";
            case ARRAY -> "an array";
            case STRING -> JsonText.shown(text);
            case NUMBER, BOOLEAN -> JsonText.shorten(text);
            case NULL -> "null";
            case ABSENT -> "nothing";
        };
    }
}
