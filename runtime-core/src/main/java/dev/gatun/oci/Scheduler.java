package dev.gatun.oci;

import dev.gatun.json.JsonValue;
import dev.gatun.json.JsonWritable;
import dev.gatun.json.JsonWriter;
import java.util.List;

/**
 * How a process is scheduled, see sched_setattr(2) (config.md, Linux Process).
 *
 * @param nice from -20 to 19, for {@code SCHED_OTHER} and {@code SCHED_BATCH}
 * @param priority from 0 to 99, for {@code SCHED_FIFO} and {@code SCHED_RR}
 * @param runtime nanoseconds, unsigned; like the next two for {@code SCHED_DEADLINE} only
 * @param deadline nanoseconds, unsigned
 * @param period nanoseconds, unsigned
 */
public record Scheduler(
        Policy policy, int nice, int priority, List<Flag> flags, long runtime, long deadline, long period)
        implements JsonWritable {

    private static final int NICE_MIN = -20;
    private static final int NICE_MAX = 19;
    private static final int PRIORITY_MAX = 99;

    /** The scheduling policy. */
    public enum Policy implements SpecName {
        SCHED_OTHER,
        SCHED_FIFO,
        SCHED_RR,
        SCHED_BATCH,
        SCHED_ISO,
        SCHED_IDLE,
        SCHED_DEADLINE;

        @Override
        public String text() {
            return name();
        }
    }

    /** A flag of {@code struct sched_attr}. */
    public enum Flag implements SpecName {
        SCHED_FLAG_RESET_ON_FORK,
        SCHED_FLAG_RECLAIM,
        SCHED_FLAG_DL_OVERRUN,
        SCHED_FLAG_KEEP_POLICY,
        SCHED_FLAG_KEEP_PARAMS,
        SCHED_FLAG_UTIL_CLAMP_MIN,
        SCHED_FLAG_UTIL_CLAMP_MAX;

        @Override
        public String text() {
            return name();
        }
    }

    public Scheduler {
        Check.range("nice", nice, NICE_MIN, NICE_MAX);
        Check.range("priority", priority, 0, PRIORITY_MAX);
        flags = List.copyOf(flags);
        if (priority != 0 && policy != Policy.SCHED_FIFO && policy != Policy.SCHED_RR) {
            throw new InvalidSpecException("priority", "is for SCHED_FIFO and SCHED_RR, not for " + policy);
        }
        if (policy != Policy.SCHED_DEADLINE) {
            notForPolicy("runtime", runtime, policy);
            notForPolicy("deadline", deadline, policy);
            notForPolicy("period", period, policy);
        }
    }

    private static void notForPolicy(String field, long value, Policy policy) {
        if (value != 0) {
            throw new InvalidSpecException(field, "is for SCHED_DEADLINE, not for " + policy);
        }
    }

    static Scheduler decode(JsonValue scheduler) {
        return new Scheduler(
                SpecName.from(scheduler.field("policy"), Policy.values()),
                Fields.integer(scheduler.field("nice"), NICE_MIN, NICE_MAX).orElse(0),
                Fields.integer(scheduler.field("priority"), 0, PRIORITY_MAX).orElse(0),
                Fields.names(scheduler.field("flags"), Flag.values()),
                Fields.uint64(scheduler.field("runtime")).orElse(0),
                Fields.uint64(scheduler.field("deadline")).orElse(0),
                Fields.uint64(scheduler.field("period")).orElse(0));
    }

    @Override
    public void writeTo(JsonWriter out) {
        out.beginObject()
                .field("policy", policy)
                .optional("nice", nice)
                .optional("priority", priority)
                .optional("flags", flags)
                .unsignedOptional("runtime", runtime)
                .unsignedOptional("deadline", deadline)
                .unsignedOptional("period", period)
                .endObject();
    }
}
