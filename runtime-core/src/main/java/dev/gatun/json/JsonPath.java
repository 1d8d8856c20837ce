package dev.gatun.json;

/** The notation of a place in a document: {@code mounts[3].options[0]}, {@code annotations["org.example.key"]}. */
public final class JsonPath {
    private JsonPath() {}

    /** The path of the field {@code key} of the object at {@code parent}, which is empty for the document itself. */
    public static String field(String parent, String key) {
        StringBuilder path = new StringBuilder(parent);
        append(path, key);
        return path.toString();
    }

    /** The path of the element {@code index}, from 0, of the array at {@code parent}. */
    public static String element(String parent, int index) {
        return parent + '[' + index + ']';
    }

    static void append(StringBuilder path, String key) {
        if (isPlain(key)) {
            if (!path.isEmpty()) {
                path.append('.');
            }
            path.append(key);
        } else {
            path.append('[');
            JsonText.quote(path, JsonText.shorten(key));
            path.append(']');
        }
    }

    private static boolean isPlain(String key) {
        for (int i = 0; i < key.length(); i++) {
            char c = key.charAt(i);
            boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
            if (!letter && !(c >= '0' && c <= '9') && c != '_' && c != '-') {
                return false;
            }
        }
        return !key.isEmpty();
    }
}
