package dev.gatun.program;

import dev.gatun.linux.Block;
import dev.gatun.linux.Call;
import dev.gatun.linux.Errno;
import dev.gatun.linux.Fd;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.Kernel;
import dev.gatun.linux.Offset;
import dev.gatun.linux.ProcessCalls;
import dev.gatun.linux.Signal;
import dev.gatun.linux.Structs;
import dev.gatun.linux.Syscall;
import dev.gatun.linux.Terminal;
import dev.gatun.linux.Wait;
import dev.gatun.linux.Word;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;

/**
 * The program of a process that stands between a user and a container in the foreground: it passes signals on, carries
 * the terminal, cleans up, and ends as the container ends.
 *
 * <p>The JVM that started the container becomes it ({@link Launcher#become}), so that a running container costs the
 * memory of a few pages and not of a JVM, and what is sent to the JVM's process id reaches the container.
 */
public final class Relay {
    private static final int POLLIN = 1;
    private static final int POLLOUT = 4;
    private static final int EVENTS_SHIFT = 32;
    private static final int REVENTS_SHIFT = 48;
    private static final long REVENTS_MASK = 0xffff;
    private static final long DESCRIPTOR_MASK = 0xffff_ffffL;

    /** No descriptor: ppoll passes over it. */
    private static final long NOTHING = DESCRIPTOR_MASK;

    /** What a pipe or a terminal that is ready takes without waiting. */
    private static final int BUFFER_SIZE = 1024;

    /** What is waited for, in the order of the polls. */
    private static final int INPUT = 0;

    private static final int OUTPUT = 1;
    private static final int INPUT_TAKER = 2;
    private static final int OUTPUT_TAKER = 3;
    private static final int RESIZED = 4;
    private static final int SIGNALS = 5;
    private static final int POLLS = 6;

    /** What a terminal's user types to say that there is no more: control and D. */
    private static final String END_OF_INPUT = "\004";

    private static final Word STANDARD_INPUT = Word.fd(0);
    private static final Word STANDARD_OUTPUT = Word.fd(1);

    private final ProgramBuilder program = new ProgramBuilder();
    private final Slot child;
    private final Consumer<ProgramBuilder> cleanup;
    private final Label start = program.label("start");
    private final Label failure = program.label("failure");

    /**
     * A container's terminal, and what the user has of it.
     *
     * @param master the container's
     * @param input whether it gets standard input
     * @param keyboard the settings of standard input, if it gets that and it is a terminal
     * @param window the descriptor of the user's terminal, whose size it is to have, if the user has one
     */
    public record Screen(Fd master, boolean input, Optional<TerminalSettings> keyboard, OptionalInt window) {
        /** With those of this process's standard streams that are terminals. */
        public static Screen of(Kernel kernel, Fd master, boolean input) {
            Optional<TerminalSettings> keyboard = input ? TerminalSettings.of(kernel, 0) : Optional.empty();
            return new Screen(master, input, keyboard, TerminalSettings.window(kernel));
        }
    }

    private Relay(int child, Consumer<ProgramBuilder> cleanup) {
        this.child = program.slot("child", child);
        this.cleanup = cleanup;
    }

    /**
     * The program.
     *
     * @param child the container's first process, a child of the process that becomes the relay
     * @param screen the terminal to carry, if the container has one
     * @param cleanup adds what is to be done when the container has ended, whose errors must not lead elsewhere
     */
    public static Program compile(int child, Optional<Screen> screen, Consumer<ProgramBuilder> cleanup) {
        return new Relay(child, cleanup).compile(screen);
    }

    private Program compile(Optional<Screen> screen) {
        program.section("relay");
        program.place(start);
        Preamble.ops(program, 3, screen.map(shown -> List.of(shown.master())).orElse(List.of()));
        program.call(ProcessCalls.defaultSignal(Signal.SIGCHLD), "hear of the container's end");
        if (screen.isPresent()) {
            carry(screen.get());
        } else {
            Monitor.foregroundOps(program, child, () -> cleanup.accept(program));
        }
        program.section("after a failure");
        program.place(failure);
        screen.flatMap(Screen::keyboard).ifPresent(this::restore);
        Report.textOps(program, Word.fd(2));
        program.call(ProcessCalls.exitGroup(Word.of(127)), "end");
        return program.build(start, failure);
    }

