package dev.gatun.oci;

import dev.gatun.json.JsonValue;
import dev.gatun.json.JsonWritable;
import dev.gatun.json.JsonWriter;
import java.util.Optional;

/**
 * A namespace of the container (config-linux.md, Namespaces).
 *
 * @param path of a namespace to join, absolute; absent means a new one
 */
public record Namespace(Type type, Optional<String> path) implements JsonWritable {
    /** The kinds of namespaces. */
    public enum Type implements SpecName {
        PID("pid"),
        NETWORK("network"),
        MOUNT("mount"),
        IPC("ipc"),
        UTS("uts"),
        USER("user"),
        CGROUP("cgroup"),
        TIME("time");

        private final String text;

        Type(String text) {
            this.text = text;
        }

        @Override
        public String text() {
            return text;
        }
    }

    public Namespace {
        path = Check.absolute("path", path);
    }

    static Namespace decode(JsonValue namespace) {
        return new Namespace(
                SpecName.from(namespace.field("type"), Type.values()), Fields.string(namespace.field("path")));
    }

    @Override
    public void writeTo(JsonWriter out) {
        out.beginObject().field("type", type).optional("path", path).endObject();
    }
}
