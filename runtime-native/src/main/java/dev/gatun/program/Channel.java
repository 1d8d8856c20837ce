package dev.gatun.program;

import dev.gatun.linux.Arg;
import dev.gatun.linux.Block;
import dev.gatun.linux.Call;
import dev.gatun.linux.Errno;
import dev.gatun.linux.Fd;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.Kernel;
import dev.gatun.linux.ProcessCalls;
import dev.gatun.linux.Socket;
import dev.gatun.linux.SocketCalls;
import dev.gatun.linux.Structs;
import dev.gatun.linux.SyscallException;
import dev.gatun.linux.Word;
import java.util.List;
import java.util.Optional;

/**
 * The line between Java and a running program: a pair of sockets that keep the bounds of messages.
 *
 * <p>The program sends records of two words: {address of an op, errno} when an op failed, or {a small number, a value}
 * for what Java is to know or do. Java answers with one byte. The line is closed when every process of the program has
 * ended or executed another file.
 */
public final class Channel implements AutoCloseable {
    private static final int RECORD_SIZE = 2 * Long.BYTES;
    private static final short POLLIN = 1;
    private static final int BUFFER_SIZE = 4096;

    private final Kernel kernel;
    private final Fd ours;
    private final Fd theirs;

    /** What a program sent. */
    public sealed interface Message {}

    /** The program reached a point where it has something to tell. */
    public record Signal(int kind, long value, Optional<Fd> descriptor) implements Message {}

    /** An op failed. */
    public record Failed(Failure failure) implements Message {}

    /** Nothing more will come. */
    public record Closed() implements Message {}

    public Channel(Kernel kernel) {
        this.kernel = kernel;
        var ends = Block.buffer(2 * Integer.BYTES, "&channel");
        kernel.call(SocketCalls.socketpair(Socket.AF_UNIX, Socket.SOCK_SEQPACKET | Socket.SOCK_CLOEXEC, ends));
        ours = new Fd(kernel, ends.getInt32(0), "channel");
        theirs = new Fd(kernel, ends.getInt32(Integer.BYTES), "channel");
    }

    /** The program's end. */
    public Fd programEnd() {
        return theirs;
    }

    /** Closes this process's copy of the program's end, so that the end of the program is seen. */
    public void started() {
        theirs.close();
    }

    /** Waits for the next message; a failure is explained with the ops of {@code image}. */
    public Message receive(Image image) {
        var content = Block.buffer(BUFFER_SIZE, "record");
        var control = Block.buffer(Structs.CMSG_ONE_FD_SIZE, "rights");
        var message = SocketCalls.message(content, control).output();
        Call call = SocketCalls.recvmsg(ours, message, Socket.MSG_CMSG_CLOEXEC);
        long length = kernel.attempt(call);
        if (length == 0 || length == -Errno.ECONNRESET.number()) {
            return new Closed();
        }
        if (length < 0) {
            throw new SyscallException(call.toString(), (int) -length);
        }
        if (length < RECORD_SIZE) {
            throw new IllegalStateException("a program sent a record of " + length + " bytes");
        }
        long first = content.getInt64(0);
        long second = content.getInt64(Long.BYTES);
        if (first >= DataSegment.ADDRESS) {
            return new Failed(failure(image, first, (int) second));
        }
        boolean carries = message.getInt64(Structs.MSGHDR_CONTROLLEN) == Structs.CMSG_ONE_FD_SIZE;
        Optional<Fd> descriptor = carries
                ? Optional.of(new Fd(kernel, control.getInt32(Structs.CMSGHDR_SIZE), "received"))
                : Optional.empty();
        return new Signal((int) first, second, descriptor);
    }

    /**
     * Whether a message came before {@code process} ended, which is a descriptor of one; waits until either has happened.
     */
    public boolean hasMessageBefore(Fd process) {
        var polls = new Block(2 * Structs.POLLFD_SIZE, "[channel, process]");
        List<Fd> both = List.of(ours, process);
        for (int i = 0; i < both.size(); i++) {
            polls.int32(i * Structs.POLLFD_SIZE + Structs.POLLFD_FD, both.get(i).number())
                    .int16(i * Structs.POLLFD_SIZE + Structs.POLLFD_EVENTS, POLLIN);
        }
        kernel.call(ProcessCalls.ppoll(polls, both.size(), Word.NULL));
        // what the process sent before it ended is there now
        return kernel.call(ProcessCalls.ppollReadable(ours, 0)) > 0;
    }

    /** Ends the wait of a program that waits in {@link #awaitOps}: it gets no answer. What it sends is heard still. */
    public void abandon() {
        kernel.attempt(SocketCalls.shutdownWriting(ours));
    }

    /** Lets a program go on that waits in {@link #awaitOps}. */
    public void answer() {
        answer(kernel, ours);
    }

    /** As {@link #answer()}, over another line. */
    public static void answer(Kernel kernel, Fd line) {
        kernel.call(FileCalls.write(line, Block.of(new byte[] {1}, "\"\\1\"")));
    }

    private static Failure failure(Image image, long address, int errno) {
        Op op = image.opAt(address)
                .orElseThrow(
                        () -> new IllegalStateException("a program reported an op at " + Long.toHexString(address)));
        return new Failure(op.purpose(), op.call().map(Object::toString).orElse("load"), errno);
    }

    /** Adds the op that tells Java {@code kind}, a number from 1 to 4095, with a value. */
    public static Op signalOp(ProgramBuilder program, Arg channel, int kind, Arg value, String purpose) {
        return program.call(FileCalls.write(channel, record(kind, value)), purpose);
    }

    /** Adds the op that tells Java {@code kind} and hands it a descriptor. */
    public static Op signalOp(
            ProgramBuilder program, Arg channel, int kind, Arg value, Arg descriptor, String purpose) {
        var message = SocketCalls.message(record(kind, value), SocketCalls.rights(descriptor));
        return program.call(SocketCalls.sendmsg(channel, message), purpose);
    }

    /** Adds the ops that wait for Java's answer, and go on at {@code abandoned} if Java has gone away. */
    public static void awaitOps(ProgramBuilder program, Arg channel, Label abandoned, String purpose) {
        program.call(FileCalls.read(channel, Block.buffer(1, "&answer")), purpose)
                .ifZero(abandoned);
    }

    /** Adds the op that reports a failure; it belongs at the program's failure label. */
    public static void reportOp(ProgramBuilder program, Arg channel) {
        program.call(Report.toChannel(channel), "report the failure").tolerateAll();
    }

    private static Block record(int kind, Arg value) {
        return new Block(RECORD_SIZE, out -> {
                    value.print(out.append('{').append(kind).append(", "));
                    out.append('}');
                })
                .int64(0, kind)
                .field(Long.BYTES, value);
    }

    @Override
    public void close() {
        ours.close();
        theirs.close();
    }
}
