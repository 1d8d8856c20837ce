package dev.gatun.oci;

import dev.gatun.json.JsonValue;
import dev.gatun.json.JsonWritable;
import dev.gatun.json.JsonWriter;
import java.util.List;
import java.util.Optional;

/**
 * Something mounted into the container (config.md, Mounts).
 *
 * @param destination the path inside the container; always absolute here, for a relative one is taken from the root
 * @param type the kind of filesystem; means nothing for a bind mount
 * @param source a device, a name without meaning, or for a bind mount a path on the host, absolute or relative to the
 *     bundle
 * @param options as for fstab; what mount(8) does not know goes to the filesystem
 * @param uidMappings for an ID-mapped mount; both mappings or neither
 */
public record Mount(
        String destination,
        Optional<String> type,
        Optional<String> source,
        List<String> options,
        List<IdMapping> uidMappings,
        List<IdMapping> gidMappings)
        implements JsonWritable {

    public Mount {
        destination = Check.fromRoot("destination", destination);
        type = Check.cString("type", type);
        source = Check.cString("source", source);
        options = Check.cStrings("options", options);
        uidMappings = IdMapping.check("uidMappings", uidMappings);
        gidMappings = IdMapping.check("gidMappings", gidMappings);
        if (uidMappings.isEmpty() != gidMappings.isEmpty()) {
            String missing = uidMappings.isEmpty() ? "uidMappings" : "gidMappings";
            throw new InvalidSpecException(missing, "missing; uidMappings and gidMappings go together");
        }
    }

    static Mount decode(JsonValue mount) {
        return new Mount(
                mount.field("destination").required("a path").string(),
                Fields.string(mount.field("type")),
                Fields.string(mount.field("source")),
                Fields.strings(mount.field("options")),
                Fields.list(mount.field("uidMappings"), IdMapping::decode),
                Fields.list(mount.field("gidMappings"), IdMapping::decode));
    }

    @Override
    public void writeTo(JsonWriter out) {
        out.beginObject()
                .field("destination", destination)
                .optional("type", type)
                .optional("source", source)
                .optional("options", options)
                .optional("uidMappings", uidMappings)
                .optional("gidMappings", gidMappings)
                .endObject();
    }
}
