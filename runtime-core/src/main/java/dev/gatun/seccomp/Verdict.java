package dev.gatun.seccomp;

import dev.gatun.oci.InvalidSpecException;
import dev.gatun.oci.Seccomp;
import java.util.OptionalLong;

/** What a filter returns: an action in the upper half, and what goes with it in the lower (linux/seccomp.h). */
final class Verdict {
    static final int KILL_THREAD = 0;
    static final int KILL_PROCESS = 0x8000_0000;
    static final int TRAP = 0x0003_0000;
    static final int ERRNO = 0x0005_0000;
    static final int USER_NOTIF = 0x7fc0_0000;
    static final int TRACE = 0x7ff0_0000;
    static final int LOG = 0x7ffc_0000;
    static final int ALLOW = 0x7fff_0000;

    /** What a call gets that the kernel does not have: ENOSYS. */
    static final int NO_SUCH_CALL = ERRNO | 38;

    private static final int EPERM = 1;

    /** The kernel's MAX_ERRNO. */
    private static final int ERRNO_MAX = 4095;

    private static final int DATA_MAX = 0xffff;

    private Verdict() {}

    /** {@code path} is where {@code data} stands, for the error message. */
    static int of(Seccomp.Action action, OptionalLong data, String path) {
        return switch (action) {
            case KILL, KILL_THREAD -> KILL_THREAD;
            case KILL_PROCESS -> KILL_PROCESS;
            case TRAP -> TRAP;
            case ERRNO -> ERRNO | data(data, ERRNO_MAX, path);
            case TRACE -> TRACE | data(data, DATA_MAX, path);
            case ALLOW -> ALLOW;
            case LOG -> LOG;
            case NOTIFY -> USER_NOTIF;
        };
    }

    private static int data(OptionalLong data, int max, String path) {
        long value = data.orElse(EPERM);
        // the kernel and runc would cut it off without a word
        if (value > max) {
            throw new InvalidSpecException(path, value + " is too large; the kernel takes at most " + max);
        }
        return (int) value;
    }

    /**
     * Whether calls that are not listed go through. Then newer calls than the profile knows do too; a tracer is trusted
     * to answer for those itself, as runc has it.
     */
    static boolean isPermissive(int verdict) {
        int action = verdict & 0xffff_0000;
        return action == ALLOW || action == LOG || action == TRACE;
    }
}
