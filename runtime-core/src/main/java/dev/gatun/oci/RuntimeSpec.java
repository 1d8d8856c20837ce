package dev.gatun.oci;

import dev.gatun.json.JsonException;
import dev.gatun.json.JsonReader;
import dev.gatun.json.JsonValue;
import dev.gatun.json.JsonWritable;
import dev.gatun.json.JsonWriter;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A container's configuration: the whole of config.json (config.md).
 *
 * @param process the process to start; may be absent until {@code start}
 * @param mounts what to mount, in this order
 */
public record RuntimeSpec(
        String ociVersion,
        Optional<Process> process,
        Root root,
        Optional<String> hostname,
        Optional<String> domainname,
        List<Mount> mounts,
        Hooks hooks,
        Map<String, String> annotations,
        Linux linux)
        implements JsonWritable {

    public RuntimeSpec {
        SpecVersion.check("ociVersion", ociVersion);
        hostname = Check.cString("hostname", hostname);
        domainname = Check.cString("domainname", domainname);
        mounts = List.copyOf(mounts);
        annotations = Check.keyed("annotations", annotations);
    }

    /** Reads a config.json in UTF-8. Throws {@link JsonException} with the place of the fault. */
    public static RuntimeSpec parse(byte[] configJson) {
        return from(JsonReader.parse(configJson));
    }

    /** Reads a config.json. Throws {@link JsonException} with the place of the fault. */
    public static RuntimeSpec from(JsonValue config) {
        return Fields.read(config, RuntimeSpec::decode);
    }

    private static RuntimeSpec decode(JsonValue config) {
        return new RuntimeSpec(
                config.field("ociVersion").required("a version such as 1.3.0").string(),
                Fields.optional(config.field("process"), Process::decode),
                Fields.read(config.field("root").required("the container's root filesystem"), Root::decode),
                Fields.string(config.field("hostname")),
                Fields.string(config.field("domainname")),
                Fields.list(config.field("mounts"), Mount::decode),
                Fields.read(config.field("hooks"), Hooks::decode, Hooks.NONE),
                Fields.stringMap(config.field("annotations")),
                Fields.read(config.field("linux"), Linux::decode, Linux.NONE));
    }

    /** The process; where none is given, one without a command: it is needed at {@code start} only (config.md). */
    public Process processOrIdle() {
        return process.orElse(Process.IDLE);
    }

    /** The process, which must have at least one argument. Throws {@link InvalidSpecException} if it has not. */
    public Process startableProcess() {
        if (process.isEmpty()) {
            throw new InvalidSpecException("process", "missing; a process to start is required");
        }
        process.get().requireArgs("process.args");
        return process.get();
    }

    /** The same with another process. */
    public RuntimeSpec with(Process other) {
        return new RuntimeSpec(
                ociVersion, Optional.of(other), root, hostname, domainname, mounts, hooks, annotations, linux);
    }

    /** The same with other mounts. */
    public RuntimeSpec with(List<Mount> others) {
        return new RuntimeSpec(ociVersion, process, root, hostname, domainname, others, hooks, annotations, linux);
    }

    @Override
    public void writeTo(JsonWriter out) {
        out.beginObject()
                .field("ociVersion", ociVersion)
                .optional("process", process)
                .field("root", root)
                .optional("hostname", hostname)
                .optional("domainname", domainname)
                .optional("mounts", mounts)
                .optional("hooks", hooks)
                .optional("annotations", annotations)
                .optional("linux", linux)
                .endObject();
    }
}
