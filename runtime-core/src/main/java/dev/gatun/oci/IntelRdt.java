package dev.gatun.oci;

import dev.gatun.json.JsonPath;
import dev.gatun.json.JsonText;
import dev.gatun.json.JsonValue;
import dev.gatun.json.JsonWritable;
import dev.gatun.json.JsonWriter;
import java.util.List;
import java.util.Optional;

/**
 * Cache and memory bandwidth, through the resctrl filesystem (config-linux.md, IntelRdt).
 *
 * @param closId the class of service; absent means one named after the container, {@code /} the default class
 * @param schemata lines of the schemata file
 * @param l3CacheSchema a line that starts with {@code L3:}
 * @param memBwSchema a line that starts with {@code MB:}
 */
public record IntelRdt(
        Optional<String> closId,
        List<String> schemata,
        Optional<String> l3CacheSchema,
        Optional<String> memBwSchema,
        boolean enableMonitoring)
        implements JsonWritable {

    public IntelRdt {
        closId = fileName("closID", Check.oneLine("closID", closId));
        for (int i = 0; i < schemata.size(); i++) {
            Check.oneLine(JsonPath.element("schemata", i), Optional.of(schemata.get(i)));
        }
        schemata = List.copyOf(schemata);
        l3CacheSchema = Check.oneLine("l3CacheSchema", l3CacheSchema);
        memBwSchema = Check.oneLine("memBwSchema", memBwSchema);
        if (memBwSchema.isPresent() && !memBwSchema.get().startsWith("MB:")) {
            throw new InvalidSpecException(
                    "memBwSchema", JsonText.shown(memBwSchema.get()) + " does not start with MB:");
        }
    }

    private static Optional<String> fileName(String field, Optional<String> closId) {
        String name = closId.orElse("");
        boolean leadsAway = name.equals(".") || name.equals("..") || name.indexOf('/') >= 0;
        if (leadsAway && !name.equals("/")) {
            throw new InvalidSpecException(field, JsonText.shown(name) + " is not the name of a folder");
        }
        return closId;
    }

    static IntelRdt decode(JsonValue rdt) {
        return new IntelRdt(
                Fields.string(rdt.field("closID")),
                Fields.strings(rdt.field("schemata")),
                Fields.string(rdt.field("l3CacheSchema")),
                Fields.string(rdt.field("memBwSchema")),
                rdt.field("enableMonitoring").bool(false));
    }

    @Override
    public void writeTo(JsonWriter out) {
        out.beginObject()
                .optional("closID", closId)
                .optional("schemata", schemata)
                .optional("l3CacheSchema", l3CacheSchema)
                .optional("memBwSchema", memBwSchema)
                .optional("enableMonitoring", enableMonitoring)
                .endObject();
    }
}
