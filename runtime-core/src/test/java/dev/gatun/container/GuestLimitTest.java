package dev.gatun.container;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.cgroup.Stats;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What limits do that need huge pages, swap or version 2, which not every host has: in the virtual machine. */
@Tag("guest")
@Timeout(60)
class GuestLimitTest {
    private static final Path DISK = Path.of(System.getProperty("gatun.test.disk", "/disk"));

    private final TestBundle bundle = new TestBundle();

    @AfterEach
    void close() {
        bundle.close();
    }

    @Test
    void hugePagesAreLimitedAndCounted() {
        bundle.mount("/huge", "hugetlbfs", "none", "pagesize=2M")
                .set("linux.resources.hugepageLimits", "[{pageSize: '2MB', limit: 4194304}]")
                .script("for file in 1 2 3; do fallocate -l 2M /huge/$file && echo took $file; done; echo done;"
                        + " exec sleep 1000")
                .start();
        Await.until(() -> bundle.text().endsWith("done"));

        assertThat(bundle.text().lines()).contains("took 1", "took 2").doesNotContain("took 3");
        Stats stats = new GroupControl(bundle.kernel, bundle.state).stats(bundle.containerId());
        assertThat(stats.hugepages()).hasEntrySatisfying("2MB", pages -> {
            assertThat(pages.usage()).isEqualTo(4 << 20);
            assertThat(pages.failures()).isPositive();
        });
    }

    @Test
    void whatDoesNotFitIntoMemoryIsSwappedOutAsFarAsAllowed() throws Exception {
        String take = "dd if=/dev/zero of=/dev/null bs=32M count=1 2>/dev/null && echo took it";
        String file = DISK.resolve("swap").toString();
        HostShell.run("dd if=/dev/zero of=" + file + " bs=1M count=64 2>/dev/null && chmod 600 " + file + " && mkswap "
                + file + " && swapon " + file);
        try {
            bundle.set("linux.resources.memory", "{limit: 16777216, swap: 67108864}");
            assertThat(bundle.run(take).text()).isEqualTo("took it");
            bundle.set("linux.resources.memory", "{limit: 16777216, swap: 20971520}");
            assertThat(bundle.run(take).status()).isEqualTo(137);
        } finally {
            HostShell.run("swapoff " + file);
            Files.delete(Path.of(file));
        }
    }

    @Test
    void filesOfVersion2AreWritten() {
        bundle.set("linux.resources.unified", "{'pids.max': '3', 'memory.max': '16777216', 'memory.swap.max': '0'}");
        assertThat(bundle.run("for i in 1 2 3 4; do sleep 1000 & done; echo survived")
                        .text())
                .contains("can't fork")
                .doesNotContain("survived");
        assertThat(bundle.run("exec dd if=/dev/zero of=/dev/null bs=32M count=1")
                        .status())
                .isEqualTo(137);
    }
}
