package dev.gatun.oci;

import dev.gatun.json.JsonValue;
import dev.gatun.json.JsonWritable;
import dev.gatun.json.JsonWriter;
import java.util.List;
import java.util.Optional;

/**
 * The NUMA memory policy of the container's process, see set_mempolicy(2) (config-linux.md, Memory policy).
 *
 * @param nodes such as {@code 0-3,7}
 */
public record MemoryPolicy(Mode mode, Optional<String> nodes, List<Flag> flags) implements JsonWritable {
    /** Where memory is taken from. */
    public enum Mode implements SpecName {
        MPOL_DEFAULT,
        MPOL_BIND,
        MPOL_INTERLEAVE,
        MPOL_WEIGHTED_INTERLEAVE,
        MPOL_PREFERRED,
        MPOL_PREFERRED_MANY,
        MPOL_LOCAL;

        @Override
        public String text() {
            return name();
        }
    }

    /** How the nodes are understood. */
    public enum Flag implements SpecName {
        MPOL_F_NUMA_BALANCING,
        MPOL_F_RELATIVE_NODES,
        MPOL_F_STATIC_NODES;

        @Override
        public String text() {
            return name();
        }
    }

    public MemoryPolicy {
        nodes = Check.cpuList("nodes", nodes);
        flags = List.copyOf(flags);
    }

    static MemoryPolicy decode(JsonValue policy) {
        return new MemoryPolicy(
                SpecName.from(policy.field("mode"), Mode.values()),
                Fields.string(policy.field("nodes")),
                Fields.names(policy.field("flags"), Flag.values()));
    }

    @Override
    public void writeTo(JsonWriter out) {
        out.beginObject()
                .field("mode", mode)
                .field("nodes", nodes.orElse(""))
                .optional("flags", flags)
                .endObject();
    }
}