    private void carry(Screen screen) {
        Block polls = new Block(POLLS * Structs.POLLFD_SIZE, "&polls");
        Fd master = screen.master();
        Slot resized = signals(ProcessCalls.onlySignal(Signal.SIGWINCH), "resized", polls, RESIZED);
        Slot signals = signals(ProcessCalls.allSignalsBut(Signal.SIGWINCH), "signals", polls, SIGNALS);
        screen.keyboard()
                .ifPresent(user -> program.call(
                                FileCalls.ioctl(STANDARD_INPUT, Terminal.TCSETS, user.raw()),
                                "pass every key on as it is")
                        .tolerateAll());
        screen.window().ifPresent(window -> adoptSize(Word.fd(window), master));
        Label loop = program.label("loop");
        Label ended = program.label("ended");
        var status = Block.buffer(Monitor.STATUS_SIZE, "&status");

        // first of all: a child that ended before signals were blocked has left no SIGCHLD
        program.call(ProcessCalls.wait4(child, status, Wait.WNOHANG), "see whether the container has ended")
                .ifZero(loop);
        program.jump(ended, "end with it");
        program.place(loop);
        program.call(ProcessCalls.ppoll(polls, POLLS, Word.NULL), "wait for something to do");
        copy(polls, OUTPUT, OUTPUT_TAKER, master.number(), 1, "output", () -> {});
        if (screen.input()) {
            copy(polls, INPUT, INPUT_TAKER, 0, master.number(), "input", () -> endInput(master));
        } else {
            polls.int64(INPUT * Structs.POLLFD_SIZE, NOTHING).int64(INPUT_TAKER * Structs.POLLFD_SIZE, NOTHING);
        }
        resize(polls, resized, screen);
        forward(polls, signals, status, ended, loop);

        program.place(ended);
        drain(master);
        screen.keyboard().ifPresent(this::restore);
        Monitor.endAsOps(program, status, () -> cleanup.accept(program));
    }

    /** A descriptor that reads a set of signals, as the entry {@code index} of the polls. */
    private Slot signals(Block set, String name, Block polls, int index) {
        Slot descriptor = program.slot(name);
        var copy = new Block(Long.BYTES, "&" + name);
        copy.field(0, descriptor);
        program.call(ProcessCalls.signalfd(set), "get " + name + " signals as data")
                .to(descriptor);
        Slot entry = program.slot("poll_" + name);
        polls.field(index * Structs.POLLFD_SIZE, entry);
        program.load(copy, 0, DESCRIPTOR_MASK, pollWord(0), "wait for them, too")
                .to(entry);
        return descriptor;
    }

    private static long pollWord(int descriptor) {
        return poll(descriptor, POLLIN);
    }

    private static long poll(int descriptor, int events) {
        return descriptor | (long) events << EVENTS_SHIFT;
    }

    /**
     * What one side has to say goes to the other, once that takes it: the relay never waits for one side only, or a
     * container that shows what it is typed, and a user who types on, would wait for each other.
     *
     * @param source the poll of who has something
     * @param sink the poll of who is to take it
     */
    private void copy(Block polls, int source, int sink, int from, int to, String what, Runnable atEnd) {
        var buffer = Block.buffer(BUFFER_SIZE, "&" + what);
        Slot length = program.slot(what + "_length");
        Slot reading = program.slot("poll_" + what, pollWord(from));
        Slot writing = program.slot("poll_" + what + "_taker", NOTHING);
        polls.field(source * Structs.POLLFD_SIZE, reading).field(sink * Structs.POLLFD_SIZE, writing);
        Label nothingNew = program.label("no new " + what);
        Label closed = program.label(what + " closed");
        Label done = program.label("behind " + what);
        events(polls, source, what).ifZero(nothingNew);
        listen(reading, NOTHING, "read no more");
        listen(writing, poll(to, POLLOUT), "wait until it can be written");
        program.place(nothingNew);
        events(polls, sink, "somebody to take " + what).ifZero(done);
        listen(writing, NOTHING, "take it");
        program.call(Call.of(Syscall.READ, Word.fd(from), buffer, Word.of(BUFFER_SIZE)), "read " + what)
                .to(length)
                .ifZero(closed)
                .onAnyError(done);
        program.call(Call.of(Syscall.WRITE, Word.fd(to), buffer, length), "write " + what)
                .tolerateAll();
        listen(reading, pollWord(from), "wait for more " + what);
        program.jump(done, "see what else there is");
        program.place(closed);
        atEnd.run();
        program.place(done);
    }

