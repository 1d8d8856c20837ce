package dev.gatun.container;

import dev.gatun.linux.Block;
import dev.gatun.linux.Fd;
import dev.gatun.linux.Kernel;
import dev.gatun.linux.ProcessCalls;
import dev.gatun.linux.SocketCalls;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** What passes between a new process and whoever asked for it: descriptors, a terminal, and word of the process. */
final class Caller {
    private final Kernel kernel;

    Caller(Kernel kernel) {
        this.kernel = kernel;
    }

    /** What the caller did not open is not passed on: it would be a file that the JVM has opened there. */
    static void checkPreserved(int count) {
        Path ours = Path.of(System.getProperty("java.home", "/"));
        for (int number = 3; number < 3 + count; number++) {
            Path descriptor = Path.of("/proc/self/fd/" + number);
            try {
                if (!Files.readSymbolicLink(descriptor).startsWith(ours)) {
                    continue;
                }
            } catch (IOException notOpen) {
                throw new ContainerException("--preserve-fds: descriptor " + number + " is not open", notOpen);
            }
            throw new ContainerException("--preserve-fds: descriptor " + number + " is not open");
        }
    }

    /** The line on which a terminal is sent. */
    Fd connectToConsole(Path socket) {
        return connect("console", socket);
    }

    /** Tells those who asked of a new process. */
    void announce(int pid, CreateOptions options) {
        options.pidfdSocket().ifPresent(socket -> sendPidfd(pid, socket));
        options.pidFile().ifPresent(file -> writePidFile(file, pid));
    }

    /** Sends a descriptor of the process, which no later process of that number can be taken for. */
    private void sendPidfd(int pid, Path path) {
        try (Fd socket = connect("pidfd", path);
                var pidfd = new Fd(kernel, kernel.call(ProcessCalls.pidfdOpen(pid)), "process")) {
            kernel.call(SocketCalls.sendmsg(
                    socket, SocketCalls.message(Block.content("pidfd"), SocketCalls.rights(pidfd))));
        }
    }

    /** Writes a process id without a line's end: engines read it with atoi(3) and its stricter kin. */
    private static void writePidFile(Path file, int pid) {
        try {
            StateFolder.writeAtomically(
                    file.toAbsolutePath(), Integer.toString(pid).getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new ContainerException("write the pid file " + file + ": " + StateFolder.reason(e), e);
        }
    }

    private Fd connect(String what, Path socketFile) {
        return UnixSocket.connect(kernel, socketFile, what + "_socket", "the " + what + " socket");
    }
}
