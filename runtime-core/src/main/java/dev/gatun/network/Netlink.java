package dev.gatun.network;

import dev.gatun.linux.Block;
import dev.gatun.linux.Call;
import dev.gatun.linux.Fd;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.Kernel;
import dev.gatun.linux.OwnThread;
import dev.gatun.linux.ProcessCalls;
import dev.gatun.linux.Rtnetlink;
import dev.gatun.linux.Sched;
import dev.gatun.linux.Socket;
import dev.gatun.linux.SocketCalls;
import dev.gatun.linux.Structs;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** A line to the kernel's rtnetlink. It speaks of the network namespace that it was opened in, wherever it is used. */
final class Netlink implements AutoCloseable {
    /** The kernel puts at most 32 KiB into one datagram. */
    private static final int BUFFER_SIZE = 1 << 16;

    private static final int DUMP_ATTEMPTS = 10;

    private final Kernel kernel;
    private final Fd socket;
    private int sequence;

    /** A message of the kernel's: its bytes behind the header. */
    record Reply(int type, int flags, ByteBuffer content) {}

    private Netlink(Kernel kernel, Fd socket) {
        this.kernel = kernel;
        this.socket = socket;
    }

    /** A line to the calling thread's network namespace. */
    static Netlink open(Kernel kernel) {
        return new Netlink(kernel, socket(kernel));
    }

    /** A line to another network namespace. */
    static Netlink in(Kernel kernel, Fd namespace) {
        return OwnThread.run("network-namespace", () -> {
            kernel.call(ProcessCalls.setns(namespace, Sched.CLONE_NEWNET));
            return open(kernel);
        });
    }

    private static Fd socket(Kernel kernel) {
        // protocol 0 is NETLINK_ROUTE
        Call call = SocketCalls.socket(Socket.AF_NETLINK, Socket.SOCK_RAW | Socket.SOCK_CLOEXEC);
        var socket = new Fd(kernel, kernel.call(call), "rtnetlink");
        try {
            kernel.call(SocketCalls.setsockopt(socket, Rtnetlink.SOL_NETLINK, Rtnetlink.NETLINK_EXT_ACK, 1));
            kernel.call(SocketCalls.setsockopt(socket, Rtnetlink.SOL_NETLINK, Rtnetlink.NETLINK_CAP_ACK, 1));
            return socket;
        } catch (RuntimeException | Error failed) {
            socket.close();
            throw failed;
        }
    }

    /**
     * Asks for something to be done, or for one thing.
     *
     * @return what the kernel answers before it acknowledges, which is nothing if there was something to be done
     * @throws NetworkException if it refuses
     */
    List<Reply> request(NetlinkRequest request) {
        send(request);
        var answers = new ArrayList<Reply>();
        while (true) {
            for (Reply reply : receive()) {
                if (reply.type() == Rtnetlink.NLMSG_ERROR) {
                    check(request, reply);
                    return answers;
                }
                answers.add(reply);
            }
        }
    }

    /** Asks for a list, which is made again if it has changed meanwhile. */
    List<Reply> dump(NetlinkRequest request) {
        for (int attempt = 1; ; attempt++) {
            var answers = new ArrayList<Reply>();
            boolean whole = collect(request, answers);
            if (whole || attempt == DUMP_ATTEMPTS) {
                return answers;
            }
        }
    }

    private boolean collect(NetlinkRequest request, List<Reply> answers) {
        send(request);
        boolean whole = true;
        while (true) {
            for (Reply reply : receive()) {
                whole &= (reply.flags() & Rtnetlink.NLM_F_DUMP_INTR) == 0;
                if (reply.type() == Rtnetlink.NLMSG_DONE) {
                    return whole;
                }
                if (reply.type() == Rtnetlink.NLMSG_ERROR) {
                    check(request, reply);
                }
                answers.add(reply);
            }
        }
    }

    private void send(NetlinkRequest request) {
        sequence++;
        kernel.call(FileCalls.write(socket, request.message(sequence)));
    }

    private List<Reply> receive() {
        var buffer = Block.buffer(BUFFER_SIZE, "&messages");
        int length = (int) kernel.call(FileCalls.read(socket, buffer));
        ByteBuffer bytes = ByteBuffer.wrap(buffer.getBytes(0, length)).order(ByteOrder.LITTLE_ENDIAN);
        var replies = new ArrayList<Reply>();
        int position = 0;
        while (position + Structs.NLMSGHDR_SIZE <= length) {
            int size = bytes.getInt(position + Structs.NLMSGHDR_LENGTH);
            if (size < Structs.NLMSGHDR_SIZE || position + size > length) {
                throw new IllegalStateException("the kernel sent a message of " + size + " bytes");
            }
            if (bytes.getInt(position + Structs.NLMSGHDR_SEQUENCE) == sequence) {
                replies.add(new Reply(
                        bytes.getShort(position + Structs.NLMSGHDR_TYPE),
                        bytes.getShort(position + Structs.NLMSGHDR_FLAGS),
                        bytes.slice(position + Structs.NLMSGHDR_SIZE, size - Structs.NLMSGHDR_SIZE)
                                .order(ByteOrder.LITTLE_ENDIAN)));
            }
            position += (size + Attributes.ALIGNMENT - 1) / Attributes.ALIGNMENT * Attributes.ALIGNMENT;
        }
        return replies;
    }

    /** An acknowledgement is an error of number 0. */
    private static void check(NetlinkRequest request, Reply reply) {
        int errno = -reply.content().getInt(0);
        if (errno == 0) {
            return;
        }
        boolean explained = (reply.flags() & Rtnetlink.NLM_F_ACK_TLVS) != 0;
        String words = explained
                ? new Attributes(reply.content(), Structs.NLMSGERR_SIZE).string(Rtnetlink.NLMSGERR_ATTR_MSG)
                : "";
        throw new NetworkException(request.purpose(), errno, words);
    }

    @Override
    public void close() {
        socket.close();
    }
}