    private void listen(Slot poll, long word, String purpose) {
        program.load(new Block(Long.BYTES, "&zero"), 0, 0, word, purpose).to(poll);
    }

    /** Who reads from a terminal is told of the end of the input by a key only. */
    private void endInput(Fd master) {
        program.call(FileCalls.write(master, Block.content(END_OF_INPUT)), "tell that there is no more input")
                .tolerateAll();
    }

    private Op events(Block polls, int index, String what) {
        return program.load(
                new Offset(polls, index * Structs.POLLFD_SIZE),
                REVENTS_SHIFT,
                REVENTS_MASK,
                0,
                "see whether there is " + what);
    }

    private void resize(Block polls, Slot resized, Screen screen) {
        var info = Block.buffer(Structs.SIGNALFD_SIGINFO_SIZE, "&info");
        Label same = program.label("same size");
        events(polls, RESIZED, "a new window size").ifZero(same);
        program.call(FileCalls.read(resized, info), "take the signal").tolerateAll();
        screen.window().ifPresent(window -> adoptSize(Word.fd(window), screen.master()));
        program.place(same);
    }

    private void adoptSize(Word window, Fd master) {
        var size = Block.buffer(Structs.WINSIZE_SIZE, "&size");
        Label unknown = program.label("unknown size");
        program.call(FileCalls.ioctl(window, Terminal.TIOCGWINSZ, size), "ask for the window's size")
                .onAnyError(unknown);
        program.call(FileCalls.ioctl(master, Terminal.TIOCSWINSZ, size), "give the container's terminal that size")
                .tolerateAll();
        program.place(unknown);
    }

    private void forward(Block polls, Slot signals, Block status, Label ended, Label loop) {
        var info = Block.buffer(Structs.SIGNALFD_SIGINFO_SIZE, "&info");
        Slot signal = program.slot("signal");
        Label alive = program.label("alive");
        events(polls, SIGNALS, "a signal").ifZero(loop);
        program.call(FileCalls.read(signals, info), "take the signal").tolerateAll();
        program.load(info, 0, DESCRIPTOR_MASK, 0, "which it is").to(signal);
        program.call(ProcessCalls.wait4(child, status, Wait.WNOHANG), "see whether the container has ended")
                .ifZero(alive);
        program.jump(ended, "end with it");
        program.place(alive);
        program.call(ProcessCalls.kill(child, signal), "pass the signal on to the container")
                .tolerateAll();
        program.jump(loop, "go on");
    }

    /** Shows what the container wrote before it ended. */
    private void drain(Fd master) {
        var buffer = Block.buffer(BUFFER_SIZE, "&rest");
        var poll = new Block(Structs.POLLFD_SIZE, "&terminal").int64(0, pollWord(master.number()));
        var now = new Block(Structs.TIMESPEC_SIZE, "{0}");
        Slot length = program.slot("rest_length");
        Label more = program.label("more");
        Label drained = program.label("drained");
        program.place(more);
        program.call(ProcessCalls.ppoll(poll, 1, now), "see whether there is more output")
                .ifZero(drained);
        program.call(Call.of(Syscall.READ, master, buffer, Word.of(BUFFER_SIZE)), "read the last output")
                .to(length)
                .ifZero(drained)
                .onError(drained, Errno.EIO);
        program.call(Call.of(Syscall.WRITE, STANDARD_OUTPUT, buffer, length), "write the last output")
                .tolerateAll();
        program.jump(more, "see whether there is more");
        program.place(drained);
    }

    private void restore(TerminalSettings user) {
        program.call(
                        FileCalls.ioctl(STANDARD_INPUT, Terminal.TCSETS, user.saved()),
                        "set the user's terminal back as it was")
                .tolerateAll();
    }
}
