package dev.gatun.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.linux.Block;
import dev.gatun.linux.Call;
import dev.gatun.linux.Errno;
import dev.gatun.linux.Fcntl;
import dev.gatun.linux.Fd;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.Kernel;
import dev.gatun.linux.OwnThread;
import dev.gatun.linux.Prctl;
import dev.gatun.linux.ProcessCalls;
import dev.gatun.linux.Seccomp;
import dev.gatun.linux.Signal;
import dev.gatun.linux.Syscall;
import dev.gatun.linux.SyscallException;
import dev.gatun.linux.Wait;
import dev.gatun.linux.Word;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LauncherTest {
    private static final int READY = 1;

    @TempDir
    Path folder;

    private final Kernel kernel = Kernel.load();
    private Programs programs;

    @BeforeEach
    void open() {
        programs = new Programs(folder);
    }

    @AfterEach
    void close() throws IOException {
        programs.close();
        try (var files = Files.list(folder)) {
            assertThat(files).as("files that programs left").isEmpty();
        }
    }

    @Tag("kernel") // others may not look into a program that is not dumpable
    @Test
    void aProgramHasTheDescriptorsThatItWasGivenAndNoOther() throws Exception {
        var open = new ArrayList<Fd>();
        try {
            for (int i = 0; i < 200; i++) {
                long flags = i % 3 == 0 ? Fcntl.O_RDONLY : Fcntl.O_RDONLY | Fcntl.O_CLOEXEC;
                open.add(new Fd(
                        kernel,
                        kernel.call(FileCalls.openat(FileCalls.CURRENT_DIRECTORY, "/dev/null", flags, 0)),
                        "null"));
            }
            List<Fd> keep = List.of(open.get(150), open.get(3), open.get(64), open.get(4));
            var running = programs.start(keep, LauncherTest::pause);
            running.receive();
            var expected = new TreeMap<Integer, String>(
                    Map.of(0, target("self", 0), 1, target("self", 1), 2, target("self", 2)));
            for (Fd fd : keep) {
                expected.put(fd.number(), "/dev/null");
            }
            Map<Integer, String> descriptors = descriptors(running.pid);
            int channel = running.channel.programEnd().number();
            assertThat(descriptors.get(channel)).startsWith("socket:");
            descriptors.remove(channel);
            assertThat(descriptors).isEqualTo(expected);
            running.channel.answer();
            assertThat(running.waitFor()).isZero();
        } finally {
            open.forEach(Fd::close);
        }
    }

    @Tag("kernel")
    @Test
    void aProgramMayKeepWhatAContainerInherits() throws Exception {
        try (var channel = new Channel(kernel);
                var inherited = new Fd(kernel, kernel.call(FileCalls.memfdCreate("inherited", 0)), "inherited")) {
            var program = new ProgramBuilder();
            Label start = program.label("start");
            program.place(start);
            Preamble.ops(program, inherited.number() + 1, List.of(channel.programEnd()));
            pause(program, channel.programEnd());
            program.call(ProcessCalls.exitGroup(Word.of(0)), "end");
            Image image = Image.of(program.build(start, start), kernel.arch());
            int pid = programs.launcher.start(image, List.of(channel.programEnd()));
            try (var running = programs.started(pid, channel, image)) {
                running.receive();
                assertThat(descriptors(running.pid)).containsEntry(inherited.number(), "/memfd:inherited (deleted)");
            }
        }
    }

    @Test
    void aProgramBlocksNoSignalAndIgnoresNone() throws Exception {
        // as under nohup: what is ignored stays ignored over execve, unless the launcher sets it back
        var ignore = new Block(32, "{SIG_IGN}").int64(0, 1);
        var before = Block.buffer(32, "&before");
        kernel.call(sigaction(Signal.SIGHUP, ignore, before));
        try {
            var running = OwnThread.run("test", () -> {
                kernel.call(ProcessCalls.setSignalMask(
                        new Block(8, "[SIGTERM SIGUSR2]").int64(0, bit(Signal.SIGTERM) | bit(Signal.SIGUSR2))));
                return programs.start(LauncherTest::pause);
            });
            running.receive();
            List<String> status = Files.readAllLines(running.proc("status"));
            assertThat(status)
                    .contains("SigBlk:\t0000000000000000", "SigIgn:\t0000000000000000", "SigCgt:\t0000000000000000")
                    .contains("Threads:\t1");
        } finally {
            kernel.call(sigaction(Signal.SIGHUP, before, Block.buffer(32, "&ignored")));
        }
    }

    @Test
    void aProgramIsNotDumpableUntilItExecutesAnother() {
        Path other = Machine.write(folder, reportDumpable());
        try {
            Programs.Outcome outcome = programs.run((program, channel) -> {
                Slot dumpable = program.slot("dumpable");
                program.call(ProcessCalls.prctl(Prctl.PR_GET_DUMPABLE, 0), "ask")
                        .to(dumpable);
                Channel.signalOp(program, channel, READY, dumpable, "tell");
                program.call(ProcessCalls.execve(other.toString(), List.of("other"), List.of()), "execute another");
            });
            assertThat(outcome.messages()).containsExactly(new Channel.Signal(READY, 0, java.util.Optional.empty()));
            assertThat(outcome.exitCode()).as("dumpable after execve").isEqualTo(1);
        } finally {
            assertThat(other.toFile().delete()).isTrue();
        }
    }

    @Tag("kernel")
    @Test
    void nothingCanChangeTheImageThatRuns() {
        var running = programs.start(LauncherTest::pause);
        running.receive();
        String exe = running.proc("exe").toString();
        assertThat(kernel.attempt(
                        FileCalls.openat(FileCalls.CURRENT_DIRECTORY, exe, Fcntl.O_RDWR | Fcntl.O_CLOEXEC, 0)))
                .isEqualTo(-Errno.ETXTBSY.number());
        long fd = kernel.call(FileCalls.openat(FileCalls.CURRENT_DIRECTORY, exe, Fcntl.O_RDONLY | Fcntl.O_CLOEXEC, 0));
        try (var image = new Fd(kernel, fd, "image")) {
            assertThat(kernel.call(FileCalls.fcntl(image, Fcntl.F_GET_SEALS, 0)))
                    .isEqualTo(Fcntl.F_SEAL_SEAL | Fcntl.F_SEAL_SHRINK | Fcntl.F_SEAL_GROW | Fcntl.F_SEAL_WRITE);
            running.channel.answer();
            running.waitFor();
            // it does not run any more: what is left in the way of a writer is the seal
            long writable = kernel.call(
                    FileCalls.openat(FileCalls.CURRENT_DIRECTORY, image.path(), Fcntl.O_RDWR | Fcntl.O_CLOEXEC, 0));
            try (var writer = new Fd(kernel, writable, "writer")) {
                assertThat(kernel.attempt(FileCalls.write(writer, Block.content("x"))))
                        .isEqualTo(-Errno.EPERM.number());
            }
        }
    }

    @Test
    void aProgramMayBeStartedFromAFileThatIsGoneThen() throws Exception {
        try (var channel = new Channel(kernel)) {
            Image image = Programs.image(kernel, channel, List.of(), LauncherTest::pause);
            int pid = startFromDisk(image, List.of(channel.programEnd()));
            var running = programs.started(pid, channel, image);
            try (var files = Files.list(folder)) {
                assertThat(files).isEmpty();
            }
            running.receive();
            channel.answer();
            assertThat(running.waitFor()).isZero();
        }
    }

    @Tag("kernel")
    @Test
    void aFileIsUsedWhereTheKernelRefusesMemoryFiles() throws Exception {
        Programs.Running running = OwnThread.run("test", () -> {
            Seccomp.refuse(Syscall.MEMFD_CREATE, Errno.EACCES.number()).forEach(kernel::call);
            return programs.start(LauncherTest::pause);
        });
        running.receive();
        assertThat(Files.readSymbolicLink(running.proc("exe")).toString()).startsWith(folder + "/program-");
    }

    @Tag("kernel")
    @Test
    void aKernelThatKnowsNoExecutableFlagIsAskedWithout() throws Exception {
        Programs.Running running = OwnThread.run("test", () -> {
            Seccomp.refuse(Syscall.MEMFD_CREATE, Fcntl.MFD_EXEC, Errno.EINVAL).forEach(kernel::call);
            return programs.start(LauncherTest::pause);
        });
        running.receive();
        assertThat(Files.readSymbolicLink(running.proc("exe")).toString()).startsWith("/memfd:gatun");
    }

    @Test
    void aStartThatFailsLeavesNothingBehind() throws Exception {
        try (var channel = new Channel(kernel)) {
            Image image = Programs.image(kernel, channel, List.of(), LauncherTest::pause);
            var closed = new Fd(kernel, kernel.call(FileCalls.fcntl(Word.fd(0), Fcntl.F_DUPFD_CLOEXEC, 777)), "closed");
            closed.close();
            assertFails(image, closed);
            Map<Integer, String> before = descriptors("self");
            assertFails(image, closed);
            assertThat(descriptors("self")).isEqualTo(before);
            // the failed child was waited for
            assertThat(kernel.attempt(ProcessCalls.wait4(Word.of(-1), Block.buffer(4, "&status"), Wait.WNOHANG)))
                    .isLessThanOrEqualTo(0);
        }
    }

    private void assertFails(Image image, Fd closed) {
        assertThatThrownBy(() -> programs.launcher.start(image, List.of(closed)))
                .isInstanceOfSatisfying(SyscallException.class, failed -> {
                    assertThat(failed.is(Errno.EBADF)).isTrue();
                    assertThat(failed.call())
                            .startsWith("posix_spawn(&pid, \"/proc/self/fd/")
                            .contains("gatun");
                });
        assertThatThrownBy(() -> startFromDisk(image, List.of(closed)))
                .isInstanceOf(SyscallException.class)
                .hasMessageContaining("EBADF");
    }

    @Test
    void programsMayBeStartedFromManyThreadsAtOnce() throws Exception {
        try (var threads = Executors.newFixedThreadPool(8)) {
            var outcomes = new ArrayList<Future<Integer>>();
            for (int i = 0; i < 400; i++) {
                int code = i % 200;
                boolean file = i % 4 == 0;
                outcomes.add(threads.submit(() -> startAndWait(code, file)));
            }
            for (int i = 0; i < outcomes.size(); i++) {
                assertThat(outcomes.get(i).get()).isEqualTo(i % 200);
            }
        }
    }

    private int startAndWait(int code, boolean file) {
        var program = new ProgramBuilder();
        Label start = program.label("start");
        program.place(start);
        program.call(ProcessCalls.exitGroup(Word.of(code)), "end");
        Image image = Image.of(program.build(start, start), kernel.arch());
        int pid = file ? startFromDisk(image, List.of()) : programs.launcher.start(image, List.of());
        var status = Block.buffer(4, "&status");
        kernel.call(ProcessCalls.wait4(Word.of(pid), status, 0));
        return Monitor.exitCode(status.getInt32(0));
    }

    private int startFromDisk(Image image, List<Fd> keep) {
        try (Fd file = programs.launcher.diskFile(image)) {
            return programs.launcher.start(file, keep);
        }
    }

    /** Tells Java that it has come so far, and waits for an answer. */
    private static void pause(ProgramBuilder program, Fd channel) {
        Label abandoned = program.label("abandoned");
        Channel.signalOp(program, channel, READY, Word.of(0), "tell that it runs");
        Channel.awaitOps(program, channel, abandoned, "wait");
        program.place(abandoned);
    }

    private Image reportDumpable() {
        var program = new ProgramBuilder();
        Label start = program.label("start");
        program.place(start);
        Slot dumpable = program.slot("dumpable");
        program.call(ProcessCalls.prctl(Prctl.PR_GET_DUMPABLE, 0), "ask").to(dumpable);
        program.call(ProcessCalls.exitGroup(dumpable), "tell");
        return Image.of(program.build(start, start), kernel.arch());
    }

    private static Call sigaction(int signal, Block action, Block old) {
        return Call.of(Syscall.RT_SIGACTION, Word.of(signal), action, old, Word.of(8));
    }

    private static long bit(int signal) {
        return 1L << (signal - 1);
    }

    private static Map<Integer, String> descriptors(int pid) throws IOException {
        return descriptors(Integer.toString(pid));
    }

    private static Map<Integer, String> descriptors(String process) throws IOException {
        var descriptors = new TreeMap<Integer, String>();
        for (String name : Path.of("/proc", process, "fd").toFile().list()) {
            Path link = Path.of("/proc", process, "fd", name);
            // that of the listing itself is closed again
            if (Files.isSymbolicLink(link)) {
                descriptors.put(
                        Integer.valueOf(name), Files.readSymbolicLink(link).toString());
            }
        }
        return descriptors;
    }

    private static String target(String process, int number) throws IOException {
        return Files.readSymbolicLink(Path.of("/proc", process, "fd", Integer.toString(number)))
                .toString();
    }
}
