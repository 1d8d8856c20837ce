package dev.gatun.oci;

import dev.gatun.json.JsonPath;
import dev.gatun.json.JsonText;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * The rules in which the records' constructors are written. Each returns the value to keep, or throws {@link
 * InvalidSpecException} with the field's name. The name of an element is only put together when it is at fault.
 */
final class Check {
    private static final long UINT32_MAX = 0xFFFF_FFFFL;

    private Check() {}

    /** A string that will be handed to the kernel or to a program, where a NUL would end it early. */
    static String cString(String field, String text) {
        if (text.indexOf('\0') >= 0) {
            throw new InvalidSpecException(field, JsonText.shown(text) + " contains a NUL character");
        }
        return text;
    }

    static Optional<String> cString(String field, Optional<String> text) {
        if (text.isEmpty() || text.get().isEmpty()) {
            return Optional.empty();
        }
        cString(field, text.get());
        return text;
    }

    static List<String> cStrings(String field, List<String> texts) {
        for (int i = 0; i < texts.size(); i++) {
            if (texts.get(i).indexOf('\0') >= 0) {
                cString(JsonPath.element(field, i), texts.get(i));
            }
        }
        return List.copyOf(texts);
    }

    static String notEmpty(String field, String text, String what) {
        if (text.isEmpty()) {
            throw new InvalidSpecException(field, "empty; " + what + " is required");
        }
        return cString(field, text);
    }

    static String absolute(String field, String path) {
        if (!notEmpty(field, path, "an absolute path").startsWith("/")) {
            throw new InvalidSpecException(field, JsonText.shown(path) + " is not an absolute path");
        }
        return path;
    }

    static Optional<String> absolute(String field, Optional<String> path) {
        Optional<String> checked = cString(field, path);
        if (checked.isPresent()) {
            absolute(field, checked.get());
        }
        return checked;
    }

    static List<String> absolutes(String field, List<String> paths) {
        for (int i = 0; i < paths.size(); i++) {
            if (!paths.get(i).startsWith("/") || paths.get(i).indexOf('\0') >= 0) {
                absolute(JsonPath.element(field, i), paths.get(i));
            }
        }
        return List.copyOf(paths);
    }

    /** A path inside the container, which is taken from its root also if it does not start with a slash. */
    static String fromRoot(String field, String path) {
        String checked = notEmpty(field, path, "a path");
        return checked.startsWith("/") ? checked : "/" + checked;
    }

    static List<String> environment(String field, List<String> variables) {
        for (int i = 0; i < variables.size(); i++) {
            String variable = variables.get(i);
            int equals = variable.indexOf('=');
            if (equals <= 0) {
                String problem = equals == 0 ? " has no name before the =" : " is not of the form name=value";
                throw new InvalidSpecException(JsonPath.element(field, i), JsonText.shown(variable) + problem);
            }
        }
        return cStrings(field, variables);
    }

    static long range(String field, long value, long min, long max) {
        if (value < min || value > max) {
            throw new InvalidSpecException(field, "expected a number from " + min + " to " + max + ", found " + value);
        }
        return value;
    }

    static long uint32(String field, long value) {
        return range(field, value, 0, UINT32_MAX);
    }

    static OptionalLong uint32(String field, OptionalLong value) {
        if (value.isPresent()) {
            uint32(field, value.getAsLong());
        }
        return value;
    }

    static List<Long> uint32s(String field, List<Long> values) {
        for (int i = 0; i < values.size(); i++) {
            long value = values.get(i);
            if (value < 0 || value > UINT32_MAX) {
                uint32(JsonPath.element(field, i), value);
            }
        }
        return List.copyOf(values);
    }

    static OptionalInt range(String field, OptionalInt value, int min, int max) {
        if (value.isPresent()) {
            range(field, value.getAsInt(), min, max);
        }
        return value;
    }

    /** A copy that keeps the order, of which no key is empty. */
    static <V> Map<String, V> keyed(String field, Map<String, V> map) {
        if (map.containsKey("")) {
            throw new InvalidSpecException(JsonPath.field(field, ""), "the key is empty");
        }
        return Collections.unmodifiableMap(new LinkedHashMap<>(map));
    }

    /** {@link #keyed} for texts that go to the kernel. */
    static Map<String, String> cStringMap(String field, Map<String, String> map) {
        for (Map.Entry<String, String> entry : map.entrySet()) {
            if (entry.getKey().indexOf('\0') >= 0 || entry.getValue().indexOf('\0') >= 0) {
                String path = JsonPath.field(field, entry.getKey());
                cString(path, entry.getKey());
                cString(path, entry.getValue());
            }
        }
        return keyed(field, map);
    }

    /** A list of processors or memory nodes, such as {@code 0-3,7}. */
    static Optional<String> cpuList(String field, Optional<String> list) {
        Optional<String> checked = cString(field, list);
        String text = checked.orElse("");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if ((c < '0' || c > '9') && c != ',' && c != '-' && c != ' ') {
                throw new InvalidSpecException(field, JsonText.shown(text) + " is not a list such as 0-3,7");
            }
        }
        return checked;
    }

    static Optional<String> oneLine(String field, Optional<String> text) {
        Optional<String> checked = cString(field, text);
        if (checked.isPresent() && checked.get().indexOf('\n') >= 0) {
            throw new InvalidSpecException(field, JsonText.shown(checked.get()) + " contains a line break");
        }
        return checked;
    }
}
