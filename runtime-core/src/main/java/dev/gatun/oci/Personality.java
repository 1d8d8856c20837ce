package dev.gatun.oci;

import dev.gatun.json.JsonValue;
import dev.gatun.json.JsonWritable;
import dev.gatun.json.JsonWriter;
import java.util.List;

/** The execution domain, see personality(2) (config-linux.md, Personality). Its flags are a list of none so far. */
public record Personality(Domain domain) implements JsonWritable {
    /** What the kernel makes itself look like. */
    public enum Domain implements SpecName {
        LINUX,
        /** As a 32-bit system, to uname(2). */
        LINUX32;

        @Override
        public String text() {
            return name();
        }
    }

    static Personality decode(JsonValue personality) {
        List<JsonValue> flags = personality.field("flags").elements();
        if (!flags.isEmpty()) {
            throw flags.get(0).error(flags.get(0).shown() + " is not known; no flags are defined");
        }
        return new Personality(SpecName.from(personality.field("domain"), Domain.values()));
    }

    @Override
    public void writeTo(JsonWriter out) {
        out.beginObject().field("domain", domain).endObject();
    }
}
