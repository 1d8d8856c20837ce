package dev.gatun.cgroup;

import dev.gatun.linux.Errno;
import java.util.Optional;

/** What to do about failures of control groups whose error number alone does not say it. */
public final class Advice {
    private Advice() {}

    /**
     * Advice on a failed step.
     *
     * @param purpose of the step
     */
    public static Optional<String> on(String purpose, int errno) {
        boolean setting = purpose.startsWith("set ") && purpose.contains(" of /");
        if (setting && errno == Errno.ENOENT.number()) {
            return Optional.of("this kernel has no such setting, or the group above does not pass the controller down");
        }
        if (purpose.startsWith("set memory.") && errno == Errno.EBUSY.number()) {
            return Optional.of("more than that is in use");
        }
        if (purpose.startsWith("let the groups below ") && errno == Errno.EBUSY.number()) {
            return Optional.of(
                    "there are processes in that group itself, and version 2 has either processes in a group or"
                            + " controllers below it; choose another linux.cgroupsPath");
        }
        if (purpose.startsWith("let the groups below ") && errno == Errno.ENOENT.number()) {
            return Optional.of("the group above does not pass them down");
        }
        if (purpose.startsWith("make the group ") && errno == Errno.EROFS.number()) {
            return Optional.of("control groups are mounted read-only here, as in a container");
        }
        return Optional.empty();
    }
}
