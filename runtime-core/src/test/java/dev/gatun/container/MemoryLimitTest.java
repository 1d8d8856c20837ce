package dev.gatun.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gatun.cgroup.CgroupFiles;
import dev.gatun.cgroup.Creation;
import dev.gatun.cgroup.Group;
import dev.gatun.cgroup.GroupPaths;
import dev.gatun.cgroup.Layout;
import dev.gatun.oci.Resources;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the settings of memory do beside ending who takes too much, on hosts of either version as far as both have them. */
@Tag("kernel")
@Tag("cgroup")
@Timeout(60)
class MemoryLimitTest {
    private static final long SMALL = 16 << 20;
    private static final boolean UNIFIED = Layout.read().isUnified();

    /**
     * How many bytes of a file of 16 MiB stay in memory, when another container of the pod reads more than the pod's
     * memory holds.
     */
    private static long kept(String settings) {
        try (var bundle = new TestBundle()) {
            String pod = bundle.groupPath() + "-pod";
            GroupPaths paths = GroupPaths.of(Layout.read(), Optional.of(pod), "");
            Resources limit = TestBundle.resources("{memory: {limit: 41943040}}");
            Group group = Group.make(bundle.kernel, Creation.ofParent(paths, limit, CgroupFiles.HOST));
            String disk = System.getProperty("gatun.test.disk", bundle.folder.toString());
            String files = HostShell.run("mktemp -d -p " + disk);
            // past the cache: what is there already, others have brought in, and theirs it remains
            HostShell.run("cd " + files + " && dd if=/dev/zero of=small bs=1M count=16 oflag=direct 2>/dev/null"
                    + " && dd if=/dev/zero of=large bs=1M count=64 oflag=direct 2>/dev/null");
            try {
                bundle.mount("/files", "bind", files, "bind", "ro")
                        .set("linux.cgroupsPath", "'" + pod + "/one'")
                        .set("linux.resources.memory", settings)
                        .script("cat /files/small >/dev/null; echo read; exec sleep 1000")
                        .start();
                Await.until(() -> bundle.text().equals("read"));
                bundle.id = "other";
                bundle.set("linux.cgroupsPath", "'" + pod + "/other'").remove("linux.resources.memory");
                bundle.run("for i in 1 2 3; do cat /files/large >/dev/null; done");
                long kept =
                        bundle.control.stats(new ContainerId("test")).memory().cache();
                bundle.containers.delete(new ContainerId("test"), true);
                return kept;
            } finally {
                group.remove();
                HostShell.run("rm -r " + files);
            }
        }
    }

    @Test
    void whatIsReservedIsNotTakenForOthers() {
        assumeTrue(UNIFIED, "version 1 does not protect what is below the soft limit");
        assertThat(kept("{}")).isLessThan(SMALL / 2);
        assertThat(kept("{reservation: 25165824}")).isGreaterThan(SMALL * 9 / 10);
    }

    @Test
    void withoutTheKillerWhoTakesTooMuchWaits() throws Exception {
        assumeFalse(UNIFIED, "version 2 has no such setting");
        try (var bundle = new TestBundle()) {
            bundle.set("linux.resources.memory", "{limit: 16777216, swap: 16777216, disableOOMKiller: true}")
                    .script("echo begun; dd if=/dev/zero of=/dev/null bs=32M count=1 2>/dev/null && echo took it")
                    .start();
            Await.until(() -> bundle.text().equals("begun"));
            Thread.sleep(500);
            assertThat(bundle.text()).isEqualTo("begun");
            assertThat(bundle.control.processes(bundle.containerId())).isNotEmpty();

            bundle.control.update(
                    bundle.containerId(), TestBundle.resources("{memory: {limit: 67108864, swap: 67108864}}"));
            TestBundle.Outcome outcome = bundle.end();
            assertThat(outcome.text()).endsWith("took it");
            assertThat(outcome.status()).isZero();
        }
    }

    /** How many bytes a connection takes whose other end does not read. */
    private static long queued(String settings) {
        try (var bundle = new TestBundle()) {
            bundle.set("linux.resources.memory", settings);
            String sizes = bundle.run("busybox nc -l -p 7000 -e sleep 1000 & sleep 0.5;"
                            + " dd if=/dev/zero bs=4k 2>/dev/null | busybox nc 127.0.0.1 7000 & sleep 2;"
                            + " sed -n 's/.* \\(........\\):\\(........\\) ..:.*/\\1 \\2/p' /proc/net/tcp")
                    .text();
            return sizes.lines()
                    .flatMap(line -> Arrays.stream(line.split(" ")))
                    .mapToLong(size -> Long.parseLong(size, 16))
                    .sum();
        }
    }

    @Test
    void connectionsTakeNoMoreThanAllowed() {
        assumeFalse(UNIFIED, "version 2 counts it as memory");
        assertThat(queued("{}")).isGreaterThan(1 << 20);
        assertThat(queued("{kernelTCP: 65536}")).isLessThan(1 << 18);
    }
}
