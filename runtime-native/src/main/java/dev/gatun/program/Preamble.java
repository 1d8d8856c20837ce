package dev.gatun.program;

import dev.gatun.linux.Fcntl;
import dev.gatun.linux.Fd;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.Prctl;
import dev.gatun.linux.ProcessCalls;
import java.util.ArrayList;
import java.util.List;

/** The first ops of a program: nobody looks into it, and it has no descriptor but those that it was given. */
public final class Preamble {
    private static final long LAST_DESCRIPTOR = 0xffff_ffffL;

    private Preamble() {}

    /**
     * Adds the ops.
     *
     * @param standard how many descriptors from 0 on the program keeps beside {@code keep}: 3, and what a container is
     *     to inherit
     * @param keep the descriptors that the launcher passes on
     */
    public static void ops(ProgramBuilder program, int standard, List<Fd> keep) {
        program.call(ProcessCalls.prctl(Prctl.PR_SET_DUMPABLE, 0), "keep other processes from looking into this one");
        closeOthersOps(program, standard, keep);
    }

    /** Adds the ops that close all descriptors from {@code standard} on but those in {@code keep}. */
    public static void closeOthersOps(ProgramBuilder program, int standard, List<Fd> keep) {
        var numbers = new ArrayList<Integer>();
        for (Fd fd : keep) {
            numbers.add(fd.number());
        }
        numbers.sort(null);
        long from = standard;
        for (int number : numbers) {
            if (number > from) {
                close(program, from, number - 1L);
            }
            from = Math.max(from, number + 1L);
        }
        close(program, from, LAST_DESCRIPTOR);
    }

    private static void close(ProgramBuilder program, long first, long last) {
        program.call(FileCalls.closeRange(first, last, 0), "close what is not needed");
    }

    /** Adds the op that marks all descriptors from {@code first} on as close-on-exec. */
    public static void closeOnExecOps(ProgramBuilder program, int first) {
        program.call(
                FileCalls.closeRange(first, LAST_DESCRIPTOR, Fcntl.CLOSE_RANGE_CLOEXEC),
                "leave no descriptor open to the container");
    }
}
