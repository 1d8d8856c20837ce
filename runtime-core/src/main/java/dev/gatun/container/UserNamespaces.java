package dev.gatun.container;

import dev.gatun.linux.Fcntl;
import dev.gatun.linux.Fd;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.Kernel;
import dev.gatun.linux.ProcessCalls;
import dev.gatun.linux.Sched;
import dev.gatun.linux.Signal;
import dev.gatun.linux.Word;
import dev.gatun.program.Channel;
import dev.gatun.program.Image;
import dev.gatun.program.Label;
import dev.gatun.program.Launcher;
import dev.gatun.program.Preamble;
import dev.gatun.program.Program;
import dev.gatun.program.ProgramBuilder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Descriptors of user namespaces with given mappings, which nobody is in.
 *
 * <p>A JVM, which has many threads, cannot make one itself. So a program of two calls makes it, and is ended once the
 * namespace is mapped and held.
 */
final class UserNamespaces implements AutoCloseable {
    private static final int MADE = 1;
    private static final int FIRST_CLOSED = 3;

    private final Kernel kernel;
    private final Launcher launcher;
    private final Map<Idmap, Fd> known = new HashMap<>();

    UserNamespaces(Kernel kernel, Launcher launcher) {
        this.kernel = kernel;
        this.launcher = launcher;
    }

    /** The descriptor of a namespace with that mapping, open until this is closed. */
    Fd of(Idmap idmap) {
        Fd found = known.get(idmap);
        if (found == null) {
            found = idmap.namespace().isPresent() ? open(idmap.namespace().get()) : make(idmap);
            known.put(idmap, found);
        }
        return found;
    }

    private Fd make(Idmap idmap) {
        try (var channel = new Channel(kernel)) {
            Image image = Image.of(program(channel.programEnd()), kernel.arch());
            int pid = launcher.start(image, List.of(channel.programEnd()));
            channel.started();
            try {
                await(channel, image);
                new IdMaps(idmap.uids(), idmap.gids()).writeTo(pid);
                return open("/proc/" + pid + "/ns/user");
            } finally {
                kernel.attempt(ProcessCalls.kill(pid, Signal.SIGKILL));
                Launch.reap(kernel, pid);
            }
        }
    }

    private static Program program(Fd channel) {
        var program = new ProgramBuilder();
        Label start = program.label("start");
        Label failure = program.label("failure");
        Label end = program.label("end");
        program.section("user namespace");
        program.place(start);
        // no more of a preamble: its files in /proc are to be its user's
        Preamble.closeOthersOps(program, FIRST_CLOSED, List.of(channel));
        program.call(ProcessCalls.unshare(Sched.CLONE_NEWUSER), "make a user namespace");
        Channel.signalOp(program, channel, MADE, Word.of(0), "tell that it is made");
        Channel.awaitOps(program, channel, end, "wait until it is held");
        program.place(end);
        program.call(ProcessCalls.exitGroup(Word.of(0)), "end");
        program.place(failure);
        Channel.reportOp(program, channel);
        program.call(ProcessCalls.exitGroup(Word.of(ContainerProgram.FAILURE_STATUS)), "end");
        return program.build(start, failure);
    }

    private static void await(Channel channel, Image image) {
        Channel.Message message = channel.receive(image);
        if (message instanceof Channel.Failed failed) {
            throw new ContainerException(failed.failure());
        }
        if (message instanceof Channel.Closed) {
            throw new ContainerException("the process that makes a user namespace was killed");
        }
    }

    private Fd open(String path) {
        return new Fd(
                kernel,
                kernel.call(FileCalls.openat(FileCalls.CURRENT_DIRECTORY, path, Fcntl.O_RDONLY | Fcntl.O_CLOEXEC, 0)),
                "user_namespace");
    }

    @Override
    public void close() {
        known.values().forEach(Fd::close);
    }
}
