package dev.gatun.program;

import dev.gatun.linux.Arg;
import dev.gatun.linux.Block;
import dev.gatun.linux.Errno;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.ProcessCalls;
import dev.gatun.linux.Wait;
import dev.gatun.linux.Word;

/** Ops of a parent that waits for its child: it needs no Java, so a container outlives the JVM that started it. */
public final class Monitor {
    /** The size of what {@link #recordStatusOps} writes: the status of wait(2), in a 64-bit word. */
    public static final int STATUS_SIZE = Long.BYTES;

    private static final long EXIT_CODE_MASK = 0xff;
    private static final int EXIT_CODE_SHIFT = 8;
    private static final long SIGNAL_MASK = 0x7f;
    private static final long SIGNAL_EXIT_BASE = 0x80;

    private Monitor() {}

    /** Adds the ops that wait for {@code child} to end, write how to {@code file}, and end. */
    public static void recordStatusOps(ProgramBuilder program, Slot child, Arg file) {
        var status = Block.buffer(STATUS_SIZE, "&status");
        program.call(ProcessCalls.wait4(child, status, 0), "wait for the container to end");
        program.call(FileCalls.write(file, status), "record the exit status");
        program.call(ProcessCalls.exitGroup(Word.of(0)), "end the monitor");
    }

    /**
     * Adds the ops that pass every signal on to {@code child} and end as it ends: with its exit status, or with 128 + n
     * if signal n killed it. All signals are to be blocked.
     *
     * @param cleanup adds what is to be done when the child has ended
     */
    public static void foregroundOps(ProgramBuilder program, Slot child, Runnable cleanup) {
        var status = Block.buffer(STATUS_SIZE, "&status");
        var signals = ProcessCalls.allSignals();
        Slot signal = program.slot("signal");
        Label next = program.label("next signal");
        Label alive = program.label("alive");
        // first of all: a child that ended before signals were blocked has left no SIGCHLD; that of a later end is kept
        program.place(next);
        program.call(ProcessCalls.wait4(child, status, Wait.WNOHANG), "see whether the container has ended")
                .ifZero(alive);
        endAsOps(program, status, cleanup);
        program.place(alive);
        // being stopped and continued breaks the wait off
        program.call(ProcessCalls.waitSignal(signals), "wait for a signal")
                .to(signal)
                .onError(next, Errno.EINTR);
        program.call(ProcessCalls.kill(child, signal), "pass the signal on to the container")
                .tolerateAll();
        program.jump(next, "wait for the next signal");
    }

    /** Adds the ops that end as a child did whose wait(2) status is in {@code status}. */
    static void endAsOps(ProgramBuilder program, Block status, Runnable cleanup) {
        Slot code = program.slot("code");
        Label end = program.label("end");
        program.load(status, EXIT_CODE_SHIFT, EXIT_CODE_MASK, 0, "its exit status")
                .to(code);
        program.load(status, 0, SIGNAL_MASK, 0, "which signal killed it").ifZero(end);
        program.load(status, 0, SIGNAL_MASK, SIGNAL_EXIT_BASE, "128 + the signal")
                .to(code);
        program.place(end);
        cleanup.run();
        program.call(ProcessCalls.exitGroup(code), "end as the container did");
    }

    /** The exit status that a shell gives: the process's own, or 128 + n if signal n killed it. */
    public static int exitCode(int waitStatus) {
        int signal = (int) (waitStatus & SIGNAL_MASK);
        return signal == 0 ? waitStatus >> EXIT_CODE_SHIFT & (int) EXIT_CODE_MASK : (int) SIGNAL_EXIT_BASE + signal;
    }
}
