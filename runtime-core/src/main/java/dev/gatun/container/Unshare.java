package dev.gatun.container;

import dev.gatun.linux.Fcntl;
import dev.gatun.linux.Fd;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.FileName;
import dev.gatun.linux.Kernel;
import dev.gatun.linux.ProcessCalls;
import dev.gatun.linux.Sched;
import dev.gatun.linux.Word;
import dev.gatun.oci.Hook;
import dev.gatun.program.Channel;
import dev.gatun.program.Image;
import dev.gatun.program.Launcher;
import dev.gatun.program.Monitor;
import dev.gatun.program.Preamble;
import dev.gatun.program.Program;
import dev.gatun.program.ProgramBuilder;
import dev.gatun.program.Relay;
import dev.gatun.program.Slot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Runs this command again as root of a user namespace that has all ids of its user, and of a mount namespace, as
 * podman-unshare(1) does. There it may give files to the user's subordinate ids, touch those of theirs, and mount.
 *
 * <p>A JVM has too many threads to enter a user namespace. So a program enters it, and executes the same Java with the
 * same options there.
 */
public final class Unshare {
    /** Set to the user's id for a command that is run there, where its own is 0. */
    private static final String VARIABLE = "GATUN_UNSHARED";

    private static final int STANDARD_ERROR = 2;

    private final Kernel kernel;
    private final Launcher launcher;
    private final Privileges user;
    private final List<String> options;
    private final List<String> words;

    /**
     * For the command of this process.
     *
     * @param lib where programs can be executed from if the kernel executes none in memory
     * @param options the command's arguments before its verb
     * @param words the verb and the arguments behind it
     */
    public Unshare(Kernel kernel, Path lib, List<String> options, List<String> words) {
        this.kernel = kernel;
        this.launcher = new Launcher(kernel, lib);
        this.user = Privileges.ofThisProcess();
        this.options = List.copyOf(options);
        this.words = List.copyOf(words);
    }

    /** The user that a command was run for in such a namespace; empty for one that was run as usual. */
    public static Optional<Integer> user(Map<String, String> environment) {
        String uid = environment.getOrDefault(VARIABLE, "");
        return uid.isEmpty() ? Optional.empty() : Optional.of(Integer.parseUnsignedInt(uid));
    }

    /** Runs the command there with the same arguments. This process becomes its relay, and ends as it ends. */
    public void again() {
        int pid = start(words, false);
        launcher.become(Image.of(Relay.compile(pid, Optional.empty(), end -> {}), kernel.arch()), List.of());
    }

    /**
     * Runs another verb there, and waits for it. It has nothing to read, and says all that it has to say on standard error.
     *
     * @return the exit status
     */
    public int run(List<String> verb) {
        return Monitor.exitCode(Launch.reap(kernel, start(verb, true)));
    }

    private int start(List<String> verb, boolean quiet) {
        List<String> own = strings("cmdline");
        var line = new ArrayList<String>(own.subList(0, own.size() - options.size() - words.size()));
        line.addAll(options);
        line.addAll(verb);
        List<String> environment = strings("environ");
        environment.add(VARIABLE + "=" + Integer.toUnsignedString(user.uid()));
        var command = new Hook(executable(), line, environment, OptionalInt.empty());
        IdMaps ids = IdMaps.grantedTo(user);
        var guide = new Launch.Guide() {
            @Override
            public Program compile(Channel channel) {
                return program(command, quiet, channel.programEnd());
            }

            @Override
            public void mapIds(int child) {
                map(child, ids);
            }
        };
        return Launch.run(kernel, launcher, guide, List.of(), false, false).child();
    }

    private void map(int child, IdMaps ids) {
        switch (IdMapper.of(ids.uids(), ids.gids(), user)) {
            case PARENT -> ids.writeTo(child);
            case PARENT_OF_ONE -> ids.writeOneTo(child);
            case HELPERS -> new IdHelpers(kernel, launcher).map(child, ids.uids(), ids.gids());
        }
    }

    private static Program program(Hook command, boolean quiet, Fd channel) {
        return HelperProgram.compile(
                command,
                Sched.CLONE_NEWUSER | Sched.CLONE_NEWNS,
                List.of(),
                channel,
                // no more of a preamble: its files in /proc are to be its user's
                helper -> Preamble.closeOthersOps(helper.program, HelperProgram.STANDARD_DESCRIPTORS, List.of(channel)),
                helper -> {
                    ProgramBuilder program = helper.program;
                    Channel.signalOp(program, channel, ContainerProgram.UNMAPPED, Word.of(0), "ask for ids");
                    Channel.awaitOps(program, channel, helper.abandoned, "wait until the ids are mapped");
                    program.call(ProcessCalls.setresgid(0), "become group 0 of the user namespace");
                    program.call(ProcessCalls.setresuid(0), "become user 0 of the user namespace");
                    if (quiet) {
                        quietOps(program);
                    }
                });
    }

    private static void quietOps(ProgramBuilder program) {
        Slot nothing = program.slot("nothing");
        program.call(
                        FileCalls.openat(FileCalls.CURRENT_DIRECTORY, "/dev/null", Fcntl.O_RDONLY | Fcntl.O_CLOEXEC, 0),
                        "open /dev/null")
                .to(nothing);
        program.call(FileCalls.dup3(nothing, 0, 0), "give it nothing to read");
        program.call(FileCalls.dup3(Word.fd(STANDARD_ERROR), 1, 0), "keep standard output for the container");
    }

    private static String executable() {
        Path link = Path.of("/proc/self/exe");
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException e) {
            throw new ContainerException("read " + link + ": " + StateFolder.reason(e), e);
        }
    }

    /** What a file of /proc/self holds, each string with a NUL behind it. */
    private static List<String> strings(String file) {
        Path path = Path.of("/proc/self", file);
        try {
            byte[] bytes = Files.readAllBytes(path);
            var strings = new ArrayList<String>();
            for (int start = 0, end = 0; end < bytes.length; end++) {
                if (bytes[end] == 0) {
                    strings.add(FileName.decode(bytes, start, end - start));
                    start = end + 1;
                }
            }
            return strings;
        } catch (IOException e) {
            throw new ContainerException("read " + path + ": " + StateFolder.reason(e), e);
        }
    }
}
