package dev.gatun.container;

import dev.gatun.linux.Block;
import dev.gatun.linux.Fd;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.Kernel;
import dev.gatun.linux.ProcessCalls;
import dev.gatun.linux.SocketCalls;
import dev.gatun.linux.SyscallException;
import dev.gatun.oci.ContainerProcessState;
import dev.gatun.oci.RuntimeSpec;
import dev.gatun.oci.Seccomp;
import dev.gatun.oci.State;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Hands the listener of a filter to the agent that linux.seccomp names, who decides on the calls with SCMP_ACT_NOTIFY.
 *
 * <p>A process behind its filter can do little: it says the number that its listener has, and waits while this process
 * takes a copy (pidfd_getfd(2)). So of the filter nothing is needed but write and read, as with runc.
 */
final class SeccompAgent {
    private final Kernel kernel;
    private final RuntimeSpec spec;

    SeccompAgent(Kernel kernel, RuntimeSpec spec) {
        this.kernel = kernel;
        this.spec = spec;
    }

    /**
     * Hands over the listener that is {@code number} in {@code process}, one of {@code container}.
     *
     * @throws ContainerException if the agent cannot be reached
     */
    void handOver(State container, int process, int number) {
        Seccomp profile = spec.linux().seccomp().orElseThrow();
        Path path = Path.of(profile.listenerPath().orElseThrow());
        String state =
                new ContainerProcessState(spec.ociVersion(), process, profile.listenerMetadata(), container).toJson();
        try (Fd listener = copy(process, number);
                Fd agent = UnixSocket.connect(kernel, path, "seccomp_agent", "linux.seccomp.listenerPath")) {
            send(agent, path, Block.of(state.getBytes(StandardCharsets.UTF_8), "state"), listener);
        }
    }

    private Fd copy(int process, int number) {
        try (var pidfd = new Fd(kernel, kernel.call(ProcessCalls.pidfdOpen(process)), "process")) {
            return new Fd(kernel, kernel.call(ProcessCalls.pidfdGetfd(pidfd, number)), "listener");
        }
    }

    /** The descriptor goes with the first part of the text, should the socket not take it all at once. */
    private void send(Fd agent, Path path, Block state, Fd listener) {
        try {
            long sent =
                    kernel.call(SocketCalls.sendmsg(agent, SocketCalls.message(state, SocketCalls.rights(listener))));
            while (sent < state.size()) {
                byte[] rest = state.getBytes((int) sent, (int) (state.size() - sent));
                sent += kernel.call(FileCalls.write(agent, Block.of(rest, "state")));
            }
        } catch (SyscallException failed) {
            throw new ContainerException(
                    "hand the seccomp listener to the agent at " + path + ": " + failed.reason(), failed);
        }
    }
}
