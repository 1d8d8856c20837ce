package dev.gatun.container;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gatun.linux.Block;
import dev.gatun.linux.Fd;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.Kernel;
import dev.gatun.linux.ProcessCalls;
import dev.gatun.linux.Socket;
import dev.gatun.linux.SocketCalls;
import dev.gatun.linux.Structs;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A seccomp agent: answers the calls of every filter whose listener it is handed (linux/seccomp.h). */
final class Agent implements AutoCloseable {
    private static final int SIZE = 80;
    private static final int RESPONSE_SIZE = 24;
    /** _IOWR('!', 0, struct seccomp_notif), _IOWR('!', 1, struct seccomp_notif_resp). */
    private static final long RECEIVE = 0xc000_2100L | SIZE << 16;

    private static final long SEND = 0xc000_2101L | RESPONSE_SIZE << 16;
    private static final int CONTINUE = 1;
    private static final int PATIENCE_MILLIS = 60_000;

    /** struct seccomp_notif: where the number of the call stands. */
    private static final int NUMBER = 16;

    private final Kernel kernel;
    private final Fd socket;
    private final int errno;
    private final List<Integer> goOn;

    /** What it was told, one for each connection. */
    final List<JsonNode> states = new CopyOnWriteArrayList<>();

    /** How many descriptors came with each part of the last text. */
    final List<Integer> parts = new CopyOnWriteArrayList<>();

    /** The numbers of the calls that it answered. */
    final List<Integer> calls = new CopyOnWriteArrayList<>();

    /**
     * An agent that lets calls fail with {@code errno}.
     *
     * @param goOn the numbers of those that it lets through
     */
    Agent(Kernel kernel, Path path, int errno, List<Integer> goOn) {
        this.kernel = kernel;
        this.errno = errno;
        this.goOn = goOn;
        long number = kernel.call(SocketCalls.socket(Socket.AF_UNIX, Socket.SOCK_STREAM | Socket.SOCK_CLOEXEC));
        socket = new Fd(kernel, number, "agent");
        kernel.call(SocketCalls.bind(socket, path.toString()));
        kernel.call(SocketCalls.listen(socket, 5));
        start(this::accept);
    }

    private static void start(Runnable work) {
        Thread.ofPlatform().daemon().start(work);
    }

    private void accept() {
        while (true) {
            long connected = kernel.attempt(SocketCalls.accept4(socket));
            if (connected < 0) {
                return;
            }
            try (var connection = new Fd(kernel, connected, "connection")) {
                Fd listener = receive(connection);
                start(() -> answer(listener));
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private Fd receive(Fd connection) throws IOException {
        var text = new ByteArrayOutputStream();
        int listener = -1;
        while (true) {
            var content = Block.buffer(4096, "state");
            var control = Block.buffer(Structs.CMSG_ONE_FD_SIZE, "rights");
            var message = SocketCalls.message(content, control).output();
            int length = (int) kernel.call(SocketCalls.recvmsg(connection, message, Socket.MSG_CMSG_CLOEXEC));
            if (length == 0) {
                break;
            }
            boolean carries = message.getInt64(Structs.MSGHDR_CONTROLLEN) == Structs.CMSG_ONE_FD_SIZE;
            parts.add(carries ? 1 : 0);
            listener = carries ? control.getInt32(Structs.CMSGHDR_SIZE) : listener;
            text.writeBytes(content.getBytes(0, length));
        }
        // the listener first: whoever sees the state may count on its calls being answered
        var fd = new Fd(kernel, listener, "listener");
        states.add(new ObjectMapper().readTree(text.toByteArray()));
        return fd;
    }

    private void answer(Fd listener) {
        while (true) {
            kernel.call(ProcessCalls.ppollReadable(listener, PATIENCE_MILLIS));
            // it must come zeroed
            var notification = Block.buffer(SIZE, "&notification");
            if (kernel.attempt(FileCalls.ioctl(listener, RECEIVE, notification)) < 0) {
                listener.close();
                return;
            }
            int number = notification.getInt32(NUMBER);
            calls.add(number);
            boolean through = goOn.contains(number);
            var response = new Block(RESPONSE_SIZE, "&response")
                    .int64(0, notification.getInt64(0))
                    .int32(16, through ? 0 : -errno)
                    .int32(20, through ? CONTINUE : 0);
            kernel.attempt(FileCalls.ioctl(listener, SEND, response));
        }
    }

    @Override
    public void close() {
        kernel.attempt(SocketCalls.shutdown(socket));
        socket.close();
    }
}
