package dev.gatun.oci;

import dev.gatun.json.JsonValue;
import dev.gatun.json.JsonWritable;
import dev.gatun.json.JsonWriter;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Limits of processor time (config-linux.md, CPU). Times are microseconds.
 *
 * @param shares relative to other cgroups; unsigned, like {@code burst}, {@code period} and {@code realtimePeriod}
 * @param quota processor time in a period; negative is no limit
 * @param burst what may be saved up for later periods
 * @param cpus the processors, such as {@code 0-3,7}
 * @param mems the memory nodes, in the same form
 * @param idle 1 for SCHED_IDLE
 */
public record Cpu(
        OptionalLong shares,
        OptionalLong quota,
        OptionalLong burst,
        OptionalLong period,
        OptionalLong realtimeRuntime,
        OptionalLong realtimePeriod,
        Optional<String> cpus,
        Optional<String> mems,
        OptionalLong idle)
        implements JsonWritable {

    /** No limit. */
    public static final Cpu NONE = new Cpu(
            OptionalLong.empty(),
            OptionalLong.empty(),
            OptionalLong.empty(),
            OptionalLong.empty(),
            OptionalLong.empty(),
            OptionalLong.empty(),
            Optional.empty(),
            Optional.empty(),
            OptionalLong.empty());

    public Cpu {
        cpus = Check.cString("cpus", cpus);
        mems = Check.cString("mems", mems);
    }

    static Cpu decode(JsonValue cpu) {
        return new Cpu(
                Fields.uint64(cpu.field("shares")),
                Fields.int64(cpu.field("quota")),
                Fields.uint64(cpu.field("burst")),
                Fields.uint64(cpu.field("period")),
                Fields.int64(cpu.field("realtimeRuntime")),
                Fields.uint64(cpu.field("realtimePeriod")),
                Fields.string(cpu.field("cpus")),
                Fields.string(cpu.field("mems")),
                Fields.int64(cpu.field("idle")));
    }

    @Override
    public void writeTo(JsonWriter out) {
        out.beginObject()
                .unsignedOptional("shares", shares)
                .optional("quota", quota)
                .unsignedOptional("burst", burst)
                .unsignedOptional("period", period)
                .optional("realtimeRuntime", realtimeRuntime)
                .unsignedOptional("realtimePeriod", realtimePeriod)
                .optional("cpus", cpus)
                .optional("mems", mems)
                .optional("idle", idle)
                .endObject();
    }
}
