package dev.gatun.oci;

import dev.gatun.json.JsonValue;
import dev.gatun.json.JsonWritable;
import dev.gatun.json.JsonWriter;

/**
 * A limit of a process, see setrlimit(2) (config.md, POSIX process).
 *
 * @param hard unsigned; -1 is RLIM_INFINITY
 * @param soft unsigned, not above {@code hard}
 */
public record Rlimit(Type type, long hard, long soft) implements JsonWritable {
    /** What is limited. */
    public enum Type implements SpecName {
        AS("RLIMIT_AS"),
        CORE("RLIMIT_CORE"),
        CPU("RLIMIT_CPU"),
        DATA("RLIMIT_DATA"),
        FSIZE("RLIMIT_FSIZE"),
        LOCKS("RLIMIT_LOCKS"),
        MEMLOCK("RLIMIT_MEMLOCK"),
        MSGQUEUE("RLIMIT_MSGQUEUE"),
        NICE("RLIMIT_NICE"),
        NOFILE("RLIMIT_NOFILE"),
        NPROC("RLIMIT_NPROC"),
        RSS("RLIMIT_RSS"),
        RTPRIO("RLIMIT_RTPRIO"),
        RTTIME("RLIMIT_RTTIME"),
        SIGPENDING("RLIMIT_SIGPENDING"),
        STACK("RLIMIT_STACK");

        private final String text;

        Type(String text) {
            this.text = text;
        }

        @Override
        public String text() {
            return text;
        }
    }

    public Rlimit {
        if (Long.compareUnsigned(soft, hard) > 0) {
            throw new InvalidSpecException(
                    "soft", Long.toUnsignedString(soft) + " is above the hard limit, " + Long.toUnsignedString(hard));
        }
    }

    static Rlimit decode(JsonValue rlimit) {
        return new Rlimit(
                SpecName.from(rlimit.field("type"), Type.values()),
                rlimit.field("hard").uint64(),
                rlimit.field("soft").uint64());
    }

    @Override
    public void writeTo(JsonWriter out) {
        out.beginObject()
                .field("type", type)
                .unsignedField("hard", hard)
                .unsignedField("soft", soft)
                .endObject();
    }
}
