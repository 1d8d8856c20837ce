package dev.gatun.oci;

import dev.gatun.json.JsonWritable;
import dev.gatun.json.JsonWriter;
import java.util.Optional;

/**
 * What a seccomp agent is told along with the descriptor of a filter (config-linux.md, The Container Process State).
 *
 * @param pid of the process that the filter was loaded by, as the runtime sees it
 * @param metadata {@code listenerMetadata} of the profile
 * @param state of the container that it is in
 */
public record ContainerProcessState(String ociVersion, int pid, Optional<String> metadata, State state)
        implements JsonWritable {
    /** What the descriptor is called that the message carries: the filter's listener. */
    public static final String SECCOMP_FD = "seccompFd";

    @Override
    public void writeTo(JsonWriter out) {
        out.beginObject().field("ociVersion", ociVersion);
        out.name("fds").beginArray().value(SECCOMP_FD).endArray();
        out.field("pid", pid)
                .optional("metadata", metadata)
                .field("state", state)
                .endObject();
    }
}
