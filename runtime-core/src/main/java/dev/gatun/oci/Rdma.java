package dev.gatun.oci;

import dev.gatun.json.JsonValue;
import dev.gatun.json.JsonWritable;
import dev.gatun.json.JsonWriter;
import java.util.OptionalLong;

/**
 * Limits of an RDMA device, of which at least one is there (config-linux.md, RDMA).
 *
 * @param hcaHandles from 0 to 4294967295
 * @param hcaObjects from 0 to 4294967295
 */
public record Rdma(OptionalLong hcaHandles, OptionalLong hcaObjects) implements JsonWritable {
    public Rdma {
        Check.uint32("hcaHandles", hcaHandles);
        Check.uint32("hcaObjects", hcaObjects);
        if (hcaHandles.isEmpty() && hcaObjects.isEmpty()) {
            throw new InvalidSpecException("hcaHandles", "missing; hcaHandles or hcaObjects is required");
        }
    }

    static Rdma decode(JsonValue rdma) {
        return new Rdma(Fields.uint32(rdma.field("hcaHandles")), Fields.uint32(rdma.field("hcaObjects")));
    }

    @Override
    public void writeTo(JsonWriter out) {
        out.beginObject()
                .optional("hcaHandles", hcaHandles)
                .optional("hcaObjects", hcaObjects)
                .endObject();
    }
}
