package dev.gatun.container;

import dev.gatun.linux.Fd;
import dev.gatun.linux.ProcessCalls;
import dev.gatun.linux.Sched;
import dev.gatun.linux.Text;
import dev.gatun.linux.Word;
import dev.gatun.oci.Hook;
import dev.gatun.oci.Namespace;
import dev.gatun.program.Channel;
import dev.gatun.program.Label;
import dev.gatun.program.Preamble;
import dev.gatun.program.Program;
import dev.gatun.program.ProgramBuilder;
import dev.gatun.program.Slot;
import java.util.List;

/**
 * Compiles the program that executes a hook as the runtime's own user: in the runtime's namespaces, or in those of a
 * container whose root is not entered yet, so that the hook's path is the host's either way.
 */
final class HookProgram {
    private static final int STANDARD_DESCRIPTORS = 3;

    private HookProgram() {}

    /**
     * Compiles it.
     *
     * @param namespaces those to join, each with a path; none leaves the hook where the runtime is
     * @param joinOrder in which order
     * @param streams its standard streams
     */
    static Program compile(
            Hook hook, List<Namespace> namespaces, List<Namespace.Type> joinOrder, HookStreams streams, Fd channel) {
        var program = new ProgramBuilder();
        var joined = new Namespaces(namespaces);
        var joining = new JoinOps(program, joined);
        Label start = program.label("start");
        Label inChild = program.label("child");
        Label failure = program.label("failure");
        Slot child = program.slot("child");

        program.section("start");
        program.place(start);
        Preamble.ops(program, STANDARD_DESCRIPTORS, List.of(streams.input(), streams.output(), channel));
        streams.connectOps(program);
        program.section("namespaces");
        joining.join(joinOrder);
        program.call(ProcessCalls.clone3(Sched.CLONE_PARENT, 0), "start the hook's process")
                .to(child)
                .ifZero(inChild);
        program.section("parent");
        Channel.signalOp(program, channel, ContainerProgram.STARTED, child, "tell the process id");
        program.call(ProcessCalls.exitGroup(Word.of(0)), "leave the hook to the runtime");

        program.section("hook");
        program.place(inChild);
        if (joined.has(Namespace.Type.USER)) {
            joining.becomeRoot();
        }
        program.call(ProcessCalls.setsid(), "start a session of its own");
        Preamble.closeOnExecOps(program, STANDARD_DESCRIPTORS);
        Channel.signalOp(program, channel, ContainerProgram.READY, Word.of(0), "tell that all is ready");
        String purpose = "execute " + Text.quoted(hook.path());
        // a missing hook is told from a missing interpreter
        program.call(CommandOps.isExecutable(hook.path()), purpose);
        program.call(ProcessCalls.execve(hook.path(), arguments(hook), hook.env()), purpose);
        program.section("after a failure");
        program.place(failure);
        Channel.reportOp(program, channel);
        program.call(ProcessCalls.exitGroup(Word.of(ContainerProgram.FAILURE_STATUS)), "end");
        return program.build(start, failure);
    }

    static List<String> arguments(Hook hook) {
        return hook.args().isEmpty() ? List.of(hook.path()) : hook.args();
    }
}
