package dev.gatun.container;

import dev.gatun.linux.Arg;
import dev.gatun.linux.Block;
import dev.gatun.linux.Call;
import dev.gatun.linux.Capability;
import dev.gatun.linux.Notation;
import dev.gatun.linux.ProcessCalls;
import dev.gatun.linux.Syscall;
import dev.gatun.linux.Word;
import dev.gatun.oci.Process;
import dev.gatun.program.Channel;
import dev.gatun.program.Label;
import dev.gatun.program.Op;
import dev.gatun.program.ProgramBuilder;
import dev.gatun.program.Slot;
import dev.gatun.seccomp.SeccompFilter;
import java.util.Optional;

/**
 * The op that loads the filter of system calls, for good.
 *
 * <p>The kernel takes a filter from a process that has no_new_privs or CAP_SYS_ADMIN (seccomp(2)). With the first it is
 * loaded right before execve, which is then the only call of Gatun's own that the profile has to allow. Without it the
 * process keeps CAP_SYS_ADMIN until then, and gives it up behind the filter, so that capset must be allowed too; runc
 * loads the filter before it sets capabilities and user, and needs more calls.
 */
final class SeccompOps {
    /** linux/seccomp.h: SECCOMP_SET_MODE_FILTER. */
    private static final int SET_MODE_FILTER = 1;

    /** struct sock_fprog, linux/filter.h: how many instructions, and where they are. */
    private static final int PROGRAM_SIZE = 16;

    private static final int PROGRAM_INSTRUCTIONS = 8;

    private final ProgramBuilder program;
    private final Optional<SeccompFilter> filter;
    private final boolean noNewPrivileges;
    private final Arg line;
    private final Label end;

    /** {@code line} leads to whoever hands the filter's listener to the agent. */
    SeccompOps(ProgramBuilder program, Optional<SeccompFilter> filter, Process process, Arg line) {
        this.program = program;
        this.line = line;
        this.end = program.label("end");
        this.filter = filter;
        this.noNewPrivileges = process.noNewPrivileges();
    }

    /** The capabilities that the process needs for {@link #load}, as bits. */
    long needed() {
        return filter.isPresent() && !noNewPrivileges ? Capability.CAP_SYS_ADMIN.bit() : 0;
    }

    boolean notifies() {
        return filter.isPresent() && filter.get().notifies();
    }

    void load() {
        if (filter.isEmpty()) {
            return;
        }
        int length = filter.get().length();
        var instructions = Block.of(filter.get().program(), "[/* " + length + " instructions */]");
        var fprog = new Block(PROGRAM_SIZE, out -> {
                    instructions.print(out.append("{len=").append(length).append(", filter="));
                    out.append('}');
                })
                .int16(0, length)
                .field(PROGRAM_INSTRUCTIONS, instructions);
        Op load = program.call(
                Call.of(
                        Syscall.SECCOMP,
                        Word.of(SET_MODE_FILTER),
                        new Word(filter.get().flags(), Notation.HEX),
                        fprog),
                "allow the system calls of linux.seccomp only");
        if (notifies()) {
            Slot listener = program.slot("listener");
            load.to(listener);
            Channel.signalOp(program, line, ContainerProgram.LISTENER, listener, "tell where the seccomp listener is");
            Channel.awaitOps(program, line, end, "wait until the seccomp agent has it");
        }
    }

    /** Adds the ops that end the process with {@code status}; where the filter forbids to exit, a fault does. */
    void end(int status) {
        program.place(end);
        Op exit = program.call(ProcessCalls.exitGroup(Word.of(status)), "end");
        if (filter.isPresent()) {
            exit.tolerateAll();
            program.load(Word.NULL, 0, 0, 0, "end by a fault, as the filter forbids to exit");
        }
    }
}
