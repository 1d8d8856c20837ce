package dev.gatun.container;

import dev.gatun.linux.Fd;
import dev.gatun.oci.Hook;
import dev.gatun.oci.Namespace;
import dev.gatun.program.Preamble;
import dev.gatun.program.Program;
import java.util.List;

/**
 * Compiles the program that executes a hook as the runtime's own user: in the runtime's namespaces, or in those of a
 * container whose root is not entered yet, so that the hook's path is the host's either way.
 */
final class HookProgram {
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
        var joined = new Namespaces(namespaces);
        return HelperProgram.compile(
                hook,
                0,
                List.of(),
                channel,
                helper -> {
                    Preamble.ops(
                            helper.program,
                            HelperProgram.STANDARD_DESCRIPTORS,
                            List.of(streams.input(), streams.output(), channel));
                    streams.connectOps(helper.program);
                    new JoinOps(helper.program, joined).join(joinOrder);
                },
                helper -> {
                    if (joined.has(Namespace.Type.USER)) {
                        new JoinOps(helper.program, joined).becomeRoot();
                    }
                });
    }

    static List<String> arguments(Hook hook) {
        return hook.args().isEmpty() ? List.of(hook.path()) : hook.args();
    }
}
