package dev.gatun.oci;

import dev.gatun.json.JsonPath;
import dev.gatun.json.JsonValue;
import dev.gatun.json.JsonWritable;
import dev.gatun.json.JsonWriter;
import java.util.List;

/**
 * A range of user or group IDs of the host, under the numbers that they have in the container (config-linux.md, User
 * namespace mappings).
 *
 * @param containerId the first ID in the container, from 0 to 4294967295
 * @param hostId the first ID on the host, in the same bounds
 * @param size how many; at least 1, and neither range may end beyond 4294967295
 */
public record IdMapping(long containerId, long hostId, long size) implements JsonWritable {
    private static final long IDS = 1L << 32;

    public IdMapping {
        Check.uint32("containerID", containerId);
        Check.uint32("hostID", hostId);
        Check.uint32("size", size);
        if (size == 0) {
            throw new InvalidSpecException("size", "0 IDs are mapped; at least 1 is required");
        }
        if (Math.max(containerId, hostId) + size > IDS) {
            throw new InvalidSpecException("size", size + " IDs reach beyond 4294967295");
        }
    }

    static IdMapping decode(JsonValue mapping) {
        return new IdMapping(
                mapping.field("containerID").uint32(),
                mapping.field("hostID").uint32(),
                mapping.field("size").uint32());
    }

    /** A copy of the mappings, no two of which may have an ID in common, on either side: the kernel refuses that. */
    static List<IdMapping> check(String field, List<IdMapping> mappings) {
        for (int i = 0; i < mappings.size(); i++) {
            for (int j = 0; j < i; j++) {
                if (mappings.get(i).overlaps(mappings.get(j))) {
                    throw new InvalidSpecException(
                            JsonPath.element(field, i), "overlaps " + JsonPath.element(field, j));
                }
            }
        }
        return List.copyOf(mappings);
    }

    private boolean overlaps(IdMapping other) {
        return intersect(containerId, size, other.containerId, other.size)
                || intersect(hostId, size, other.hostId, other.size);
    }

    private static boolean intersect(long start, long size, long otherStart, long otherSize) {
        return start < otherStart + otherSize && otherStart < start + size;
    }

    @Override
    public void writeTo(JsonWriter out) {
        out.beginObject()
                .field("containerID", containerId)
                .field("hostID", hostId)
                .field("size", size)
                .endObject();
    }
}
