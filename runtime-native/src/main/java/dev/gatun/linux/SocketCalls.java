package dev.gatun.linux;

import java.nio.charset.StandardCharsets;

/** Calls on sockets: Unix sockets that carry messages and descriptors, and the switch of a network interface. */
public final class SocketCalls {
    private SocketCalls() {}

    public static Call socket(int family, int type) {
        return Call.of(
                Syscall.SOCKET,
                new Word(family, Notation.ADDRESS_FAMILY),
                new Word(type, Notation.SOCKET_TYPE),
                Word.of(0));
    }

    public static Call socketpair(int family, int type, Block ends) {
        return Call.of(
                Syscall.SOCKETPAIR,
                new Word(family, Notation.ADDRESS_FAMILY),
                new Word(type, Notation.SOCKET_TYPE),
                Word.of(0),
                ends);
    }

    public static Call bind(Arg socket, String path) {
        Block address = unixAddress(path);
        return Call.of(Syscall.BIND, socket, address, Word.of(address.size()));
    }

    public static Call connect(Arg socket, String path) {
        Block address = unixAddress(path);
        return Call.of(Syscall.CONNECT, socket, address, Word.of(address.size()));
    }

    public static Call listen(Arg socket, int backlog) {
        return Call.of(Syscall.LISTEN, socket, Word.of(backlog));
    }

    public static Call accept4(Arg socket) {
        return Call.of(
                Syscall.ACCEPT4, socket, Word.NULL, Word.NULL, new Word(Socket.SOCK_CLOEXEC, Notation.SOCKET_TYPE));
    }

    public static Call shutdown(Arg socket) {
        return Call.of(Syscall.SHUTDOWN, socket, Word.of(Socket.SHUT_RDWR));
    }

    /**
     * Sets an option that is a number.
     *
     * @param level {@code SOL_*}
     */
    public static Call setsockopt(Arg socket, int level, int option, int value) {
        var number = new Block(Integer.BYTES, "[" + value + "]").int32(0, value);
        return Call.of(Syscall.SETSOCKOPT, socket, Word.of(level), Word.of(option), number, Word.of(Integer.BYTES));
    }

    /** Tells the other side that nothing more will come from this one, which goes on hearing it. */
    public static Call shutdownWriting(Arg socket) {
        return Call.of(Syscall.SHUTDOWN, socket, Word.of(Socket.SHUT_WR));
    }

    public static Call recvmsg(Arg socket, Block message, long flags) {
        return Call.of(Syscall.RECVMSG, socket, message, new Word(flags, Notation.MESSAGE_FLAGS));
    }

    public static Call sendmsg(Arg socket, Block message) {
        return Call.of(Syscall.SENDMSG, socket, message, new Word(Socket.MSG_NOSIGNAL, Notation.MESSAGE_FLAGS));
    }

    /**
     * A message header for {@link #sendmsg} and {@link #recvmsg}.
     *
     * @param content what is sent, or the buffer to receive it in
     * @param control ancillary data, e.g. {@link #rights}
     */
    public static Block message(Block content, Block control) {
        var vector = new Block(Structs.IOVEC_SIZE, "")
                .field(Structs.IOVEC_BASE, content)
                .int64(Structs.IOVEC_LENGTH, content.size());
        return new Block(
                        Structs.MSGHDR_SIZE,
                        out -> out.append("{msg_iov=[" + content + "], msg_control=" + control + "}"))
                .field(Structs.MSGHDR_IOV, vector)
                .int64(Structs.MSGHDR_IOVLEN, 1)
                .field(Structs.MSGHDR_CONTROL, control)
                .int64(Structs.MSGHDR_CONTROLLEN, control.size());
    }

    /** Ancillary data that carries one descriptor. */
    public static Block rights(Arg fd) {
        // the descriptor is 32 bits wide, but 64 are written: the message is padded to whole words
        return new Block(Structs.CMSG_ONE_FD_SIZE, out -> {
                    fd.print(out.append("[{SCM_RIGHTS, ["));
                    out.append("]}]");
                })
                .int64(Structs.CMSGHDR_LENGTH, Structs.CMSGHDR_SIZE + Integer.BYTES)
                .int32(Structs.CMSGHDR_LEVEL, Socket.SOL_SOCKET)
                .int32(Structs.CMSGHDR_TYPE, Socket.SCM_RIGHTS)
                .field(Structs.CMSGHDR_SIZE, fd);
    }

    /** An {@code ifreq} that sets an interface's flags: {@code IFF_*} of {@link Socket}. */
    public static Block interfaceFlags(String name, int flags) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        if (bytes.length >= Structs.IFREQ_FLAGS) {
            throw new IllegalArgumentException(
                    "an interface's name has at most " + (Structs.IFREQ_FLAGS - 1) + " bytes: " + Text.quoted(name));
        }
        String text = "{ifr_name=" + Text.quoted(name) + ", ifr_flags=" + Notation.INTERFACE_FLAGS.format(flags) + "}";
        return new Block(Structs.IFREQ_SIZE, text).bytes(0, bytes).int16(Structs.IFREQ_FLAGS, flags);
    }

    private static Block unixAddress(String path) {
        byte[] name = path.getBytes(StandardCharsets.UTF_8);
        if (name.length >= Structs.SOCKADDR_UN_PATH_SIZE) {
            throw new IllegalArgumentException("a socket's path has at most " + (Structs.SOCKADDR_UN_PATH_SIZE - 1)
                    + " bytes: " + Text.quoted(path));
        }
        // unix(7): a name that begins with a zero byte is abstract, and ends where the address does
        int end = path.startsWith("\0") ? 0 : 1;
        return new Block(Structs.SOCKADDR_UN_PATH + name.length + end, "{AF_UNIX, " + Text.quoted(path) + "}")
                .int16(0, Socket.AF_UNIX)
                .bytes(Structs.SOCKADDR_UN_PATH, name);
    }
}
