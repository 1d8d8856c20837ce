package dev.gatun.oci;

import dev.gatun.json.JsonValue;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** The vocabulary in which the records' {@code from} methods are written: what JsonValue does not say by itself. */
final class Fields {
    private Fields() {}

    /** Makes a record from a value. */
    interface Decoder<T> {
        T from(JsonValue value);
    }

    /** The decoder's record; a rule that it found broken becomes an error with the path from the document on. */
    static <T> T read(JsonValue value, Decoder<T> decoder) {
        try {
            return decoder.from(value);
        } catch (InvalidSpecException e) {
            throw value.error(e.field(), e.problem());
        }
    }

    static <T> T read(JsonValue value, Decoder<T> decoder, T fallback) {
        return value.isPresent() ? read(value, decoder) : fallback;
    }

    static <T> Optional<T> optional(JsonValue value, Decoder<T> decoder) {
        return value.isPresent() ? Optional.of(read(value, decoder)) : Optional.empty();
    }

    static <T> List<T> list(JsonValue array, Decoder<T> decoder) {
        List<T> list = new ArrayList<>();
        for (JsonValue element : array.elements()) {
            list.add(read(element, decoder));
        }
        return list;
    }

    static <T> Map<String, T> map(JsonValue object, Decoder<T> decoder) {
        Map<String, T> map = new LinkedHashMap<>();
        for (Map.Entry<String, JsonValue> entry : object.fields().entrySet()) {
            map.put(entry.getKey(), read(entry.getValue(), decoder));
        }
        return map;
    }

    static List<String> strings(JsonValue array) {
        List<String> strings = new ArrayList<>();
        for (JsonValue element : array.elements()) {
            strings.add(element.string());
        }
        return strings;
    }

    static Map<String, String> stringMap(JsonValue object) {
        Map<String, String> map = new LinkedHashMap<>();
        for (Map.Entry<String, JsonValue> entry : object.fields().entrySet()) {
            map.put(entry.getKey(), entry.getValue().string());
        }
        return map;
    }

    static <E extends SpecName> List<E> names(JsonValue array, E[] values) {
        List<E> names = new ArrayList<>();
        for (JsonValue element : array.elements()) {
            names.add(SpecName.from(element, values));
        }
        return names;
    }

    /** An empty string counts as absent, as in {@link #string}. */
    static <E extends SpecName> Optional<E> name(JsonValue value, E[] values) {
        return string(value).isPresent() ? Optional.of(SpecName.from(value, values)) : Optional.empty();
    }

    /** An empty string counts as absent, for Go programs leave one out as the other. */
    static Optional<String> string(JsonValue value) {
        String text = value.string("");
        return text.isEmpty() ? Optional.empty() : Optional.of(text);
    }

    static Optional<Boolean> bool(JsonValue value) {
        return value.isPresent() ? Optional.of(value.bool()) : Optional.empty();
    }

    static OptionalInt integer(JsonValue value, int min, int max) {
        return value.isPresent() ? OptionalInt.of((int) value.integer(min, max)) : OptionalInt.empty();
    }

    static OptionalLong int64(JsonValue value) {
        return value.isPresent() ? OptionalLong.of(value.int64()) : OptionalLong.empty();
    }

    static OptionalLong uint32(JsonValue value) {
        return value.isPresent() ? OptionalLong.of(value.uint32()) : OptionalLong.empty();
    }

    static OptionalLong uint64(JsonValue value) {
        return value.isPresent() ? OptionalLong.of(value.uint64()) : OptionalLong.empty();
    }
}
