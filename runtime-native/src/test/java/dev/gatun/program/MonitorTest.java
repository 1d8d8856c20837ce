package dev.gatun.program;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.linux.Block;
import dev.gatun.linux.Call;
import dev.gatun.linux.Fcntl;
import dev.gatun.linux.Fd;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.Kernel;
import dev.gatun.linux.Prctl;
import dev.gatun.linux.ProcessCalls;
import dev.gatun.linux.Rlimit;
import dev.gatun.linux.Signal;
import dev.gatun.linux.Syscall;
import dev.gatun.linux.Wait;
import dev.gatun.linux.Word;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MonitorTest {
    private static final int WUNTRACED = 2;
    private static final int WCONTINUED = 8;
    private static final int CORE_DUMPED = 0x80;

    @TempDir
    Path folder;

    private final Kernel kernel = Kernel.load();
    private Programs programs;

    @BeforeEach
    void open() {
        programs = new Programs(folder);
    }

    @AfterEach
    void close() {
        programs.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7, 127, 128, 255})
    void theRecordOfAnExitIsItsStatus(int code) {
        assertThat(record(program -> exit(program, Word.of(code)))).isEqualTo(code << 8);
    }

    @ParameterizedTest
    @ValueSource(ints = {Signal.SIGHUP, Signal.SIGKILL, Signal.SIGTERM, Signal.SIGSYS, 34, 64})
    void theRecordOfADeathIsItsSignal(int signal) {
        int status = record(program -> killSelf(program, signal));
        assertThat(status & ~CORE_DUMPED).isEqualTo(signal);
        assertThat(Monitor.exitCode(status)).isEqualTo(128 + signal);
    }

    @Test
    void aCoreDumpDoesNotChangeTheExitCode() {
        int status = record(program -> {
            program.call(FileCalls.chdir(folder.toString()), "dump the core where nobody minds");
            program.call(ProcessCalls.prctl(Prctl.PR_SET_DUMPABLE, 1), "be dumpable");
            program.call(ProcessCalls.setRlimit(Rlimit.RLIMIT_CORE, -1, -1), "dump a core")
                    .tolerateAll();
            killSelf(program, Signal.SIGSEGV);
        });
        assertThat(status & ~CORE_DUMPED).isEqualTo(Signal.SIGSEGV);
        assertThat(Monitor.exitCode(status)).isEqualTo(139);
        assertThat(Monitor.exitCode(Signal.SIGSEGV | CORE_DUMPED)).isEqualTo(139);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7, 127, 128, 255})
    void aForegroundMonitorExitsAsItsChild(int code) {
        var running = foreground((program, channel) -> exit(program, Word.of(code)));
        assertThat(running.waitFor()).isEqualTo(code << 8);
    }

    @ParameterizedTest
    @ValueSource(ints = {Signal.SIGHUP, Signal.SIGKILL, Signal.SIGTERM, Signal.SIGABRT, Signal.SIGCHLD - 2, 34, 64})
    void aForegroundMonitorExitsWith128AndTheSignalThatKilledItsChild(int signal) {
        var running = foreground((program, channel) -> killSelf(program, signal));
        assertThat(running.waitFor()).isEqualTo((128 + signal) << 8);
    }

    @Test
    void aForegroundMonitorExitsWith128AndTheSignalAfterACoreDumpToo() {
        var running = foreground((program, channel) -> {
            program.call(FileCalls.chdir(folder.toString()), "dump the core where nobody minds");
            program.call(ProcessCalls.prctl(Prctl.PR_SET_DUMPABLE, 1), "be dumpable");
            program.call(ProcessCalls.setRlimit(Rlimit.RLIMIT_CORE, -1, -1), "dump a core")
                    .tolerateAll();
            killSelf(program, Signal.SIGABRT);
        });
        assertThat(running.waitFor()).isEqualTo(134 << 8);
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                Signal.SIGHUP,
                Signal.SIGINT,
                Signal.SIGUSR1,
                Signal.SIGTERM,
                Signal.SIGWINCH,
                Signal.SIGCONT,
                34,
                64
            })
    void aForegroundMonitorPassesSignalsOn(int signal) {
        var running = foreground((program, channel) -> exitWithNextSignal(program, channel, -1L));
        running.receive();
        running.kill(signal);
        assertThat(Monitor.exitCode(running.waitFor())).isEqualTo(signal);
    }

    @Test
    void aForegroundMonitorPassesOnSignalsThatKill() {
        var running = foreground((program, channel) -> {
            Channel.signalOp(program, channel, 1, Word.of(0), "tell that it runs");
            program.call(ProcessCalls.waitSignal(ProcessCalls.noSignals()), "wait");
        });
        running.receive();
        running.kill(Signal.SIGTERM);
        assertThat(Monitor.exitCode(running.waitFor())).isEqualTo(128 + Signal.SIGTERM);
    }

    @Test
    void aForegroundMonitorOutlivesBeingStopped() {
        var running =
                foreground((program, channel) -> exitWithNextSignal(program, channel, 1L << (Signal.SIGUSR1 - 1)));
        running.receive();
        for (int i = 0; i < 3; i++) {
            running.kill(Signal.SIGSTOP);
            assertThat(running.waitFor(WUNTRACED) & 0xff).isEqualTo(0x7f);
            running.kill(Signal.SIGCONT);
            assertThat(running.waitFor(WCONTINUED)).isEqualTo(0xffff);
        }
        running.kill(Signal.SIGUSR1);
        assertThat(running.messages()).isEmpty();
        assertThat(Monitor.exitCode(running.waitFor())).isEqualTo(Signal.SIGUSR1);
    }

    @Test
    void aForegroundMonitorSeesAChildThatEndedBeforeSignalsWereBlocked() {
        var running = programs.start((program, channel) -> {
            Label inChild = program.label("child");
            Slot pid = program.slot("pid");
            program.call(ProcessCalls.clone3(0, Signal.SIGCHLD), "start the child")
                    .to(pid)
                    .ifZero(inChild);
            var info = Block.buffer(128, "&info");
            Call wait = Call.of(
                    Syscall.WAITID, Word.of(Wait.P_PID), pid, info, Word.of(Wait.WEXITED | Wait.WNOWAIT), Word.NULL);
            program.call(wait, "wait for its end, but leave it to be waited for");
            program.call(ProcessCalls.setSignalMask(ProcessCalls.allSignals()), "keep signals for later");
            Monitor.foregroundOps(program, pid, () -> {});
            program.place(inChild);
            exit(program, Word.of(9));
        });
        assertThat(running.waitFor()).isEqualTo(9 << 8);
    }

    @Test
    void aForegroundMonitorCleansUpBeforeItEnds() {
        var running = programs.start((program, channel) -> {
            Label inChild = program.label("child");
            Slot pid = program.slot("pid");
            program.call(ProcessCalls.setSignalMask(ProcessCalls.allSignals()), "keep signals for later");
            program.call(ProcessCalls.clone3(0, Signal.SIGCHLD), "start the child")
                    .to(pid)
                    .ifZero(inChild);
            Monitor.foregroundOps(
                    program, pid, () -> Channel.signalOp(program, channel, 3, Word.of(0), "tell that it cleans up"));
            program.place(inChild);
            exit(program, Word.of(4));
        });
        assertThat(running.messages()).hasSize(1);
        assertThat(running.waitFor()).isEqualTo(4 << 8);
    }

    /** The status that a monitor writes of a child with these ops. */
    private int record(Consumer<ProgramBuilder> child) {
        try (var file = new Fd(kernel, kernel.call(FileCalls.memfdCreate("status", Fcntl.MFD_CLOEXEC)), "status")) {
            var running = programs.start(List.of(file), (program, channel) -> {
                Label inChild = program.label("child");
                Slot pid = program.slot("pid");
                program.call(ProcessCalls.clone3(0, Signal.SIGCHLD), "start the child")
                        .to(pid)
                        .ifZero(inChild);
                Monitor.recordStatusOps(program, pid, file);
                program.place(inChild);
                child.accept(program);
            });
            assertThat(running.messages()).isEmpty();
            assertThat(running.waitFor()).isZero();
            var status = Block.buffer(16, "&status");
            assertThat(kernel.call(Call.of(Syscall.PREAD64, file, status, Word.of(16), Word.of(0))))
                    .isEqualTo(Monitor.STATUS_SIZE);
            assertThat(status.getInt32(4)).isZero();
            return status.getInt32(0);
        }
    }

    private Programs.Running foreground(Programs.Body child) {
        return programs.start((program, channel) -> {
            Label inChild = program.label("child");
            Slot pid = program.slot("pid");
            program.call(ProcessCalls.setSignalMask(ProcessCalls.allSignals()), "keep signals for later");
            program.call(ProcessCalls.clone3(0, Signal.SIGCHLD), "start the child")
                    .to(pid)
                    .ifZero(inChild);
            Monitor.foregroundOps(program, pid, () -> program.call(FileCalls.chdir(folder.toString()), "clean up"));
            program.place(inChild);
            program.call(ProcessCalls.prctl(Prctl.PR_SET_PDEATHSIG, Signal.SIGKILL), "not outlive the test");
            program.call(ProcessCalls.setSignalMask(ProcessCalls.noSignals()), "get signals");
            child.ops(program, channel);
        });
    }

    private static void exitWithNextSignal(ProgramBuilder program, Fd channel, long set) {
        var signals = new Block(8, "signals").int64(0, set);
        Slot signal = program.slot("signal");
        program.call(ProcessCalls.setSignalMask(signals), "keep signals for later");
        Channel.signalOp(program, channel, 1, Word.of(0), "tell that it waits");
        program.call(ProcessCalls.waitSignal(signals), "wait for a signal").to(signal);
        exit(program, signal);
    }

    private static void exit(ProgramBuilder program, dev.gatun.linux.Arg status) {
        program.call(ProcessCalls.exitGroup(status), "exit");
    }

    private static void killSelf(ProgramBuilder program, int signal) {
        Slot self = program.slot("self");
        program.call(Call.of(Syscall.GETPID), "ask its number").to(self);
        program.call(ProcessCalls.kill(self, Word.of(signal)), "die");
    }
}
