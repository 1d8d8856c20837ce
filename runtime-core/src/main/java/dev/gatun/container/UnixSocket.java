package dev.gatun.container;

import dev.gatun.linux.Fcntl;
import dev.gatun.linux.Fd;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.Kernel;
import dev.gatun.linux.Socket;
import dev.gatun.linux.SocketCalls;
import dev.gatun.linux.SyscallException;
import java.nio.file.Path;

/** Connections to sockets of others: a console socket, a seccomp agent. */
final class UnixSocket {
    private UnixSocket() {}

    /**
     * Connects to a stream socket.
     *
     * @param name of the descriptor, in listings
     * @param purpose what it is, for the error message
     */
    static Fd connect(Kernel kernel, Path path, String name, String purpose) {
        var socket = new Fd(
                kernel,
                kernel.call(SocketCalls.socket(Socket.AF_UNIX, Socket.SOCK_STREAM | Socket.SOCK_CLOEXEC)),
                name);
        Path absolute = path.toAbsolutePath();
        // through the folder's descriptor, as a socket's path may be no longer than 107 bytes
        try (Fd folder = openFolder(kernel, absolute.resolveSibling(""))) {
            kernel.call(SocketCalls.connect(socket, folder.path() + "/" + absolute.getFileName()));
            return socket;
        } catch (SyscallException failed) {
            socket.close();
            throw new ContainerException("connect to " + purpose + " " + absolute + ": " + failed.reason(), failed);
        }
    }

    static Fd openFolder(Kernel kernel, Path folder) {
        long flags = Fcntl.O_PATH | Fcntl.O_DIRECTORY | Fcntl.O_CLOEXEC;
        return new Fd(
                kernel,
                kernel.call(FileCalls.openat(FileCalls.CURRENT_DIRECTORY, folder.toString(), flags, 0)),
                folder.toString());
    }

    /** A socket that keeps the bounds of messages, bound and connected to nothing yet. */
    static Fd seqpacket(Kernel kernel, String name) {
        return new Fd(
                kernel,
                kernel.call(SocketCalls.socket(Socket.AF_UNIX, Socket.SOCK_SEQPACKET | Socket.SOCK_CLOEXEC)),
                name);
    }
}
