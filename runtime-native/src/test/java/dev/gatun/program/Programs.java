package dev.gatun.program;

import dev.gatun.linux.Block;
import dev.gatun.linux.Fd;
import dev.gatun.linux.Kernel;
import dev.gatun.linux.ProcessCalls;
import dev.gatun.linux.Signal;
import dev.gatun.linux.Word;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Programs that a test starts and talks to; those that still run when it ends are killed. */
final class Programs implements AutoCloseable {
    /** What a program exits with when an op has failed. */
    static final int FAILED = 125;

    final Kernel kernel = Kernel.load();
    final Launcher launcher;
    private final Set<Running> running = new HashSet<>();

    Programs(Path folder) {
        launcher = new Launcher(kernel, folder);
    }

    /** The ops of a program between its preamble and its end. */
    interface Body {
        void ops(ProgramBuilder program, Fd channel);
    }

    /** How a program ended, and what it sent before. */
    record Outcome(int status, List<Channel.Message> messages) {
        int exitCode() {
            return Monitor.exitCode(status);
        }

        Failure failure() {
            return ((Channel.Failed) messages.getFirst()).failure();
        }
    }

    /** A program with a preamble, the ops of {@code body}, an end, and a report of failures to {@code channel}. */
    static Image image(Kernel kernel, Channel channel, List<Fd> keep, Body body) {
        var program = new ProgramBuilder();
        Label start = program.label("start");
        Label failure = program.label("failure");
        program.place(start);
        var descriptors = new ArrayList<>(keep);
        descriptors.add(channel.programEnd());
        Preamble.ops(program, 3, descriptors);
        body.ops(program, channel.programEnd());
        program.call(ProcessCalls.exitGroup(Word.of(0)), "end");
        program.place(failure);
        Channel.reportOp(program, channel.programEnd());
        program.call(ProcessCalls.exitGroup(Word.of(FAILED)), "end after a failure");
        return Image.of(program.build(start, failure), kernel.arch());
    }

    Running start(Body body) {
        return start(List.of(), body);
    }

    Running start(List<Fd> keep, Body body) {
        var channel = new Channel(kernel);
        Image image = image(kernel, channel, keep, body);
        var descriptors = new ArrayList<>(keep);
        descriptors.add(channel.programEnd());
        int pid = launcher.start(image, descriptors);
        return started(pid, channel, image);
    }

    /** Takes charge of a process that was started otherwise. */
    Running started(int pid, Channel channel, Image image) {
        channel.started();
        var program = new Running(pid, channel, image);
        running.add(program);
        return program;
    }

    /** Runs a program to its end. */
    Outcome run(Body body) {
        try (Running program = start(body)) {
            List<Channel.Message> messages = program.messages();
            return new Outcome(program.waitFor(), messages);
        }
    }

    @Override
    public void close() {
        for (Running program : List.copyOf(running)) {
            program.close();
        }
    }

    /** A started program. */
    final class Running implements AutoCloseable {
        final int pid;
        final Channel channel;
        private final Image image;
        private boolean ended;

        private Running(int pid, Channel channel, Image image) {
            this.pid = pid;
            this.channel = channel;
            this.image = image;
        }

        Channel.Message receive() {
            return channel.receive(image);
        }

        /** Waits for a signal, and returns its value. */
        long value() {
            return ((Channel.Signal) receive()).value();
        }

        /** All messages up to the end of the channel. */
        List<Channel.Message> messages() {
            var messages = new ArrayList<Channel.Message>();
            for (Channel.Message next = receive(); !(next instanceof Channel.Closed); next = receive()) {
                messages.add(next);
            }
            return messages;
        }

        void kill(int signal) {
            kernel.call(ProcessCalls.kill(pid, signal));
        }

        /** Waits for its end; the status is that of wait(2). */
        int waitFor() {
            int status = waitFor(0);
            ended = true;
            return status;
        }

        /** Waits for a change that {@code flags} asks for. */
        int waitFor(long flags) {
            var status = Block.buffer(Integer.BYTES, "&status");
            kernel.call(ProcessCalls.wait4(Word.of(pid), status, flags));
            return status.getInt32(0);
        }

        /** A file of its folder in /proc. */
        Path proc(String name) {
            return Path.of("/proc", Integer.toString(pid), name);
        }

        @Override
        public void close() {
            running.remove(this);
            channel.close();
            if (!ended) {
                kill(Signal.SIGKILL);
                waitFor();
            }
        }
    }
}
