package dev.gatun.oci;

import dev.gatun.json.JsonException;
import dev.gatun.json.JsonReader;
import dev.gatun.json.JsonValue;
import dev.gatun.json.JsonWritable;
import dev.gatun.json.JsonWriter;
import java.util.Map;
import java.util.OptionalInt;

/**
 * The state of a container, as {@code state} prints it and hooks read it (runtime.md, State).
 *
 * @param pid of the container's process, as whoever reads this sees it; there while it is created or running
 * @param bundle the bundle's folder, absolute
 */
public record State(
        String ociVersion, String id, Status status, OptionalInt pid, String bundle, Map<String, String> annotations)
        implements JsonWritable {

    /** Where the container is in its life. */
    public enum Status implements SpecName {
        CREATING("creating"),
        CREATED("created"),
        RUNNING("running"),
        /** Not in the specification, which allows more; all runtimes have it. */
        PAUSED("paused"),
        STOPPED("stopped");

        private final String text;

        Status(String text) {
            this.text = text;
        }

        @Override
        public String text() {
            return text;
        }
    }

    public State {
        SpecVersion.check("ociVersion", ociVersion);
        Check.notEmpty("id", id, "the container's ID");
        pid = pid.isPresent() && pid.getAsInt() == 0 ? OptionalInt.empty() : pid;
        Check.range("pid", pid, 1, Integer.MAX_VALUE);
        Check.absolute("bundle", bundle);
        annotations = Check.keyed("annotations", annotations);
    }

    /** The same container at another point of its life. */
    public State as(Status other) {
        return new State(ociVersion, id, other, pid, bundle, annotations);
    }

    /** Reads a state in UTF-8. Throws {@link JsonException} with the place of the fault. */
    public static State parse(byte[] stateJson) {
        return from(JsonReader.parse(stateJson));
    }

    /** Reads a state. Throws {@link JsonException} with the place of the fault. */
    public static State from(JsonValue state) {
        return Fields.read(state, State::decode);
    }

    private static State decode(JsonValue state) {
        return new State(
                state.field("ociVersion").string(),
                state.field("id").string(),
                SpecName.from(state.field("status"), Status.values()),
                Fields.integer(state.field("pid"), 0, Integer.MAX_VALUE),
                state.field("bundle").required("an absolute path").string(),
                Fields.stringMap(state.field("annotations")));
    }

    @Override
    public void writeTo(JsonWriter out) {
        out.beginObject()
                .field("ociVersion", ociVersion)
                .field("id", id)
                .field("status", status)
                .optional("pid", pid)
                .field("bundle", bundle)
                .optional("annotations", annotations)
                .endObject();
    }
}
