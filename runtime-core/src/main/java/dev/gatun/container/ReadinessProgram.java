package dev.gatun.container;

import dev.gatun.linux.Arg;
import dev.gatun.linux.Block;
import dev.gatun.linux.Call;
import dev.gatun.linux.Errno;
import dev.gatun.linux.Fd;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.ProcessCalls;
import dev.gatun.linux.Socket;
import dev.gatun.linux.SocketCalls;
import dev.gatun.linux.Structs;
import dev.gatun.linux.Syscall;
import dev.gatun.linux.Word;
import dev.gatun.program.Channel;
import dev.gatun.program.Label;
import dev.gatun.program.Preamble;
import dev.gatun.program.Program;
import dev.gatun.program.ProgramBuilder;
import dev.gatun.program.Slot;
import java.util.List;

/**
 * The program of a small process that waits for a container's word that it is ready, and passes it on to the service
 * manager (sd_notify(3)); it ends then, or with the container.
 */
final class ReadinessProgram {
    /** asm-generic/socket.h. */
    private static final int SO_ATTACH_FILTER = 26;

    private static final int BARRIER_TIMEOUT_MILLIS = 30_000;
    private static final int MESSAGE_SIZE = 4096;
    private static final int POLLIN = 1;
    private static final int POLLS = 2;
    private static final long DESCRIPTOR_MASK = 0xffff_ffffL;

    private ReadinessProgram() {}

    /**
     * Compiles it.
     *
     * @param container the socket that the container writes to: non-blocking, and with nothing coming through but READY=1
     * @param manager a socket that is connected to the service manager's
     * @param process a descriptor of the container's first process
     * @param mainPid the process that the service manager is to watch from then on
     */
    static Program compile(Fd channel, Fd container, Fd manager, Fd process, int mainPid) {
        var program = new ProgramBuilder();
        Label start = program.label("start");
        Label inChild = program.label("child");
        Label end = program.label("end");
        Label failure = program.label("failure");
        program.section("start");
        program.place(start);
        Preamble.ops(program, 0, List.of(channel, container, manager, process));
        // a child that nobody waits for, as this process's parent may soon be a program that waits for its container
        // only
        program.call(ProcessCalls.clone3(0, 0), "go on in a process of its own").ifZero(inChild);
        program.call(ProcessCalls.exitGroup(Word.of(0)), "leave it to itself");
        program.section("readiness");
        program.place(inChild);
        program.call(ProcessCalls.setsid(), "start a session of its own, which no terminal's signals reach");
        var polls = new Block(POLLS * Structs.POLLFD_SIZE, "[{" + container + ", POLLIN}, {" + process + ", POLLIN}]");
        poll(polls, 0, container);
        poll(polls, Structs.POLLFD_SIZE, process);
        program.call(ProcessCalls.ppoll(polls, POLLS, Word.NULL), "wait for the container's word or its end");
        program.call(FileCalls.read(container, Block.buffer(MESSAGE_SIZE, "&message")), "read its word")
                .onError(end, Errno.EAGAIN);
        program.call(FileCalls.write(manager, Block.content("READY=1\n")), "tell that the service is ready");
        program.call(
                FileCalls.write(manager, Block.content("MAINPID=" + mainPid + "\n")), "tell which process to watch");
        barrier(program, manager);
        program.place(end);
        program.call(ProcessCalls.exitGroup(Word.of(0)), "end");
        program.section("after a failure");
        program.place(failure);
        Channel.reportOp(program, channel);
        program.call(ProcessCalls.exitGroup(Word.of(ContainerProgram.FAILURE_STATUS)), "end");
        return program.build(start, failure);
    }

    private static void poll(Block polls, int offset, Fd fd) {
        polls.int32(offset + Structs.POLLFD_FD, fd.number()).int16(offset + Structs.POLLFD_EVENTS, POLLIN);
    }

    /** Waits until the service manager has taken it all in: it closes what it is sent then (sd_notify_barrier(3)). */
    private static void barrier(ProgramBuilder program, Arg manager) {
        var ends = Block.buffer(2 * Integer.BYTES, "&barrier");
        Slot ours = program.slot("barrier");
        Slot theirs = program.slot("barrier_end");
        Slot poll = program.slot("poll_barrier");
        program.call(
                SocketCalls.socketpair(Socket.AF_UNIX, Socket.SOCK_STREAM | Socket.SOCK_CLOEXEC, ends),
                "make something to close");
        program.load(ends, 0, DESCRIPTOR_MASK, 0, "the end that stays").to(ours);
        program.load(ends, Integer.SIZE, DESCRIPTOR_MASK, 0, "the end that goes")
                .to(theirs);
        program.load(ends, 0, DESCRIPTOR_MASK, (long) POLLIN << Integer.SIZE, "wait for its being closed")
                .to(poll);
        var message = SocketCalls.message(Block.content("BARRIER=1"), SocketCalls.rights(theirs));
        program.call(SocketCalls.sendmsg(manager, message), "ask for a sign that all was read");
        program.call(FileCalls.close(theirs), "keep one end only");
        program.call(
                ProcessCalls.ppoll(
                        new Block(Structs.POLLFD_SIZE, "[{barrier, POLLIN}]").field(0, poll),
                        1,
                        ProcessCalls.timeout(BARRIER_TIMEOUT_MILLIS)),
                "wait for the sign");
    }

    /** The call that lets nothing through to a socket but messages that begin with {@code READY=1}. */
    static Call onlyReady(Arg socket) {
        // struct sock_filter, linux/filter.h: the message's first seven bytes, compared in a word, half a word, and a
        // byte
        long[] filter = {
            instruction(0x20, 0, 0, 0),
            instruction(0x15, 0, 5, 0x52454144),
            instruction(0x28, 0, 0, 4),
            instruction(0x15, 0, 3, 0x593d),
            instruction(0x30, 0, 0, 6),
            instruction(0x15, 0, 1, '1'),
            instruction(0x06, 0, 0, -1),
            instruction(0x06, 0, 0, 0),
        };
        var instructions = new Block(filter.length * Long.BYTES, "[/* READY=1 */]");
        for (int i = 0; i < filter.length; i++) {
            instructions.int64(i * Long.BYTES, filter[i]);
        }
        var fprog = new Block(2 * Long.BYTES, "{len=" + filter.length + ", filter=[/* READY=1 */]}")
                .int16(0, filter.length)
                .field(Long.BYTES, instructions);
        return Call.of(
                Syscall.SETSOCKOPT,
                socket,
                Word.of(Socket.SOL_SOCKET),
                Word.of(SO_ATTACH_FILTER),
                fprog,
                Word.of(fprog.size()));
    }

    private static long instruction(int code, int ifTrue, int ifFalse, int k) {
        return code | (long) ifTrue << 16 | (long) ifFalse << 24 | (long) k << 32;
    }
}
