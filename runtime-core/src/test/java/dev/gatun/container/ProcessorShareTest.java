package dev.gatun.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gatun.cgroup.Layout;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What containers get of processors that they want more of, on hosts of either version. */
@Tag("kernel")
@Tag("cgroup")
@Timeout(120)
class ProcessorShareTest {
    private static final int MILLIS = 3000;

    /** Uses 160 ms of a processor: 16 ticks of /proc/PID/stat. */
    private static final String BURN = "ticks() { read -r line </proc/self/stat; set -- ${line##*) };"
            + " now=$((${12} + ${13})); };"
            + " burn() { ticks; until=$((now + 16)); while [ $now -lt $until ]; do ticks; done; };";

    private static long used(TestBundle bundle, String id) {
        return bundle.control.stats(new ContainerId(id)).cpu().total();
    }

    private static void start(TestBundle bundle, String id, String settings) {
        bundle.id = id;
        bundle.set("linux.resources.cpu", "{cpus: '0', mems: '0', " + settings + "}")
                .script("while :; do :; done")
                .start();
    }

    /**
     * How many times as much of the processor the favoured container gets. The other one is made before, and ended after
     * it: with what is left, that would take its time.
     */
    private static double advantage(String favoured, String other) throws InterruptedException {
        try (var bundle = new TestBundle()) {
            start(bundle, "other", other);
            start(bundle, "favoured", favoured);
            long ofFavoured = used(bundle, "favoured");
            long ofOther = used(bundle, "other");
            Thread.sleep(MILLIS);
            double advantage = (double) (used(bundle, "favoured") - ofFavoured) / (used(bundle, "other") - ofOther);
            bundle.containers.delete(new ContainerId("favoured"), true);
            return advantage;
        }
    }

    /** In version 1 as 16 to 1, in version 2, by the weights that shares become, as 302 to 35. */
    @Test
    void sharesAreTheirShares() throws Exception {
        assertThat(advantage("shares: 4096", "shares: 256")).isBetween(4.0, 32.0);
    }

    @Test
    void whoIsIdleGetsWhatIsLeft() throws Exception {
        assertThat(advantage("shares: 1024", "idle: 1")).isGreaterThan(32);
    }

    /** How often the group had to wait that works for 160 ms, three times, where it has 100 ms of each second. */
    private static long throttled(String burst) {
        try (var bundle = new TestBundle()) {
            bundle.set("linux.resources.cpu", "{quota: 100000, period: 1000000" + burst + "}")
                    .script(BURN + " echo started; for i in 1 2 3; do sleep 3; burn; done; echo done; exec sleep 1000")
                    .start();
            Await.until(() -> !bundle.text().isEmpty());
            long before = throttledPeriods(bundle);
            Await.until(() -> bundle.text().endsWith("done"));
            return throttledPeriods(bundle) - before;
        }
    }

    private static long throttledPeriods(TestBundle bundle) {
        return bundle.control.stats(bundle.containerId()).cpu().throttledPeriods();
    }

    @Test
    void whatWasNotUsedIsSavedUpForABurst() {
        assertThat(throttled("")).isPositive();
        assertThat(throttled(", burst: 100000")).isZero();
    }

    /** Version 2 has no such settings, and few kernels of version 1. */
    @Test
    void realtimeTasksGetTheTimeThatIsGivenToThemAndNoMore() throws Exception {
        try (var bundle = new TestBundle()) {
            assumeTrue(
                    Layout.read().hierarchies().stream()
                            .anyMatch(hierarchy -> Files.exists(Path.of(hierarchy.mountPoint(), "cpu.rt_runtime_us"))),
                    "this kernel does not count realtime by group");
            bundle.set("process.scheduler", "{policy: 'SCHED_FIFO', priority: 1}")
                    .script("echo realtime; while :; do :; done");
            assertThatThrownBy(bundle::start).hasMessageContaining("EPERM");

            bundle.set(
                            "linux.resources.cpu",
                            "{cpus: '0', mems: '0', realtimeRuntime: 200000, realtimePeriod: 1000000}")
                    .start();
            Await.until(() -> bundle.text().equals("realtime"));
            long from = System.nanoTime();
            long before = used(bundle, bundle.id);
            Thread.sleep(MILLIS);
            double share = (double) (used(bundle, bundle.id) - before) / (System.nanoTime() - from);

            assertThat(share).isBetween(0.13, 0.27);
        }
    }
}
