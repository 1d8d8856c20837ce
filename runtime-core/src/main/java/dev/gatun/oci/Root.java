package dev.gatun.oci;

import dev.gatun.json.JsonValue;
import dev.gatun.json.JsonWritable;
import dev.gatun.json.JsonWriter;

/**
 * The container's root filesystem (config.md, Root).
 *
 * @param path its folder on the host, absolute or relative to the bundle
 */
public record Root(String path, boolean readonly) implements JsonWritable {
    public Root {
        Check.notEmpty("path", path, "the folder of the root filesystem");
    }

    static Root decode(JsonValue root) {
        return new Root(
                root.field("path").required("the folder of the root filesystem").string(),
                root.field("readonly").bool(false));
    }

    @Override
    public void writeTo(JsonWriter out) {
        out.beginObject().field("path", path).optional("readonly", readonly).endObject();
    }
}
