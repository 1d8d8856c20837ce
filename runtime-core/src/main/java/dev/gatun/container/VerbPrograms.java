package dev.gatun.container;

import dev.gatun.linux.Arg;
import dev.gatun.linux.Block;
import dev.gatun.linux.Call;
import dev.gatun.linux.Errno;
import dev.gatun.linux.Fcntl;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.Prctl;
import dev.gatun.linux.ProcessCalls;
import dev.gatun.linux.Signal;
import dev.gatun.linux.Socket;
import dev.gatun.linux.SocketCalls;
import dev.gatun.linux.Structs;
import dev.gatun.linux.Syscall;
import dev.gatun.linux.Text;
import dev.gatun.linux.Word;
import dev.gatun.program.Label;
import dev.gatun.program.Program;
import dev.gatun.program.ProgramBuilder;
import dev.gatun.program.Slot;

/**
 * The verbs {@code start} and {@code delete} as programs, for containers that need no Java for them
 * ({@link PlainContainer}). They are the same for all containers: each works in the folder that it is started in, which is
 * that of the container's state.
 *
 * <p>A program ends with 0 when the work is done. Whatever is not as usual it leaves to Java, and ends with 1: what it
 * has done by then is the beginning of what Java would do.
 */
public final class VerbPrograms {
    private static final int LEFT_TO_JAVA = 1;
    private static final int MESSAGE_SIZE = 4096;
    private static final long DESCRIPTOR_MASK = 0xffff_ffffL;

    /** struct pollfd: events lie behind the descriptor. */
    private static final long POLLIN = 1L << 32;

    private final ProgramBuilder program = new ProgramBuilder();
    private final Label start = program.label("start");
    private final Label leave = program.label("leave");

    private VerbPrograms() {}

    /** {@code start}: as {@link Containers#start}. */
    public static Program start() {
        return new VerbPrograms().compileStart();
    }

    /** {@code delete}, of a container that has ended: as {@link Containers#delete}. */
    public static Program delete() {
        return new VerbPrograms().compileDelete();
    }

    private Program compileStart() {
        program.section("start");
        lock();
        Slot line = program.slot("line");
        Label executed = program.label("executed");
        program.call(SocketCalls.socket(Socket.AF_UNIX, Socket.SOCK_SEQPACKET | Socket.SOCK_CLOEXEC), "make a socket")
                .to(line);
        program.call(SocketCalls.connect(line, StateFolder.START), "tell the container to go on");
        unlink(StateFolder.START);
        var message = Block.buffer(MESSAGE_SIZE, "&message");
        Slot length = program.slot("length");
        program.call(FileCalls.read(line, message), "wait until it has executed its command")
                .to(length)
                .ifZero(executed)
                .onAnyError(executed);
        keepFailure(message, length);
        program.jump(leave, "let Java tell of it");
        program.place(executed);
        return end();
    }

    /** The line is closed by a successful execve; what comes over it is told of by the next {@code start}. */
    private void keepFailure(Block message, Slot length) {
        Slot file = program.slot("failure");
        long flags = Fcntl.O_WRONLY | Fcntl.O_CREAT | Fcntl.O_TRUNC | Fcntl.O_CLOEXEC;
        program.call(
                        FileCalls.openat(FileCalls.CURRENT_DIRECTORY, StateFolder.FAILURE, flags, 0600),
                        "make a file for what it says")
                .to(file);
        program.call(Call.of(Syscall.WRITE, file, message, length), "keep what it says");
    }

    private Program compileDelete() {
        program.section("delete");
        lock();
        Slot file = program.slot("plain");
        program.call(open(new Text(StateFolder.PLAIN), Fcntl.O_RDONLY), "open what is known of it")
                .to(file);
        var pid = Block.buffer(Long.BYTES, "&pid");
        var folder = Block.buffer(PlainContainer.PATH_SIZE, "&folder");
        program.call(FileCalls.read(file, pid), "read its process's id");
        program.call(FileCalls.read(file, folder), "read where it is");
        leaveUnlessEnded(pid);
        GroupRemovalOps.add(program, file, PlainContainer.PATH_SIZE);
        leaveIfThereIsAGroup(file);
        // the record first, so that what remains after a crash is no container
        for (String name : StateFolder.FILES) {
            unlink(name);
        }
        program.call(
                Call.of(Syscall.UNLINKAT, FileCalls.CURRENT_DIRECTORY, folder, Word.of(Fcntl.AT_REMOVEDIR)),
                "remove its folder");
        return end();
    }

    private void lock() {
        Slot folder = program.slot("lock");
        program.place(start);
        program.call(ProcessCalls.prctl(Prctl.PR_SET_PDEATHSIG, Signal.SIGKILL), "end with who called it");
        program.call(open(new Text("."), Fcntl.O_RDONLY | Fcntl.O_DIRECTORY), "open its folder")
                .to(folder);
        program.call(FileCalls.flock(folder, Fcntl.LOCK_EX), "wait for other commands on it");
    }

    /** Another process may have the number by now; one that has ended, too, says no less. */
    private void leaveUnlessEnded(Block pid) {
        Slot number = program.slot("number");
        Slot process = program.slot("process");
        Slot poll = program.slot("poll");
        var descriptor = new Block(Long.BYTES, "&process").field(0, process);
        var polls = new Block(Structs.POLLFD_SIZE, "[{process, POLLIN}]").field(0, poll);
        Label ended = program.label("ended");
        program.load(pid, 0, -1, 0, "its process's id").to(number);
        program.call(ProcessCalls.pidfdOpen(number), "look for its process")
                .to(process)
                .onError(ended, Errno.ESRCH);
        program.load(descriptor, 0, DESCRIPTOR_MASK, POLLIN, "see whether it has ended")
                .to(poll);
        program.call(ProcessCalls.ppoll(polls, 1, ProcessCalls.timeout(0)), "see whether it has ended")
                .ifZero(leave);
        program.place(ended);
    }

    private void leaveIfThereIsAGroup(Slot file) {
        var path = Block.buffer(PlainContainer.PATH_SIZE, "&group");
        Label next = program.label("next");
        Label none = program.label("no group");
        int first = Long.BYTES + PlainContainer.PATH_SIZE;
        program.call(FileCalls.lseek(file, first, Fcntl.SEEK_SET), "go through its groups again");
        program.place(next);
        program.call(FileCalls.read(file, path), "take the path of a control group")
                .ifZero(none);
        program.call(open(path, Fcntl.O_PATH), "see whether it is there").onError(next, Errno.ENOENT);
        program.jump(leave, "let Java tell why");
        program.place(none);
    }

    private void unlink(String name) {
        program.call(FileCalls.unlinkat(FileCalls.CURRENT_DIRECTORY, name, 0), "remove " + name)
                .tolerate(Errno.ENOENT);
    }

    private static Call open(Arg path, long flags) {
        return Call.of(Syscall.OPENAT, FileCalls.CURRENT_DIRECTORY, path, Word.of(flags | Fcntl.O_CLOEXEC));
    }

    private Program end() {
        program.call(ProcessCalls.exitGroup(Word.of(0)), "end");
        program.section("leave it to Java");
        program.place(leave);
        program.call(ProcessCalls.exitGroup(Word.of(LEFT_TO_JAVA)), "end");
        return program.build(start, leave);
    }
}
