package dev.gatun.oci;

import dev.gatun.json.JsonValue;
import dev.gatun.json.JsonWritable;
import dev.gatun.json.JsonWriter;

/**
 * The I/O priority of a process, see ioprio_set(2) (config.md, Linux Process).
 *
 * @param priority from 0, the highest, to 7
 */
public record IoPriority(IoClass ioClass, int priority) implements JsonWritable {
    private static final int LOWEST = 7;

    /** The scheduling class. */
    public enum IoClass implements SpecName {
        IOPRIO_CLASS_RT,
        IOPRIO_CLASS_BE,
        IOPRIO_CLASS_IDLE;

        @Override
        public String text() {
            return name();
        }
    }

    public IoPriority {
        Check.range("priority", priority, 0, LOWEST);
    }

    static IoPriority decode(JsonValue ioPriority) {
        return new IoPriority(
                SpecName.from(ioPriority.field("class"), IoClass.values()),
                Fields.integer(ioPriority.field("priority"), 0, LOWEST).orElse(0));
    }

    @Override
    public void writeTo(JsonWriter out) {
        out.beginObject().field("class", ioClass).field("priority", priority).endObject();
    }
}
