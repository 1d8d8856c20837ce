package dev.gatun.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Limits that podman sets, and what it measures. */
@Tag("clients")
@Timeout(value = 3, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PodmanResourcesTest {
    /** Prints the memory limit, of cgroup v1 or v2. */
    private static final String LIMIT =
            "cat /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null || cat /sys/fs/cgroup/memory.max";

    @TempDir
    static Path folder;

    private static Podman podman;

    @BeforeAll
    static void begin() {
        podman = new Podman(folder);
    }

    @AfterAll
    static void end() {
        if (podman != null) {
            podman.close();
        }
    }

    @Test
    void tooManyProcessesAreRefused() {
        Room.Result result = podman.sh(
                List.of("--pids-limit=5"), "i=0; while [ $i -lt 8 ]; do sleep 1 & i=$((i+1)); done; echo all; wait");
        assertThat(result.err()).contains("can't fork");
        assertThat(result.out()).doesNotContain("all");
    }

    @Test
    void tooMuchMemoryEndsTheContainer() {
        List<String> limit = List.of("--memory=16m", "--memory-swap=16m");
        podman.sh(limit, "exec dd if=/dev/zero of=/dev/null bs=100M count=1").endedWith(137);
        podman.sh(List.of("--memory=200m"), "dd if=/dev/zero of=/dev/null bs=100M count=1")
                .succeeded();
    }

    @Test
    void statsMeasuresARunningContainer() {
        String id = podman.start("--memory=64m");
        List<String> fields = List.of(
                podman.run("stats", "--no-stream", "--no-reset", "--format={{.PIDs}};{{.MemUsage}};{{.CPUPerc}}", id)
                        .succeeded()
                        .text()
                        .split(";"));
        assertThat(Integer.parseInt(fields.get(0))).isBetween(1, 3);
        assertThat(fields.get(1)).endsWith("/ 67.11MB").doesNotStartWith("0B");
        assertThat(fields.get(2)).endsWith("%");
        podman.run("rm", "--force", "--time=0", id).succeeded();
    }

    @Test
    void topListsTheProcesses() {
        String id = podman.run("run", "-d", "--network=none", Podman.IMAGE, "sh", "-c", "sleep 999 & exec sleep 998")
                .succeeded()
                .text();
        Room.await(
                "both processes",
                () -> podman.run("top", id, "pid", "args").lines().size() == 3);
        assertThat(podman.run("top", id, "pid", "args").succeeded().lines())
                .anyMatch(line -> line.matches("1 +sleep 998 *"))
                .anyMatch(line -> line.matches("[0-9]+ +sleep 999 *"));
        podman.run("rm", "--force", "--time=0", id).succeeded();
    }

    @Test
    void updateChangesALimit() {
        String id = podman.start("--memory=64m");
        podman.run("update", "--memory=96m", "--cpus=0.5", id).succeeded();
        assertThat(podman.run("exec", id, "sh", "-c", LIMIT).succeeded().text()).isEqualTo(Integer.toString(96 << 20));
        podman.run("rm", "--force", "--time=0", id).succeeded();
    }

    @Test
    void processorLimitsAreSet() {
        assertThat(podman.sh(
                                List.of("--cpus=0.5", "--cpu-shares=512", "--cpuset-cpus=0", "--cgroupns=host"),
                                "grep Cpus_allowed_list /proc/self/status | cut -f2")
                        .succeeded()
                        .text())
                .isEqualTo("0");
        String id = podman.start("--cpus=0.5", "--cpu-shares=512");
        String quota = podman.run(
                        "exec",
                        id,
                        "sh",
                        "-c",
                        "cat /sys/fs/cgroup/cpu*/cpu.cfs_quota_us /sys/fs/cgroup/cpu*/cpu.shares 2>/dev/null || cat /sys/fs/cgroup/cpu.max /sys/fs/cgroup/cpu.weight")
                .text();
        Assumptions.assumeFalse(quota.isEmpty(), "the container sees no control group of processors");
        assertThat(quota.lines().findFirst().orElseThrow()).startsWith("50000");
        podman.run("rm", "--force", "--time=0", id).succeeded();
    }

    @Test
    void devicesThatAreNotAllowedCannotBeOpened() {
        Room.Result made = podman.sh(List.of("--cap-add=mknod"), "mknod /tmp/kmsg c 1 11 && cat /tmp/kmsg");
        assertThat(made.err()).containsIgnoringCase("operation not permitted");
        podman.sh(List.of("--device-cgroup-rule=c 1:3 rwm"), "mknod /tmp/null c 1 3 && echo x > /tmp/null")
                .succeeded();
    }
}
