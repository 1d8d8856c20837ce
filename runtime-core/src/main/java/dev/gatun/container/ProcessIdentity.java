package dev.gatun.container;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A process, told from a later one that got the same number.
 *
 * @param pid its number in the runtime's pid namespace
 * @param startTime when it started, in clock ticks since boot (proc_pid_stat(5), field 22)
 */
public record ProcessIdentity(int pid, long startTime) {
    private static final int STATE_FIELD = 0;
    private static final int PARENT_FIELD = 1;
    /** Field 22, counted from the state, which is field 3. */
    private static final int START_TIME_FIELD = 19;

    /** Whether a process is a zombie, and whose child it is. */
    record Ancestry(boolean ended, int parent) {}

    static Ancestry ancestry(int pid) {
        String[] stat = stat(pid);
        return stat.length > PARENT_FIELD
                ? new Ancestry(stat[STATE_FIELD].equals("Z"), Integer.parseInt(stat[PARENT_FIELD]))
                : new Ancestry(false, 0);
    }

    /** The process that has the number now; its start time is 0 if there is none. */
    static ProcessIdentity of(int pid) {
        String[] stat = stat(pid);
        return new ProcessIdentity(pid, stat.length > START_TIME_FIELD ? Long.parseLong(stat[START_TIME_FIELD]) : 0);
    }

    /** Whether it has not ended; a zombie has. */
    boolean isAlive() {
        String[] stat = stat(pid);
        return stat.length > START_TIME_FIELD
                && !stat[STATE_FIELD].equals("Z")
                && !stat[STATE_FIELD].equals("X")
                && Long.parseLong(stat[START_TIME_FIELD]) == startTime;
    }

    /** Whether its number is still its own: it may have ended, and not been waited for. */
    boolean isThere() {
        return startTime != 0 && of(pid).startTime == startTime;
    }

    /** The fields behind the command's name, which may itself contain anything. */
    private static String[] stat(int pid) {
        if (pid <= 0) {
            return new String[0];
        }
        try {
            String stat =
                    new String(Files.readAllBytes(Path.of("/proc/" + pid + "/stat")), StandardCharsets.ISO_8859_1);
            return stat.substring(stat.lastIndexOf(')') + 2).trim().split(" ", -1);
        } catch (IOException gone) {
            return new String[0];
        }
    }
}
