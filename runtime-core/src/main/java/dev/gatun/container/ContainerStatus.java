package dev.gatun.container;

import dev.gatun.json.JsonWritable;
import dev.gatun.json.JsonWriter;
import dev.gatun.oci.State;
import java.util.OptionalInt;

/**
 * A container as it is now; printed as the specification's state, with runc's additions.
 *
 * @param record what is kept about it
 * @param status where it is in its life
 * @param oomKilled whether processes of it were killed for want of memory
 */
public record ContainerStatus(ContainerRecord record, State.Status status, boolean oomKilled) implements JsonWritable {
    /** The first process's id, or 0 if it has ended. */
    public int pid() {
        return status == State.Status.STOPPED ? 0 : record.init().pid();
    }

    /** What hooks are told. */
    State state() {
        return new State(
                record.ociVersion(),
                record.id().value(),
                status,
                pid() == 0 ? OptionalInt.empty() : OptionalInt.of(pid()),
                record.bundle(),
                record.annotations());
    }

    @Override
    public void writeTo(JsonWriter out) {
        out.beginObject()
                .field("ociVersion", record.ociVersion())
                .field("id", record.id().value())
                .field("pid", pid())
                .field("status", status.text())
                .field("bundle", record.bundle())
                .field("rootfs", record.rootfs())
                .field("created", record.created())
                .optional("annotations", record.annotations())
                .optional("oomKilled", oomKilled)
                .field("owner", "")
                .endObject();
    }
}
