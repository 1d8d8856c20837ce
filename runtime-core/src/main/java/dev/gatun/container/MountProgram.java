package dev.gatun.container;

import dev.gatun.linux.Fd;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.Kernel;
import dev.gatun.oci.Hook;
import dev.gatun.oci.Namespace;
import dev.gatun.program.Launcher;
import dev.gatun.program.Monitor;
import dev.gatun.program.Preamble;
import dev.gatun.program.Program;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A program that lays folders over each other as overlayfs does, but in user space: fuse-overlayfs(1).
 *
 * @param file the program
 * @param always whether it does so even where the kernel would
 */
public record MountProgram(Path file, boolean always) {
    /**
     * Has it serve a file system that is mounted already, until that is gone.
     *
     * @param layers what to lay over each other
     * @param device what the file system was mounted with, opened in the user namespace that it is for
     * @param process one in that user namespace
     * @throws ContainerException with what the program says if it does not
     */
    void serve(Kernel kernel, Launcher launcher, RootSource.Layers layers, Fd device, int process) {
        var arguments = List.of(file.toString(), "-o", layers.options(), "/dev/fd/" + device.number());
        var command = new Hook(file.toString(), arguments, List.of(), OptionalInt.empty());
        var user = new Namespaces(
                List.of(new Namespace(Namespace.Type.USER, Optional.of("/proc/" + process + "/ns/user"))));
        try (var streams = HookStreams.of(kernel, "")) {
            Launch.Started started = Launch.run(
                    kernel,
                    launcher,
                    channel -> program(command, layers.base(), user, device, streams, channel.programEnd()),
                    List.of(streams.input(), streams.output(), device),
                    false,
                    false);
            // it goes into the background when it is ready
            int status = Launch.reap(kernel, started.child());
            if (status != 0) {
                throw new ContainerException("lay the image's layers over each other with " + file + ": exit status "
                        + Monitor.exitCode(status) + ": " + streams.printed());
            }
        }
    }

    /** It is in the user namespace for the sake of its ids, and in the host's mount namespace, which does not hold the mount. */
    private static Program program(
            Hook command, Path base, Namespaces user, Fd device, HookStreams streams, Fd channel) {
        return HelperProgram.compile(
                command,
                0,
                List.of(device),
                channel,
                helper -> {
                    Preamble.ops(
                            helper.program,
                            HelperProgram.STANDARD_DESCRIPTORS,
                            List.of(streams.input(), streams.output(), device, channel));
                    new JoinOps(helper.program, user).join(List.of(Namespace.Type.USER));
                },
                helper -> {
                    streams.connectOps(helper.program);
                    new JoinOps(helper.program, user).becomeRoot();
                    helper.program.call(
                            FileCalls.chdir(base.toString()), "go where the image's layers have short names");
                });
    }
}
