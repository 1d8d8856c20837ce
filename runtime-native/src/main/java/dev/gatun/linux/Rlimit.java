package dev.gatun.linux;

import java.util.Optional;

/** The resources that setrlimit(2) limits (asm-generic/resource.h), in the kernel's order. */
public enum Rlimit {
    RLIMIT_CPU,
    RLIMIT_FSIZE,
    RLIMIT_DATA,
    RLIMIT_STACK,
    RLIMIT_CORE,
    RLIMIT_RSS,
    RLIMIT_NPROC,
    RLIMIT_NOFILE,
    RLIMIT_MEMLOCK,
    RLIMIT_AS,
    RLIMIT_LOCKS,
    RLIMIT_SIGPENDING,
    RLIMIT_MSGQUEUE,
    RLIMIT_NICE,
    RLIMIT_RTPRIO,
    RLIMIT_RTTIME;

    private static final Rlimit[] ALL = values();

    /** The one of that number, or empty where there is none. */
    public static Optional<Rlimit> of(int number) {
        return number >= 0 && number < ALL.length ? Optional.of(ALL[number]) : Optional.empty();
    }

    /** The one of that name, e.g. {@code RLIMIT_CPU}, or empty where there is none. */
    public static Optional<Rlimit> named(String name) {
        for (Rlimit candidate : ALL) {
            if (candidate.name().equals(name)) {
                return Optional.of(candidate);
            }
        }
        return Optional.empty();
    }

    /** The kernel's number for it: they are listed in its order. */
    @SuppressWarnings("EnumOrdinal") // the kernel's order is what the constants are listed in
    public int number() {
        return ordinal();
    }
}
