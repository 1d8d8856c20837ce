package dev.gatun.container;

import dev.gatun.linux.Block;
import dev.gatun.linux.Errno;
import dev.gatun.linux.Fd;
import dev.gatun.linux.Kernel;
import dev.gatun.linux.ProcessCalls;
import dev.gatun.linux.Signal;
import dev.gatun.linux.Wait;
import dev.gatun.linux.Word;
import dev.gatun.program.Channel;
import dev.gatun.program.Image;
import dev.gatun.program.Launcher;
import dev.gatun.program.Program;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Starts a container's program and follows it until its first process waits to be started, or has executed the command. */
final class Launch {
    private final Kernel kernel;
    private final Channel channel;
    private final Guide guide;
    private int parent;
    private int child;
    private @Nullable Fd terminal;
    private long listener;
    private @Nullable Fd device;
    private boolean unmapped;
    private boolean prepared;
    private boolean complete;
    private boolean ready;

    /**
     * A program that is where it was to get.
     *
     * @param child the first process
     * @param monitor the process that waits for it, if it is not this one
     * @param terminal its terminal's other end, if Java carries it; the caller closes it
     */
    record Started(int child, Optional<Integer> monitor, Optional<Fd> terminal) {
        /** Ends it all, as if it had never been started. */
        void undo(Kernel kernel) {
            terminal.ifPresent(Fd::close);
            kernel.attempt(ProcessCalls.kill(child, Signal.SIGKILL));
            reap(kernel, monitor.orElse(child));
        }
    }

    /** Makes the program, and meets it half way. */
    interface Guide {
        Program compile(Channel channel);

        /**
         * Does what only Java can do, while the first process waits with everything set up and its root not entered.
         *
         * @throws ContainerException if that failed; the program is ended then
         */
        default void prepare(int child) {
            throw new IllegalStateException("process " + child + " waits for Java, which has nothing to do");
        }

        /**
         * Puts the container on record, while its first process waits, ready to be started or to execute the command.
         *
         * @param parent the process that has cloned it, which is the monitor if there is one
         */
        default void record(int child, int parent) {
            throw new IllegalStateException("process " + child + " waits to be recorded, and nobody does so");
        }

        /**
         * Hands the listener of the first process's filter to the agent of its profile.
         *
         * @param listener its number in that process
         * @throws ContainerException if that failed; the program is ended then
         */
        default void handOver(int child, int listener) {
            throw new IllegalStateException("process " + child + " has a listener, and nobody asked for it");
        }

        /** As {@link #prepare}, for a first process whose root is mounted, and served by nobody who has its device. */
        default void serve(int child, Fd device) {
            throw new IllegalStateException("process " + child + " waits for who serves " + device);
        }

        /** As {@link #prepare}, for a first process that has nothing yet: its new user namespace has no ids. */
        default void mapIds(int child) {
            throw new IllegalStateException("process " + child + " waits for ids, and nobody knows which");
        }
    }

    private Launch(Kernel kernel, Channel channel, Guide guide) {
        this.kernel = kernel;
        this.channel = channel;
        this.guide = guide;
    }

    /**
     * Runs a program until it is ready.
     *
     * @param keep what it is handed beside the channel
     * @param waitsForStart whether it then waits for somebody else, so that ready is all there is to see
     * @param monitored whether its parent stays
     * @throws ContainerException if an op failed; nothing of the program is left then
     */
    static Started run(
            Kernel kernel, Launcher launcher, Guide guide, List<Fd> keep, boolean waitsForStart, boolean monitored) {
        try (var channel = new Channel(kernel)) {
            var launch = new Launch(kernel, channel, guide);
            Image image = Image.of(guide.compile(channel), kernel.arch());
            var descriptors = new ArrayList<Fd>(keep);
            descriptors.add(channel.programEnd());
            launch.parent = launcher.start(image, descriptors);
            channel.started();
            try {
                launch.follow(image, waitsForStart);
            } catch (RuntimeException | Error failed) {
                launch.end(image, monitored);
                throw failed;
            }
            if (!monitored) {
                reap(kernel, launch.parent);
            }
            Optional<Integer> monitor = monitored ? Optional.of(launch.parent) : Optional.empty();
            return new Started(launch.child, monitor, Optional.ofNullable(launch.terminal));
        }
    }

