package dev.gatun.cgroup;

import dev.gatun.linux.Errno;
import java.util.List;
import java.util.Optional;

/**
 * A value for a file of a group.
 *
 * @param file its whole path
 * @param purpose what an error message begins with
 * @param tolerated errors of opening or writing after which the next write is made
 * @param instead what is written where the kernel has no such file
 */
public record Write(String file, String value, String purpose, List<Errno> tolerated, Optional<Write> instead) {
    private static final List<Errno> ANY = List.of(Errno.values());

    public Write {
        tolerated = List.copyOf(tolerated);
    }

    /** A write that must succeed. */
    static Write to(GroupPaths.Place place, String file, String value) {
        return tolerant(place, file, value, List.of());
    }

    static Write tolerant(GroupPaths.Place place, String file, String value, List<Errno> tolerated) {
        return new Write(
                place.file(file),
                value,
                "set " + file + " of " + place.path() + " to " + value,
                tolerated,
                Optional.empty());
    }

    /** A write that need not succeed. */
    static Write attempt(String file, String value, String purpose) {
        return new Write(file, value, purpose, ANY, Optional.empty());
    }

    /** Whether no error of it matters. */
    public boolean isAttempt() {
        return tolerated.size() == ANY.size();
    }

    Write orElse(Write other) {
        return new Write(file, value, purpose, tolerated, Optional.of(other));
    }
}
