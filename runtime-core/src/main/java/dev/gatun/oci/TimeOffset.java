package dev.gatun.oci;

import dev.gatun.json.JsonPath;
import dev.gatun.json.JsonText;
import dev.gatun.json.JsonValue;
import dev.gatun.json.JsonWritable;
import dev.gatun.json.JsonWriter;
import java.util.Map;

/**
 * What is added to a clock in a new time namespace (config-linux.md, Offset for Time Namespace).
 *
 * @param secs seconds, which may be negative
 * @param nanosecs nanoseconds on top, from 0 to 999999999
 */
public record TimeOffset(long secs, long nanosecs) implements JsonWritable {
    private static final long NANOSECS_MAX = 999_999_999;

    public TimeOffset {
        Check.range("nanosecs", nanosecs, 0, NANOSECS_MAX);
    }

    static Map<String, TimeOffset> check(String field, Map<String, TimeOffset> offsets) {
        for (String clock : offsets.keySet()) {
            if (!clock.equals("monotonic") && !clock.equals("boottime")) {
                throw new InvalidSpecException(
                        JsonPath.field(field, clock), JsonText.shown(clock) + " is not one of monotonic, boottime");
            }
        }
        return Check.keyed(field, offsets);
    }

    static TimeOffset decode(JsonValue offset) {
        JsonValue nanosecs = offset.field("nanosecs");
        return new TimeOffset(
                Fields.int64(offset.field("secs")).orElse(0),
                nanosecs.isPresent() ? nanosecs.integer(0, NANOSECS_MAX) : 0);
    }

    @Override
    public void writeTo(JsonWriter out) {
        out.beginObject().optional("secs", secs).optional("nanosecs", nanosecs).endObject();
    }
}
