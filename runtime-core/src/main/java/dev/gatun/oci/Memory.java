package dev.gatun.oci;

import dev.gatun.json.JsonValue;
import dev.gatun.json.JsonWritable;
import dev.gatun.json.JsonWriter;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Limits of memory, in bytes, of which -1 is none (config-linux.md, Memory).
 *
 * @param swap memory and swap together, as in cgroup v1
 * @param kernel no longer known to cgroup v2, like {@code kernelTcp}, {@code swappiness}, {@code disableOomKiller} and
 *     {@code useHierarchy}
 * @param swappiness unsigned, from 0 to 100
 * @param checkBeforeUpdate whether an update to less than what is in use is refused
 */
public record Memory(
        OptionalLong limit,
        OptionalLong reservation,
        OptionalLong swap,
        OptionalLong kernel,
        OptionalLong kernelTcp,
        OptionalLong swappiness,
        Optional<Boolean> disableOomKiller,
        Optional<Boolean> useHierarchy,
        Optional<Boolean> checkBeforeUpdate)
        implements JsonWritable {

    /** No limit. */
    public static final Memory NONE = new Memory(
            OptionalLong.empty(),
            OptionalLong.empty(),
            OptionalLong.empty(),
            OptionalLong.empty(),
            OptionalLong.empty(),
            OptionalLong.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());

    static Memory decode(JsonValue memory) {
        return new Memory(
                Fields.int64(memory.field("limit")),
                Fields.int64(memory.field("reservation")),
                Fields.int64(memory.field("swap")),
                Fields.int64(memory.field("kernel")),
                Fields.int64(memory.field("kernelTCP")),
                Fields.uint64(memory.field("swappiness")),
                Fields.bool(memory.field("disableOOMKiller")),
                Fields.bool(memory.field("useHierarchy")),
                Fields.bool(memory.field("checkBeforeUpdate")));
    }

    @Override
    public void writeTo(JsonWriter out) {
        out.beginObject()
                .optional("limit", limit)
                .optional("reservation", reservation)
                .optional("swap", swap)
                .optional("kernel", kernel)
                .optional("kernelTCP", kernelTcp)
                .unsignedOptional("swappiness", swappiness)
                .optional("disableOOMKiller", disableOomKiller)
                .optional("useHierarchy", useHierarchy)
                .optional("checkBeforeUpdate", checkBeforeUpdate)
                .endObject();
    }
}
