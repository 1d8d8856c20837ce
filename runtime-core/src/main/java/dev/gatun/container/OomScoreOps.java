package dev.gatun.container;

import dev.gatun.linux.Block;
import dev.gatun.linux.Call;
import dev.gatun.linux.Fcntl;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.Syscall;
import dev.gatun.program.Label;
import dev.gatun.program.ProgramBuilder;
import dev.gatun.program.Slot;

/**
 * Ops that set how likely the kernel kills a container when memory runs out (proc_pid_oom_score_adj(5)).
 *
 * <p>It is the parent that sets it, and the child inherits it, as a process in a new user namespace may not lower its own.
 */
final class OomScoreOps {
    private static final String FILE = "/proc/self/oom_score_adj";
    /** "-1000" and a line's end, and room to spare. */
    private static final int SIZE = 16;

    private final ProgramBuilder program;
    private final Block before = Block.buffer(SIZE, "&oom_score");
    private final Slot length;

    OomScoreOps(ProgramBuilder program) {
        this.program = program;
        this.length = program.slot("oom_score_length");
    }

    /**
     * In the parent, before it clones.
     *
     * @param remember whether {@link #restore} will follow
     */
    void set(int score, boolean remember) {
        String purpose = "set the OOM score adjustment to " + score;
        Slot file = program.slot("oom_score_adj");
        program.call(open(remember ? Fcntl.O_RDWR : Fcntl.O_WRONLY), purpose).to(file);
        if (remember) {
            program.call(FileCalls.read(file, before), "see which it is").to(length);
        }
        program.call(FileCalls.write(file, Block.content(Integer.toString(score))), purpose);
        program.call(FileCalls.close(file), "close oom_score_adj");
    }

    /** In a parent that stays, which is not the one to be killed; without root it keeps the container's. */
    void restore() {
        Slot file = program.slot("oom_score_adj");
        Label refused = program.label("OOM score as it is");
        program.call(open(Fcntl.O_WRONLY), "open the OOM score adjustment")
                .to(file)
                .onAnyError(refused);
        program.call(Call.of(Syscall.WRITE, file, before, length), "set it back to what it was")
                .tolerateAll();
        program.call(FileCalls.close(file), "close oom_score_adj");
        program.place(refused);
    }

    private static Call open(long access) {
        return FileCalls.openat(FileCalls.CURRENT_DIRECTORY, FILE, access | Fcntl.O_CLOEXEC, 0);
    }
}
