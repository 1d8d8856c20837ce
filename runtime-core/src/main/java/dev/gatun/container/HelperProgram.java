package dev.gatun.container;

import dev.gatun.linux.Fcntl;
import dev.gatun.linux.Fd;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.ProcessCalls;
import dev.gatun.linux.Sched;
import dev.gatun.linux.Text;
import dev.gatun.linux.Word;
import dev.gatun.oci.Hook;
import dev.gatun.program.Channel;
import dev.gatun.program.Label;
import dev.gatun.program.Preamble;
import dev.gatun.program.Program;
import dev.gatun.program.ProgramBuilder;
import dev.gatun.program.Slot;
import java.util.List;
import java.util.function.Consumer;

/** What programs have in common that execute one of the host's, as a child of who started them ({@link Launch}). */
final class HelperProgram {
    static final int STANDARD_DESCRIPTORS = 3;

    final ProgramBuilder program = new ProgramBuilder();

    /** Where the child ends if Java does not answer it. */
    final Label abandoned = program.label("abandoned");

    private final Fd channel;

    private HelperProgram(Fd channel) {
        this.channel = channel;
    }

    /**
     * Compiles such a program.
     *
     * @param cloneFlags {@code CLONE_NEW*} of the namespaces that the child gets
     * @param passed the descriptors that the command has beside its standard streams
     * @param parent adds what is done before there is a child
     * @param child adds what the child does before it executes the command
     */
    static Program compile(
            Hook command,
            long cloneFlags,
            List<Fd> passed,
            Fd channel,
            Consumer<HelperProgram> parent,
            Consumer<HelperProgram> child) {
        return new HelperProgram(channel).compile(command, cloneFlags, passed, parent, child);
    }

    private Program compile(
            Hook command,
            long cloneFlags,
            List<Fd> passed,
            Consumer<HelperProgram> parent,
            Consumer<HelperProgram> child) {
        Label start = program.label("start");
        Label inChild = program.label("child");
        Label failure = program.label("failure");
        Slot pid = program.slot("child");
        program.section("start");
        program.place(start);
        parent.accept(this);
        program.call(ProcessCalls.clone3(cloneFlags | Sched.CLONE_PARENT, 0), "start the process of " + command.path())
                .to(pid)
                .ifZero(inChild);
        program.section("parent");
        Channel.signalOp(program, channel, ContainerProgram.STARTED, pid, "tell the process id");
        program.call(ProcessCalls.exitGroup(Word.of(0)), "leave the process to the runtime");
        program.section("child");
        program.place(inChild);
        child.accept(this);
        program.call(ProcessCalls.setsid(), "start a session of its own");
        Preamble.closeOnExecOps(program, STANDARD_DESCRIPTORS);
        for (Fd fd : passed) {
            program.call(FileCalls.fcntl(fd, Fcntl.F_SETFD, 0), "pass " + fd + " on");
        }
        Channel.signalOp(program, channel, ContainerProgram.READY, Word.of(0), "tell that all is ready");
        String purpose = "execute " + Text.quoted(command.path());
        // a missing program is told from a missing interpreter
        program.call(CommandOps.isExecutable(command.path()), purpose);
        program.call(ProcessCalls.execve(command.path(), HookProgram.arguments(command), command.env()), purpose);
        program.section("after a failure");
        program.place(failure);
        Channel.reportOp(program, channel);
        program.place(abandoned);
        program.call(ProcessCalls.exitGroup(Word.of(ContainerProgram.FAILURE_STATUS)), "end");
        return program.build(start, failure);
    }
}