    private void follow(Image image, boolean waitsForStart) {
        // the child may be ready before its parent has told its id
        while (!(ready && waitsForStart && child > 0)) {
            // no switch on types: the JVM would generate a class for it at each cold start
            Channel.Message message = channel.receive(image);
            if (message instanceof Channel.Signal signal) {
                note(signal);
                meet();
            } else if (message instanceof Channel.Failed failed) {
                throw new ContainerException(failed.failure());
            } else if (ready) {
                return;
            } else {
                throw new ContainerException("the container's process ended while it was set up: it was killed, by"
                        + " somebody or for want of memory");
            }
        }
    }

    private void note(Channel.Signal signal) {
        switch (signal.kind()) {
            case ContainerProgram.STARTED -> child = (int) signal.value();
            case ContainerProgram.UNSERVED -> device = signal.descriptor().orElseThrow();
            case ContainerProgram.TERMINAL -> terminal = signal.descriptor().orElseThrow();
            case ContainerProgram.LISTENER -> listener = signal.value();
            case ContainerProgram.PREPARED -> prepared = true;
            case ContainerProgram.UNMAPPED -> unmapped = true;
            case ContainerProgram.COMPLETE -> complete = true;
            case ContainerProgram.READY -> ready = true;
            default -> throw new IllegalStateException("a program signals " + signal.kind());
        }
    }

    /** Does what the child waits for, as soon as it is known who the child is. */
    private void meet() {
        // no descriptor of a program's is 0
        boolean waits = unmapped || device != null || prepared || complete || listener > 0;
        if (!waits) {
            return;
        }
        if (child == 0) {
            awaitParent();
            return;
        }
        if (listener > 0) {
            guide.handOver(child, (int) listener);
            listener = 0;
        } else if (unmapped) {
            guide.mapIds(child);
            unmapped = false;
        } else if (device != null) {
            try (Fd handed = device) {
                device = null;
                guide.serve(child, handed);
            }
        } else if (prepared) {
            guide.prepare(child);
            prepared = false;
        } else {
            guide.record(child, parent);
            complete = false;
            ready = true;
        }
        channel.answer();
    }

    /** The parent tells the child's id, unless it was killed: then the child would wait for an answer for ever. */
    private void awaitParent() {
        try (var process = new Fd(kernel, kernel.call(ProcessCalls.pidfdOpen(parent)), "parent")) {
            if (!channel.hasMessageBefore(process)) {
                throw new ContainerException("the process that starts the container's own ended before it told that"
                        + " one's id: it was killed, by somebody or for want of memory");
            }
        }
    }

    /** Ends what is left of a program that failed. */
    private void end(Image image, boolean monitored) {
        // one process may have failed before the other has told its id; the line is closed when both have ended
        channel.abandon();
        boolean open = true;
        while (open) {
            if (child > 0) {
                kernel.attempt(ProcessCalls.kill(child, Signal.SIGKILL));
            }
            switch (channel.receive(image)) {
                case Channel.Signal signal
                when signal.kind() == ContainerProgram.STARTED -> child = (int) signal.value();
                case Channel.Signal signal -> signal.descriptor().ifPresent(Fd::close);
                case Channel.Failed failed -> {}
                case Channel.Closed closed -> open = false;
            }
        }
        if (terminal != null) {
            terminal.close();
        }
        if (device != null) {
            device.close();
        }
        if (child > 0 && !monitored) {
            reap(kernel, child);
        }
        reap(kernel, parent);
    }

    /** Forgets a child of this process that has ended, if it is one. */
    static void reapIfEnded(Kernel kernel, ProcessIdentity process) {
        // a process id that was given to another meanwhile is not it
        if (process.isThere()) {
            var status = Block.buffer(Long.BYTES, "&status");
            kernel.attempt(ProcessCalls.wait4(Word.of(process.pid()), status, Wait.WNOHANG));
        }
    }

    /** Waits for a child of this process, and returns its wait(2) status; 0 if it is not a child of this process. */
    static int reap(Kernel kernel, int pid) {
        var status = Block.buffer(Long.BYTES, "&status");
        long reaped = kernel.attempt(ProcessCalls.wait4(Word.of(pid), status, 0));
        return reaped == -Errno.ECHILD.number() ? 0 : status.getInt32(0);
    }
}
