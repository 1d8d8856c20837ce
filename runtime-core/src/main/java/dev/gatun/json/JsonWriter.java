package dev.gatun.json;

import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Writes one JSON document as text. Values follow each other as they are called for; the caller keeps to the grammar (a
 * name before each value in an object, an end for each beginning).
 *
 * <p>{@code field} always writes the field; {@code optional} leaves it out when it is empty, as Go's {@code omitempty}
 * does: an empty list or map, {@code false}, 0, an absent value.
 */
public final class JsonWriter {
    private final StringBuilder out = new StringBuilder();
    private final String indent;
    private int depth;
    private boolean first = true;
    private boolean afterName;
    /** Whether the last thing written is an object or array without content. */
    private boolean endedEmpty;

    private JsonWriter(String indent) {
        this.indent = indent;
    }

    /** A writer of text without white space. */
    public static JsonWriter compact() {
        return new JsonWriter("");
    }

    /** A writer of one field to a line, each level indented by {@code indent}; compact if that is empty. */
    public static JsonWriter indented(String indent) {
        return new JsonWriter(indent);
    }

    public JsonWriter beginObject() {
        return begin('{');
    }

    public JsonWriter endObject() {
        return end('}');
    }

    public JsonWriter beginArray() {
        return begin('[');
    }

    public JsonWriter endArray() {
        return end(']');
    }

    /** The name of the value that is written next. */
    public JsonWriter name(String name) {
        separate();
        JsonText.quote(out, name);
        out.append(indent.isEmpty() ? ":" : ": ");
        afterName = true;
        return this;
    }

    public JsonWriter value(String text) {
        separate();
        JsonText.quote(out, text);
        return this;
    }

    public JsonWriter value(long number) {
        separate();
        out.append(number);
        return this;
    }

    public JsonWriter value(boolean truth) {
        separate();
        out.append(truth);
        return this;
    }

    /** A number from 0 to 18446744073709551615, in a long that is taken as unsigned. */
    public JsonWriter unsignedValue(long number) {
        separate();
        out.append(Long.toUnsignedString(number));
        return this;
    }

    public JsonWriter field(String name, String text) {
        return name(name).value(text);
    }

    public JsonWriter field(String name, long number) {
        return name(name).value(number);
    }

    /** A number that is no infinity, with what is behind its point. */
    public JsonWriter field(String name, double number) {
        name(name).separate();
        out.append(number);
        return this;
    }

    public JsonWriter field(String name, boolean truth) {
        return name(name).value(truth);
    }

    public JsonWriter field(String name, JsonWritable value) {
        name(name);
        value.writeTo(this);
        return this;
    }

    /** An array, also if it is empty, of strings, integers, truth values or {@link JsonWritable}s. */
    public JsonWriter field(String name, Collection<?> values) {
        return name(name).array(values);
    }

    /** An object, also if it is empty, of strings, integers, truth values or {@link JsonWritable}s. */
    public JsonWriter field(String name, Map<String, ?> values) {
        name(name).beginObject();
        for (Map.Entry<String, ?> entry : values.entrySet()) {
            name(entry.getKey());
            any(entry.getValue());
        }
        return endObject();
    }

    public JsonWriter unsignedField(String name, long number) {
        return name(name).unsignedValue(number);
    }

    public JsonWriter optional(String name, boolean truth) {
        return truth ? field(name, true) : this;
    }

    public JsonWriter optional(String name, long number) {
        return number != 0 ? field(name, number) : this;
    }

    public JsonWriter optional(String name, OptionalInt number) {
        return number.isPresent() ? field(name, number.getAsInt()) : this;
    }

    public JsonWriter optional(String name, OptionalLong number) {
        return number.isPresent() ? field(name, number.getAsLong()) : this;
    }

    /** A string, integer, truth value, list or {@link JsonWritable}; one that is there but empty is written. */
    public JsonWriter optional(String name, Optional<?> value) {
        if (value.isPresent()) {
            name(name);
            any(value.get());
        }
        return this;
    }

    public JsonWriter optional(String name, Collection<?> values) {
        return values.isEmpty() ? this : field(name, values);
    }

    public JsonWriter optional(String name, Map<String, ?> values) {
        return values.isEmpty() ? this : field(name, values);
    }

    /**
     * The object, unless it turns out to have no fields. It is written and taken back, not compared with an empty one:
     * a record's {@code equals} is linked at run time, which costs a cold start more than all the writing.
     */
    public JsonWriter optional(String name, JsonWritable object) {
        int length = out.length();
        boolean wasFirst = first;
        field(name, object);
        if (endedEmpty) {
            out.setLength(length);
            first = wasFirst;
        }
        return this;
    }

    public JsonWriter unsignedOptional(String name, long number) {
        return number != 0 ? unsignedField(name, number) : this;
    }

    public JsonWriter unsignedOptional(String name, OptionalLong number) {
        return number.isPresent() ? unsignedField(name, number.getAsLong()) : this;
    }

    /** The text so far. */
    @Override
    public String toString() {
        return out.toString();
    }

    @SuppressWarnings("IfChainToSwitch") // a switch on types is linked at run time, at a cost, in each cold start
    private void any(Object value) {
        if (value instanceof String text) {
            value(text);
        } else if (value instanceof JsonWritable writable) {
            writable.writeTo(this);
        } else if (value instanceof Boolean truth) {
            value(truth.booleanValue());
        } else if (value instanceof Collection<?> values) {
            array(values);
        } else if (value instanceof Integer || value instanceof Long) {
            value(((Number) value).longValue());
        } else {
            throw new IllegalArgumentException(
                    "no JSON form for a " + value.getClass().getName());
        }
    }

    private JsonWriter array(Collection<?> values) {
        beginArray();
        for (Object value : values) {
            any(value);
        }
        return endArray();
    }

    private JsonWriter begin(char bracket) {
        separate();
        out.append(bracket);
        depth++;
        first = true;
        return this;
    }

    private JsonWriter end(char bracket) {
        depth--;
        endedEmpty = first;
        if (!first) {
            newLine();
        }
        out.append(bracket);
        first = false;
        return this;
    }

    private void separate() {
        endedEmpty = false;
        if (afterName) {
            afterName = false;
            return;
        }
        if (!first) {
            out.append(',');
        }
        first = false;
        if (depth > 0) {
            newLine();
        }
    }

    private void newLine() {
        if (indent.isEmpty()) {
            return;
        }
        out.append('\n');
        for (int i = 0; i < depth; i++) {
            out.append(indent);
        }
    }
}
