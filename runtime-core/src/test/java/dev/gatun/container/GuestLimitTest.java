package dev.gatun.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.cgroup.Stats;
import dev.gatun.linux.Errno;
import dev.gatun.oci.Resources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What limits do that need huge pages, swap, two nodes or version 2, which not every host has: in virtual machines. */
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
    @Tag("legacy")
    void hugePagesAreLimitedAndCounted() {
        bundle.mount("/huge", "hugetlbfs", "none", "pagesize=2M")
                .set("linux.resources.hugepageLimits", "[{pageSize: '2MB', limit: 4194304}]")
                .script("for file in 1 2 3; do fallocate -l 2M /huge/$file && echo took $file; done; echo done;"
                        + " exec sleep 1000")
                .start();
        Await.until(() -> bundle.text().endsWith("done"));

        assertThat(bundle.text().lines()).contains("took 1", "took 2").doesNotContain("took 3");
        Stats stats = bundle.control.stats(bundle.containerId());
        assertThat(stats.hugepages()).hasEntrySatisfying("2MB", pages -> {
            assertThat(pages.usage()).isEqualTo(4 << 20);
            assertThat(pages.failures()).isPositive();
        });
    }

    @Test
    @Tag("legacy")
    void hugePagesAreReservedWithinTheLimit() throws Exception {
        assertThat(reserve(4 << 20)).isZero();
        assertThat(reserve(6 << 20)).isZero();
        bundle.set("linux.resources.hugepageLimits", "[{pageSize: '2MB', limit: 4194304}]");

        assertThat(reserve(4 << 20)).isZero();
        assertThat(reserve(6 << 20)).isEqualTo(Errno.ENOMEM.number());
    }

    private int reserve(int bytes) throws IOException {
        Path program = bundle.file("bin/reserve", "", "rwxr-xr-x");
        Files.write(program, MachineCode.reserveHugePages(bytes));
        return bundle.args("/bin/reserve").run().status();
    }

    /** The machine has a processor and half of its memory in each of two nodes. */
    @Test
    @Tag("legacy")
    void memoryIsTakenFromTheNodesOfTheSet() {
        String nodes = "sed -n 's/.*heap.* N\\([0-9]\\)=.*/\\1/p' /proc/self/numa_maps; grep Mems_allowed_list"
                + " /proc/self/status | cut -f 2";

        assertThat(bundle.set("linux.resources.cpu", "{cpus: '0', mems: '1'}")
                        .run(nodes)
                        .text())
                .isEqualTo("1\n1");
        assertThat(bundle.set("linux.resources.cpu", "{cpus: '1', mems: '0'}")
                        .run(nodes)
                        .text())
                .isEqualTo("0\n0");
    }

    @Test
    @Tag("legacy")
    void whatDoesNotFitIntoMemoryIsSwappedOutAsFarAsAllowed() throws Exception {
        String take = "dd if=/dev/zero of=/dev/null bs=32M count=1 2>/dev/null && echo took it";
        try (var _ = SwapFile.of(DISK.resolve("swap"), 64)) {
            bundle.set("linux.resources.memory", "{limit: 16777216, swap: 67108864}");
            assertThat(bundle.run(take).text()).isEqualTo("took it");
            bundle.set("linux.resources.memory", "{limit: 16777216, swap: 20971520}");
            assertThat(bundle.run(take).status()).isEqualTo(137);
        }
    }

    @Test
    void aLimitIsNotLoweredBelowWhatIsUsedIfThatIsToBeChecked() {
        bundle.script("dd if=/dev/zero of=/dev/shm/file bs=1M count=20 2>/dev/null; echo took it; exec sleep 1000")
                .start();
        Await.until(() -> bundle.text().equals("took it"));
        Resources lower = TestBundle.resources("{memory: {limit: 8388608, swap: 8388608, checkBeforeUpdate: true}}");

        assertThatThrownBy(() -> bundle.control.update(bundle.containerId(), lower))
                .hasMessageContaining("8388608 <= usage 2");
        assertThat(bundle.control.processes(bundle.containerId())).hasSize(1);
    }

    /** It counts encrypted virtual machines, for which this one's processor has no keys. */
    @Test
    void whatTheMachineHasNoneOfCannotBeLimited() {
        bundle.set("linux.resources.unified", "{'misc.max': 'sev 1'}");

        assertThatThrownBy(bundle::start).hasMessageContaining("misc.max").hasMessageContaining("EINVAL");
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
