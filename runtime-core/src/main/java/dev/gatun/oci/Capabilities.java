package dev.gatun.oci;

import dev.gatun.json.JsonValue;
import dev.gatun.json.JsonWritable;
import dev.gatun.json.JsonWriter;
import java.util.List;

/**
 * The five capability sets of a process, see capabilities(7), each a list of names such as {@code CAP_NET_RAW}
 * (config.md, Linux Process). Names that nobody knows are kept: the specification wants a warning for them, not an
 * error, and which ones the kernel knows is not known here.
 */
public record Capabilities(
        List<String> bounding,
        List<String> effective,
        List<String> inheritable,
        List<String> permitted,
        List<String> ambient)
        implements JsonWritable {

    public Capabilities {
        bounding = List.copyOf(bounding);
        effective = List.copyOf(effective);
        inheritable = List.copyOf(inheritable);
        permitted = List.copyOf(permitted);
        ambient = List.copyOf(ambient);
    }

    static Capabilities decode(JsonValue sets) {
        return new Capabilities(
                Fields.strings(sets.field("bounding")),
                Fields.strings(sets.field("effective")),
                Fields.strings(sets.field("inheritable")),
                Fields.strings(sets.field("permitted")),
                Fields.strings(sets.field("ambient")));
    }

    @Override
    public void writeTo(JsonWriter out) {
        out.beginObject()
                .optional("bounding", bounding)
                .optional("effective", effective)
                .optional("inheritable", inheritable)
                .optional("permitted", permitted)
                .optional("ambient", ambient)
                .endObject();
    }
}
