package dev.gatun.oci;

import dev.gatun.json.JsonValue;
import dev.gatun.json.JsonWritable;
import dev.gatun.json.JsonWriter;
import java.util.List;
import java.util.OptionalLong;

/**
 * The class and priorities of network traffic, with cgroup v1 only (config-linux.md, Network).
 *
 * @param classId from 0 to 4294967295
 */
public record NetworkClass(OptionalLong classId, List<Priority> priorities) implements JsonWritable {
    /** Nothing set. */
    public static final NetworkClass NONE = new NetworkClass(OptionalLong.empty(), List.of());

    public NetworkClass {
        Check.uint32("classID", classId);
        priorities = List.copyOf(priorities);
    }

    static NetworkClass decode(JsonValue network) {
        return new NetworkClass(
                Fields.uint32(network.field("classID")), Fields.list(network.field("priorities"), Priority::decode));
    }

    @Override
    public void writeTo(JsonWriter out) {
        out.beginObject()
                .optional("classID", classId)
                .optional("priorities", priorities)
                .endObject();
    }

    /**
     * The priority of traffic over one interface.
     *
     * @param name the interface in the runtime's network namespace
     * @param priority from 0 to 4294967295
     */
    public record Priority(String name, long priority) implements JsonWritable {
        public Priority {
            Check.notEmpty("name", name, "an interface");
            Check.uint32("priority", priority);
        }

        static Priority decode(JsonValue value) {
            return new Priority(
                    value.field("name").required("an interface").string(),
                    value.field("priority").uint32());
        }

        @Override
        public void writeTo(JsonWriter out) {
            out.beginObject().field("name", name).field("priority", priority).endObject();
        }
    }
}
