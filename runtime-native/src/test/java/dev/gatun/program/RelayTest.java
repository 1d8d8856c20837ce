package dev.gatun.program;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.linux.Block;
import dev.gatun.linux.Fcntl;
import dev.gatun.linux.Fd;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.Kernel;
import dev.gatun.linux.Prctl;
import dev.gatun.linux.ProcessCalls;
import dev.gatun.linux.Signal;
import dev.gatun.linux.Terminal;
import dev.gatun.linux.Word;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** JVMs of their own become programs. */
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RelayTest {
    @TempDir
    Path folder;

    @Test
    void aProcessBecomesAProgramWithAllSignalsBlocked() throws Exception {
        try (var jvm = new Jvm("signal")) {
            assertThat(jvm.exitCode()).isEqualTo(Signal.SIGTERM);
        }
    }

    @Test
    void aRelayEndsAsTheContainerEnds() throws Exception {
        try (var jvm = new Jvm("exit")) {
            assertThat(jvm.output()).isEqualTo("container\ncleaned up\n");
            assertThat(jvm.exitCode()).isEqualTo(5);
        }
    }

    @Test
    void aRelayPassesSignalsOn() throws Exception {
        try (var jvm = new Jvm("wait")) {
            assertThat(jvm.process.inputReader().readLine()).isEqualTo("container");
            jvm.awaitRelay();
            jvm.process.destroy();
            assertThat(jvm.exitCode()).isEqualTo(128 + Signal.SIGTERM);
        }
    }

    @Test
    void aRelayCarriesTheTerminal() throws Exception {
        try (var jvm = new Jvm("terminal")) {
            jvm.process.getOutputStream().write("hello\n".getBytes(StandardCharsets.UTF_8));
            jvm.process.getOutputStream().flush();
            // what is typed is shown by the terminal, and written by the container
            assertThat(jvm.output()).isEqualTo("hello\r\nhello\r\n");
            assertThat(jvm.exitCode()).isEqualTo(6);
        }
    }

    /** A JVM that runs {@link #main}. */
    private final class Jvm implements AutoCloseable {
        final Process process;

        Jvm(String what) throws Exception {
            process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "--enable-native-access=ALL-UNNAMED",
                            "-XX:+UseSerialGC",
                            "-XX:TieredStopAtLevel=1",
                            "-Dgatun.native=" + System.getProperty("gatun.native", "panama"),
                            "-cp",
                            System.getProperty("java.class.path"),
                            RelayTest.class.getName(),
                            what,
                            folder.toString())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
        }

        String output() throws Exception {
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }

        int exitCode() throws Exception {
            return process.waitFor();
        }

        /** Until then, signals are the JVM's. */
        void awaitRelay() throws Exception {
            Path exe = Path.of("/proc", Long.toString(process.pid()), "exe");
            while (!isMemoryFile(exe)) {
                Thread.onSpinWait();
            }
        }

        private static boolean isMemoryFile(Path exe) throws Exception {
            try {
                return Files.readSymbolicLink(exe).toString().startsWith("/memfd:");
            } catch (NoSuchFileException inExecve) {
                return false;
            }
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }

    /** What the JVM does that becomes a program. */
    public static void main(String[] args) {
        Kernel kernel = Kernel.load();
        var launcher = new Launcher(kernel, Path.of(args[1]));
        switch (args[0]) {
            case "signal" -> launcher.become(signalled(kernel), List.of());
            case "terminal" -> carry(kernel, launcher);
            default -> {
                int child = launcher.start(container(kernel, args[0].equals("wait")), List.of());
                launcher.become(
                        Image.of(Relay.compile(child, Optional.empty(), RelayTest::cleanUp), kernel.arch()), List.of());
            }
        }
    }

    private static void cleanUp(ProgramBuilder program) {
        program.call(FileCalls.close(Word.fd(-1)), "fail").tolerateAll();
        program.call(FileCalls.write(Word.fd(1), Block.content("cleaned up\n")), "clean up")
                .tolerateAll();
    }

    /** Sends itself a signal, and ends with its number. */
    private static Image signalled(Kernel kernel) {
        var program = new ProgramBuilder();
        Label start = program.label("start");
        Slot self = program.slot("self");
        Slot signal = program.slot("signal");
        program.place(start);
        program.call(dev.gatun.linux.Call.of(dev.gatun.linux.Syscall.GETPID), "ask its number")
                .to(self);
        program.call(ProcessCalls.kill(self, Word.of(Signal.SIGTERM)), "send a signal");
        program.call(ProcessCalls.waitSignal(ProcessCalls.allSignals()), "get it")
                .to(signal);
        program.call(ProcessCalls.exitGroup(signal), "end");
        return Image.of(program.build(start, start), kernel.arch());
    }

    private static Image container(Kernel kernel, boolean waits) {
        var program = new ProgramBuilder();
        Label start = program.label("start");
        Label forever = program.label("forever");
        program.place(start);
        program.call(FileCalls.write(Word.fd(1), Block.content("container\n")), "say something");
        if (waits) {
            program.call(ProcessCalls.prctl(Prctl.PR_SET_PDEATHSIG, Signal.SIGKILL), "not outlive the test");
            program.place(forever);
            program.call(ProcessCalls.waitSignal(ProcessCalls.noSignals()), "wait")
                    .tolerateAll();
            program.jump(forever, "wait");
        }
        program.call(ProcessCalls.exitGroup(Word.of(5)), "end");
        return Image.of(program.build(start, start), kernel.arch());
    }

    /** The container reads a line from its terminal and writes it back. */
    private static void carry(Kernel kernel, Launcher launcher) {
        int flags = Fcntl.O_RDWR | Fcntl.O_NOCTTY | Fcntl.O_CLOEXEC;
        var master = new Fd(
                kernel, kernel.call(FileCalls.openat(FileCalls.CURRENT_DIRECTORY, "/dev/ptmx", flags, 0)), "master");
        kernel.call(FileCalls.ioctl(master, Terminal.TIOCSPTLCK, new Block(4, "[0]")));
        var slave = new Fd(kernel, kernel.call(FileCalls.ioctl(master, Terminal.TIOCGPTPEER, Word.of(flags))), "slave");
        var program = new ProgramBuilder();
        Label start = program.label("start");
        var line = Block.buffer(6, "&line");
        program.place(start);
        program.call(FileCalls.read(slave, line), "read a line");
        program.call(FileCalls.write(slave, line), "write it back");
        program.call(ProcessCalls.exitGroup(Word.of(6)), "end");
        int child = launcher.start(Image.of(program.build(start, start), kernel.arch()), List.of(slave));
        slave.close();
        var screen = Relay.Screen.of(kernel, master, true);
        launcher.become(Image.of(Relay.compile(child, Optional.of(screen), end -> {}), kernel.arch()), List.of(master));
    }
}
