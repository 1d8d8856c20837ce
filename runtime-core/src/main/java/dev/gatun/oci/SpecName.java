package dev.gatun.oci;

import dev.gatun.json.JsonText;
import dev.gatun.json.JsonValue;
import dev.gatun.json.JsonWritable;
import dev.gatun.json.JsonWriter;

/** A word of which the specification allows a closed list: the enumerations of this package. */
public interface SpecName extends JsonWritable {
    /** The word as it stands in config.json. */
    String text();

    @Override
    default void writeTo(JsonWriter out) {
        out.value(text());
    }

    /** The one of {@code values} that the string names; the error lists them all. */
    static <E extends SpecName> E from(JsonValue value, E[] values) {
        String text = value.string();
        for (E candidate : values) {
            if (candidate.text().equals(text)) {
                return candidate;
            }
        }
        StringBuilder problem = new StringBuilder(JsonText.shown(text)).append(" is not one of ");
        for (int i = 0; i < values.length; i++) {
            problem.append(i == 0 ? "" : ", ").append(values[i].text());
        }
        throw value.error(problem.toString());
    }
}
