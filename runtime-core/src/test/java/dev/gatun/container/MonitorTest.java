package dev.gatun.container;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.linux.Signal;
import dev.gatun.oci.State;
import dev.gatun.program.Monitor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The small process that stays beside a container and keeps its exit status. */
@Tag("kernel")
class MonitorTest {
    private static final int MAX_KIBIBYTES = 200;

    private final TestBundle bundle = new TestBundle();
    private int monitor;

    @BeforeEach
    void useIt() {
        bundle.monitor = true;
    }

    @AfterEach
    void clean() {
        bundle.close();
        if (monitor > 0) {
            Launch.reap(bundle.kernel, monitor);
        }
    }

    private int start() {
        int pid = bundle.start().status().pid();
        monitor = parent(pid);
        return pid;
    }

    private static int parent(int pid) {
        String stat = TestBundle.read(Path.of("/proc/" + pid + "/stat"));
        return Integer.parseInt(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[1]);
    }

    /** The exit status as it was written down, once it is. */
    private int exitStatus() {
        Path file = bundle.state.exitFile(bundle.containerId());
        Await.until(() -> file.toFile().length() == Monitor.STATUS_SIZE);
        try {
            return Monitor.exitCode(ByteBuffer.wrap(Files.readAllBytes(file))
                    .order(ByteOrder.nativeOrder())
                    .getInt());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void theExitStatusIsKept() {
        bundle.script("read line </out/fifo; exit 42")
                .args("/bin/sh", "-c", "trap 'exit 42' TERM; while true; do sleep 0.01; done");
        start();
        Await.until(() -> caughtTerm());
        bundle.containers.kill(bundle.containerId(), Signal.SIGTERM);
        assertThat(exitStatus()).isEqualTo(42);
        assertThat(bundle.state.get(bundle.containerId()).status()).isEqualTo(State.Status.STOPPED);
    }

    private boolean caughtTerm() {
        String status = TestBundle.read(
                Path.of("/proc/" + bundle.state.get(bundle.containerId()).pid() + "/status"));
        return status.lines()
                .filter(line -> line.startsWith("SigCgt:"))
                .anyMatch(line ->
                        (Long.parseLong(line.substring("SigCgt:".length()).strip(), 16) & 1 << 14) != 0);
    }

    @Test
    void theSignalThatKilledItIsKept() {
        bundle.args("/bin/sleep", "1000");
        start();
        bundle.containers.kill(bundle.containerId(), Signal.SIGKILL);
        assertThat(exitStatus()).isEqualTo(128 + Signal.SIGKILL);
    }

    @Test
    void theExitStatusOfACreatedContainerThatIsKilledIsKept() {
        int pid = bundle.create().status().pid();
        monitor = parent(pid);
        bundle.containers.kill(bundle.containerId(), Signal.SIGKILL);
        assertThat(exitStatus()).isEqualTo(137);
    }

    @Test
    void theMonitorIsTheContainersParentAndOursIsItsChild() {
        bundle.args("/bin/sleep", "1000");
        start();
        assertThat(parent(monitor)).isEqualTo((int) ProcessHandle.current().pid());
    }

    @Test
    void theMonitorTakesHardlyAnyMemory() {
        bundle.args("/bin/sleep", "1000");
        start();
        long resident = TestBundle.read(Path.of("/proc/" + monitor + "/smaps_rollup"))
                .lines()
                .filter(line -> line.startsWith("Rss:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D+", "")))
                .findFirst()
                .orElseThrow();
        assertThat(resident).isBetween(1L, (long) MAX_KIBIBYTES);
    }

    @Test
    void theMonitorHoldsNothingOpenButTheFileForTheStatus() throws IOException {
        bundle.args("/bin/sleep", "1000");
        start();
        Path descriptors = Path.of("/proc/" + monitor + "/fd");
        Path file = bundle.state.exitFile(bundle.containerId());
        Await.until(() -> numbersAboveTwo(descriptors) == 1);
        try (Stream<Path> links = Files.list(descriptors)) {
            Path only = links.filter(link -> Integer.parseInt(link.getFileName().toString()) > 2)
                    .findFirst()
                    .orElseThrow();
            assertThat(Files.readSymbolicLink(only)).isEqualTo(file);
        }
    }

    private static long numbersAboveTwo(Path descriptors) {
        try (Stream<Path> links = Files.list(descriptors)) {
            return links.filter(link -> Integer.parseInt(link.getFileName().toString()) > 2)
                    .count();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void deletingTheContainerEndsTheMonitor() {
        bundle.args("/bin/sleep", "1000");
        start();
        bundle.containers.delete(bundle.containerId(), true);
        assertThat(Path.of("/proc/" + monitor)).as("its zombie").doesNotExist();
        monitor = 0;
    }

    /** The kernel is to take the container rather than who tells of that. */
    @Test
    void theContainersOomScoreIsNotTheMonitors() {
        bundle.set("process.oomScoreAdj", "500").args("/bin/sleep", "1000");
        int pid = start();
        assertThat(oomScore(pid)).isEqualTo("500");
        Await.until(() ->
                oomScore(monitor).equals(oomScore((int) ProcessHandle.current().pid())));
    }

    private static String oomScore(int pid) {
        return TestBundle.read(Path.of("/proc/" + pid + "/oom_score_adj")).strip();
    }
}
