package dev.gatun.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.container.SpecTemplate;
import dev.gatun.linux.Signal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Containers that a user has on a terminal. */
@Tag("kernel")
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TerminalTest {
    private static final int ROWS = 31;
    private static final int COLUMNS = 97;
    private static final int LARGE = 5_000_000;

    @TempDir
    static Path shared;

    @TempDir
    Path folder;

    private static Rootfs rootfs;
    private Gatun gatun;
    private Pty pty;

    @BeforeAll
    static void makeRootfs() {
        rootfs = Rootfs.in(shared);
    }

    @BeforeEach
    void begin() {
        gatun = new Gatun(folder);
        pty = new Pty(ROWS, COLUMNS);
    }

    @AfterEach
    void end() {
        gatun.close();
        pty.close();
    }

    private Gatun.Running run(String options, String... command) {
        var words = new ArrayList<>(List.of("gatun", "run", "--rm", options, rootfs.toString()));
        words.addAll(List.of(command));
        return pty.start(gatun, words.toArray(String[]::new));
    }

    @Test
    void aShellHasATerminalOfTheUsersSizeAndJobControl() {
        List<Byte> before = pty.settings();
        Gatun.Running shell = run("-it", "sh");
        pty.await("# ").type("tty; stty size\n");
        pty.await("/dev/pts/0").await(ROWS + " " + COLUMNS).await("# ");
        assertThat(pty.isRaw()).isTrue();

        // ^C is for what the shell runs, and not for the shell, or for Gatun
        pty.type("sh -c 'echo slee''ping; exec sleep 1000'\n");
        pty.await("sleeping").type("\003");
        pty.await("# ").type("echo status $?\n");
        pty.await("status 130").await("# ");
        pty.type("sh -c 'echo stopp''able; exec sleep 1000'\n");
        pty.await("stoppable").type("\032");
        pty.await("Stopped").await("# ").type("exit 7\n");
        pty.await("You have stopped jobs").await("# ").type("exit 7\n");
        assertThat(shell.end().status()).isEqualTo(7);
        assertThat(pty.settings()).isEqualTo(before);
        assertThat(gatun.containers()).isEmpty();
    }

    @Test
    void aNewWindowSizeReachesTheContainer() {
        Gatun.Running shell = run("-it", "sh", "-c", "trap 'stty size' WINCH; echo ready; until read line; do :; done");
        pty.await("ready");
        shell.awaitRelay();
        pty.resize(40, 132);
        pty.await("40 132");
        pty.resize(10, 20);
        pty.await("10 20").type("\n");
        assertThat(shell.end().status()).isZero();
    }

    @Test
    void theTerminalIsSetBackWhenTheContainerIsKilled() {
        List<Byte> before = pty.settings();
        Gatun.Running running = run("-it", "sh", "-c", "stty -echo; echo ready; sleep 1000");
        pty.await("ready");
        running.awaitRelay();
        assertThat(pty.isRaw()).isTrue();
        gatun.run("gatun-oci", "kill", gatun.containers().getFirst(), "KILL").succeeded();
        assertThat(running.end().status()).isEqualTo(128 + Signal.SIGKILL);
        assertThat(pty.settings()).isEqualTo(before);
    }

    @Test
    void theLastOutputIsNotLost() {
        // one relay after another, each for a process that writes and ends at once
        String bundle = gatun.bundle(rootfs, "sleep", "1000").toString();
        gatun.run("gatun-oci", "run", "-d", "-b", bundle, "one").succeeded();
        String script = "for i in $(seq 25); do \"$@\" \"echo first; echo last $i\"; done <>\"$0\" >&0 2>&0";
        List<String> command = Gatun.commandLine("gatun-oci", "exec", "-t", "one", "sh", "-c");
        try (var second = new Pty(ROWS, COLUMNS)) {
            List<Pty> screens = List.of(pty, second);
            screens.forEach(screen -> screen.start(gatun, script, command));
            for (int i = 1; i <= 25; i++) {
                for (Pty screen : screens) {
                    screen.await("first\r\nlast " + i + "\r\n");
                }
            }
        }
    }

    @Test
    void aLargeOutputArrivesWhole() {
        Gatun.Running running = run("-it", "sh", "-c", "yes 123456789 | head -c " + LARGE + "; echo ended");
        pty.await("ended");
        assertThat(running.end().status()).isZero();
        assertThat(pty.shown()).hasSize(LARGE / 10 * "123456789\r\n".length() + "ended\r\n".length());
    }

    @Test
    void aLargeInputArrivesWholeAlsoIfItIsShownMeanwhile() {
        Gatun.Running running = run("-it", "sh", "-c", "stty -echo; echo ready; cat; echo ended");
        pty.await("ready");
        running.awaitRelay();
        int lines = 10_000;
        Thread typist = Thread.ofPlatform().start(() -> {
            for (int i = 0; i < lines / 100; i++) {
                pty.type("123456789\n".repeat(100));
            }
            pty.type("\004");
        });
        pty.await("ended");
        assertThat(running.end().status()).isZero();
        assertThat(typist.isAlive()).isFalse();
        assertThat(pty.shown()).hasSize("ready\r\nended\r\n".length() + lines * "123456789\r\n".length());
    }

    @Test
    void theEndOfTheInputIsTheContainersToo() {
        var words = new ArrayList<>(Gatun.commandLine("gatun", "run", "--rm", "-it", rootfs.toString(), "cat"));
        Gatun.Running running = gatun.start(gatun.builder(words)).type("typed\n");
        assertThat(running.result()).isEqualTo(new Gatun.Result(0, "typed\r\ntyped\r\n", ""));
    }

    @Test
    void withoutInputWhatIsTypedIsLeftToTheUser() {
        List<Byte> before = pty.settings();
        Gatun.Running running =
                run("-t", "sh", "-c", "tty; stty size; trap 'exit 9' TERM; echo ready; while :; do sleep 0.1; done");
        pty.await("/dev/pts/0").await(ROWS + " " + COLUMNS).await("ready");
        running.awaitRelay();
        pty.type("for the shell\n");
        pty.await("for the shell");
        assertThat(pty.settings()).as("typing is as before").isEqualTo(before);
        assertThat(pty.unread()).isEqualTo("for the shell\n".length());
        running.signal(Signal.SIGTERM);
        assertThat(running.end().status()).isEqualTo(9);
        assertThat(pty.unread()).isEqualTo("for the shell\n".length());
    }

    @Test
    void aResizeThatIsNotTheTerminalsIsPassedOver() {
        var running = gatun.start(gatun.builder(Gatun.commandLine(
                "gatun",
                "run",
                "--rm",
                "-it",
                rootfs.toString(),
                "sh",
                "-c",
                "stty rows 11 cols 22; echo ready; read line; stty size")));
        running.awaitOutput("ready").awaitRelay();
        running.signal(Signal.SIGWINCH);
        assertThat(running.type("\n").result().out()).contains("11 22");
    }

    @Test
    void gatunOciCarriesTheTerminalOfABundleAndOfAnAddedProcess() {
        List<Byte> before = pty.settings();
        String bundle = gatun.bundle(new SpecTemplate(List.of("sh")).usual().terminal(Optional.empty()), rootfs)
                .toString();
        Gatun.Running shell = pty.start(gatun, "gatun-oci", "run", "-b", bundle, "one");
        shell.awaitRelay();
        pty.await("# ").type("stty size\n");
        pty.await(ROWS + " " + COLUMNS).await("# ");
        try (var second = new Pty(12, 34)) {
            Gatun.Running added =
                    second.start(gatun, "gatun-oci", "exec", "-t", "one", "sh", "-c", "stty size; read line");
            second.await("12 34").type("\n");
            assertThat(added.end().status()).isZero();
        }
        pty.type("exit 3\n");
        assertThat(shell.end().status()).isEqualTo(3);
        assertThat(pty.settings()).isEqualTo(before);
    }
}
