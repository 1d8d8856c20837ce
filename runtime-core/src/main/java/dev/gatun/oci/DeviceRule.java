package dev.gatun.oci;

import dev.gatun.json.JsonText;
import dev.gatun.json.JsonValue;
import dev.gatun.json.JsonWritable;
import dev.gatun.json.JsonWriter;
import java.util.OptionalLong;

/**
 * Which devices the container may or may not use (config-linux.md, Allowed Device list).
 *
 * @param major absent means all, which configs also write as -1
 * @param minor likewise
 * @param access letters of {@code rwm}: read, write, make a node; empty if the config does not say
 */
public record DeviceRule(boolean allow, Type type, OptionalLong major, OptionalLong minor, String access)
        implements JsonWritable {

    private static final long ANY = -1;
    private static final long NUMBER_MAX = 0xFFFF_FFFFL;

    /** What kind of devices it is about. */
    public enum Type implements SpecName {
        ALL("a"),
        CHARACTER("c"),
        BLOCK("b");

        private final String text;

        Type(String text) {
            this.text = text;
        }

        @Override
        public String text() {
            return text;
        }
    }

    public DeviceRule {
        major = number("major", major);
        minor = number("minor", minor);
        for (int i = 0; i < access.length(); i++) {
            if ("rwm".indexOf(access.charAt(i)) < 0) {
                throw new InvalidSpecException("access", JsonText.shown(access) + " has other letters than r, w, m");
            }
        }
    }

    private static OptionalLong number(String field, OptionalLong number) {
        if (number.isEmpty() || number.getAsLong() == ANY) {
            return OptionalLong.empty();
        }
        Check.range(field, number.getAsLong(), ANY, NUMBER_MAX);
        return number;
    }

    static DeviceRule decode(JsonValue rule) {
        return new DeviceRule(
                rule.field("allow").bool(false),
                Fields.name(rule.field("type"), Type.values()).orElse(Type.ALL),
                Fields.int64(rule.field("major")),
                Fields.int64(rule.field("minor")),
                rule.field("access").string(""));
    }

    @Override
    public void writeTo(JsonWriter out) {
        out.beginObject()
                .field("allow", allow)
                .field("type", type)
                .optional("major", major)
                .optional("minor", minor);
        if (!access.isEmpty()) {
            out.field("access", access);
        }
        out.endObject();
    }
}
