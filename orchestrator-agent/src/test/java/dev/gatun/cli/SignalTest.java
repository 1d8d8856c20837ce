package dev.gatun.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.linux.Signal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The process that a container in the foreground leaves with its caller: it passes signals on, and is small. */
@Tag("kernel")
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SignalTest {
    private static final String TRAPS =
            "for s in TERM INT HUP USR1; do trap \"echo got $s\" $s; done; echo ready; while :; do sleep 1000 & wait; done";
    private static final int RELAY_KIB = 200;

    @TempDir
    static Path shared;

    @TempDir
    Path folder;

    private static Rootfs rootfs;
    private Gatun gatun;

    @BeforeAll
    static void makeRootfs() {
        rootfs = Rootfs.in(shared);
    }

    @BeforeEach
    void begin() {
        gatun = new Gatun(folder);
    }

    @AfterEach
    void end() {
        gatun.close();
    }

    @Test
    void signalsReachTheContainerOfGatun() throws Exception {
        reach(gatun.start("gatun", "run", "--name", "one", "--rm", rootfs.toString(), "sh", "-c", TRAPS));
    }

    @Test
    void signalsReachTheContainerOfGatunOci() throws Exception {
        String bundle = gatun.bundle(rootfs, "sh", "-c", TRAPS).toString();
        reach(gatun.start("gatun-oci", "run", "-b", bundle, "one"));
    }

    @Test
    void signalsReachTheContainerOfATerminal() throws Exception {
        reach(gatun.start("gatun", "run", "--name", "one", "--rm", "-it", rootfs.toString(), "sh", "-c", TRAPS));
    }

    private void reach(Gatun.Running running) throws IOException {
        running.awaitOutput("ready").awaitRelay();
        assertThat(residentKib(running.pid())).isLessThanOrEqualTo(RELAY_KIB);
        running.signal(Signal.SIGTERM);
        running.awaitOutput("got TERM");
        running.signal(Signal.SIGINT);
        running.awaitOutput("got INT");
        running.signal(Signal.SIGSTOP);
        Gatun.await("the stop", () -> state(running.pid()) == 'T');
        running.signal(Signal.SIGHUP);
        running.signal(Signal.SIGCONT);
        running.awaitOutput("got HUP");
        running.signal(Signal.SIGUSR1);
        running.awaitOutput("got USR1");
        gatun.run("gatun-oci", "kill", "one", "9").succeeded();
        Gatun.Result result = running.end();
        assertThat(result.status()).isEqualTo(128 + Signal.SIGKILL);
        assertThat(result.out().lines()).containsExactly("ready", "got TERM", "got INT", "got HUP", "got USR1");
        assertThat(gatun.containers()).isEmpty();
    }

    @Test
    void whatIsAddedGetsTheSignalsOfItsOwnCaller() {
        String bundle = gatun.bundle(rootfs, "sleep", "1000").toString();
        gatun.run("gatun-oci", "run", "-d", "-b", bundle, "one").succeeded();
        var running = gatun.start("gatun-oci", "exec", "one", "sh", "-c", "echo ready; exec sleep 1000")
                .awaitOutput("ready")
                .awaitRelay();
        running.signal(Signal.SIGTERM);
        assertThat(running.end().status()).isEqualTo(128 + Signal.SIGTERM);
        assertThat(gatun.run("gatun-oci", "state", "one").json().field("status").string())
                .isEqualTo("running");
    }

    @Test
    void theRelayHasNoDescriptorsButThoseItNeeds() throws Exception {
        var plain = gatun.start("gatun", "run", "--rm", rootfs.toString(), "sh", "-c", "echo ready; sleep 1000")
                .awaitOutput("ready")
                .awaitRelay();
        awaitDescriptors(plain.pid(), List.of("pipe:", "pipe:", "pipe:"));
        var shown = gatun.start("gatun", "run", "--rm", "-it", rootfs.toString(), "sh", "-c", "echo ready; sleep 1000")
                .awaitOutput("ready")
                .awaitRelay();
        awaitDescriptors(
                shown.pid(),
                List.of("pipe:", "pipe:", "pipe:", "anon_inode:[signalfd]", "anon_inode:[signalfd]", "ptmx"));
    }

    private static void awaitDescriptors(long pid, List<String> expected) {
        Gatun.await("descriptors " + expected, () -> {
            List<String> now = descriptors(pid);
            return now.size() == expected.size()
                    && expected.stream().allMatch(part -> now.toString().contains(part));
        });
    }

    private static List<String> descriptors(long pid) {
        var descriptors = new TreeMap<Integer, String>();
        try (var links = Files.newDirectoryStream(Path.of("/proc", Long.toString(pid), "fd"))) {
            for (Path link : links) {
                descriptors.put(
                        Integer.valueOf(link.getFileName().toString()),
                        Files.readSymbolicLink(link).toString());
            }
        } catch (IOException closedMeanwhile) {
            return List.of();
        }
        return List.copyOf(descriptors.values());
    }

    private static char state(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
            return stat.charAt(stat.lastIndexOf(')') + 2);
        } catch (IOException gone) {
            return 'X';
        }
    }

    private static int residentKib(long pid) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc", Long.toString(pid), "smaps_rollup"))) {
            if (line.startsWith("Rss:")) {
                return Integer.parseInt(line.replaceAll("[^0-9]", ""));
            }
        }
        throw new IOException("no Rss");
    }
}
