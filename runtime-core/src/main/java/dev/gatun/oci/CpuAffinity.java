package dev.gatun.oci;

import dev.gatun.json.JsonValue;
import dev.gatun.json.JsonWritable;
import dev.gatun.json.JsonWriter;
import java.util.Optional;

/**
 * On which processors an exec'ed process runs, as lists such as {@code 0-3,7} (config.md, Linux Process).
 *
 * @param initial before it enters the container's cgroup
 * @param last afterwards; the specification's {@code final}
 */
public record CpuAffinity(Optional<String> initial, Optional<String> last) implements JsonWritable {
    /** As the caller's. */
    public static final CpuAffinity NONE = new CpuAffinity(Optional.empty(), Optional.empty());

    public CpuAffinity {
        initial = Check.cpuList("initial", initial);
        last = Check.cpuList("final", last);
    }

    static CpuAffinity decode(JsonValue affinity) {
        return new CpuAffinity(Fields.string(affinity.field("initial")), Fields.string(affinity.field("final")));
    }

    @Override
    public void writeTo(JsonWriter out) {
        out.beginObject().optional("initial", initial).optional("final", last).endObject();
    }
}
