package dev.gatun.cgroup;

import java.util.concurrent.locks.LockSupport;

/** Stops and continues the processes of a group. */
final class Freezer {
    private static final int UNIFIED_ATTEMPTS = 10_000;
    private static final int LEGACY_ATTEMPTS = 1000;
    private static final int THAW_EVERY = 50;
    private static final long PAUSE_NANOS = 1_000_000;
    private static final long SHORT_PAUSE_NANOS = 10_000;

    private final Performer performer;
    private final GroupPaths.Place place;

    Freezer(Performer performer, GroupPaths.Place place) {
        this.performer = performer;
        this.place = place;
    }

    /** Whether it was itself asked to freeze, and not only a group above it. */
    static boolean isFrozen(GroupPaths.Place place) {
        return read(place, place.isUnified() ? "cgroup.freeze" : "freezer.self_freezing")
                .equals("1");
    }

    void freeze() {
        try {
            if (place.isUnified()) {
                write("cgroup.freeze", "1");
                awaitFrozen();
            } else {
                freezeLegacy();
            }
        } catch (RuntimeException | Error failed) {
            // half frozen is worse than not at all
            performer.attempt(file(), thawed());
            throw failed;
        }
    }

    void thaw() {
        write(place.isUnified() ? "cgroup.freeze" : "freezer.state", thawed());
    }

    private String thawed() {
        return place.isUnified() ? "0" : "THAWED";
    }

    private String file() {
        return place.file(place.isUnified() ? "cgroup.freeze" : "freezer.state");
    }

    private void awaitFrozen() {
        for (int attempt = 0; attempt < UNIFIED_ATTEMPTS; attempt++) {
            if (read(place, "cgroup.events").contains("frozen 1")) {
                return;
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        throw new CgroupException("freeze " + place.path() + ": it was not frozen after 10 s");
    }

    /**
     * In version 1 a process that forks while it is frozen may escape: then the state stays FREEZING until it is frozen
     * again, and at times only after it was thawed in between. The numbers are those that runc came to.
     */
    private void freezeLegacy() {
        for (int attempt = 1; attempt <= LEGACY_ATTEMPTS; attempt++) {
            if (attempt % THAW_EVERY == 0) {
                write("freezer.state", "THAWED");
                LockSupport.parkNanos(PAUSE_NANOS * 10);
            }
            write("freezer.state", "FROZEN");
            if (attempt % (THAW_EVERY / 2) == 0) {
                LockSupport.parkNanos(SHORT_PAUSE_NANOS);
            }
            String state = read(place, "freezer.state");
            if (state.equals("FROZEN")) {
                return;
            }
            if (!state.equals("FREEZING")) {
                throw new CgroupException("freeze " + place.path() + ": unexpected state " + state);
            }
        }
        throw new CgroupException("freeze " + place.path() + ": new processes appear faster than they are frozen");
    }

    private void write(String file, String value) {
        performer.write(Write.to(place, file, value));
    }

    private static String read(GroupPaths.Place place, String file) {
        return CgroupFiles.HOST.read(place.file(file)).orElse("").strip();
    }
}
