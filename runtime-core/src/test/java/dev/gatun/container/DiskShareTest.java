package dev.gatun.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How two containers share a disk that both read from as fast as they can, on hosts of either version. */
@Tag("kernel")
@Tag("cgroup")
@Timeout(120)
class DiskShareTest {
    private static final int MILLIS = 3000;

    private static int start(TestBundle bundle, String id, String settings) {
        bundle.id = id;
        return bundle.set("linux.resources", "{devices: [{allow: true, access: 'rwm'}], " + settings + "}")
                .args("/bin/dd", "if=/dev/disk", "of=/dev/null", "iflag=direct", "bs=64k")
                .start()
                .status()
                .pid();
    }

    /** The bytes that a process has had read from disks. */
    private static long read(int pid) {
        return Long.parseLong(HostShell.run("sed -n 's/^read_bytes: //p' /proc/" + pid + "/io"));
    }

    /** How many times as much is read by the container whose settings come first. */
    private static double advantage(TestBundle bundle, String favouredSettings, String otherSettings) throws Exception {
        int favoured = start(bundle, "favoured", favouredSettings);
        int other = start(bundle, "other", otherSettings);
        Await.until(() -> read(favoured) > 0 && read(other) > 0);
        long ofFavoured = read(favoured);
        long ofOther = read(other);
        Thread.sleep(MILLIS);
        double advantage = (double) (read(favoured) - ofFavoured) / (read(other) - ofOther);
        for (String id : List.of("favoured", "other")) {
            bundle.containers.delete(new ContainerId(id), true);
        }
        return advantage;
    }

    private static LoopDevice disk(TestBundle bundle) {
        assumeTrue(Files.exists(Path.of("/dev/loop0")), "there are no loop devices");
        // of a file without blocks in memory: to read from it costs nothing, and is as if it were a disk to the queue
        LoopDevice disk = LoopDevice.of("/dev/shm/" + bundle.folder.getFileName(), "1000G");
        disk.addTo(bundle);
        return disk;
    }

    @Test
    void weightsAreTheirShares() throws Exception {
        try (var bundle = new TestBundle();
                LoopDevice disk = disk(bundle)) {
            assumeTrue(disk.schedulers().contains("bfq"), "the kernel has no scheduler BFQ");
            disk.queue("scheduler", "bfq");
            // otherwise it guesses which process somebody waits for, and favours that; or fills pauses with the other's
            disk.queue("iosched/low_latency", "0");
            disk.queue("iosched/strict_guarantees", "1");

            assertThat(advantage(bundle, "blockIO: {weight: 500}", "blockIO: {weight: 500}"))
                    .isBetween(0.5, 2.0);
            assertThat(advantage(bundle, "blockIO: {weight: 1000}", "blockIO: {weight: 100}"))
                    .isGreaterThan(4);
            String ofDevice =
                    "blockIO: {weight: 100, weightDevice: [{major: 7, minor: " + disk.number() + ", weight: 1000}]}";
            assertThat(advantage(bundle, ofDevice, "blockIO: {weight: 100}")).isGreaterThan(4);
        }
    }

    /** Without the BFQ scheduler version 2 shares by what the kernel thinks that a disk can do: Documentation, "IO Cost". */
    @Test
    @Tag("guest")
    void weightsOfVersion2AreTheirShares() throws Exception {
        Path root = Path.of("/sys/fs/cgroup");
        assumeTrue(Files.exists(root.resolve("io.cost.model")), "only version 2 has it, in kernels that count costs");
        try (var bundle = new TestBundle();
                LoopDevice disk = disk(bundle)) {
            Files.writeString(
                    root.resolve("io.cost.model"),
                    disk.id() + " ctrl=user rbps=20000000 rseqiops=300 rrandiops=300 wbps=20000000 wseqiops=300"
                            + " wrandiops=300");
            Files.writeString(root.resolve("io.cost.qos"), disk.id() + " enable=1 ctrl=user min=100 max=100");

            assertThat(advantage(bundle, "unified: {'io.weight': '500'}", "unified: {'io.weight': '500'}"))
                    .isBetween(0.5, 2.0);
            assertThat(advantage(bundle, "unified: {'io.weight': '1000'}", "unified: {'io.weight': '100'}"))
                    .isGreaterThan(4);
        }
    }
}
