package dev.gatun.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gatun.cgroup.Layout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How fast containers write to a disk and read from it, on hosts of either version. */
@Tag("kernel")
@Tag("cgroup")
@Timeout(120)
class DiskLimitTest {
    private static final int RATE = 4 << 20;
    private static final double SECONDS = 3;
    private static final String COPY = " bs=1M count=" + (int) (SECONDS * RATE / (1 << 20));
    private static final String WRITE = "dd if=/dev/zero of=/disk/file oflag=direct" + COPY;
    private static final String READ = "dd if=/disk/file of=/dev/null iflag=direct" + COPY;
    private static final Pattern TOOK = Pattern.compile("took ([0-9.]+)");

    /** A machine that has other things to do takes longer than allowed, but not each time. */
    private static final int ATTEMPTS = 3;

    private final TestBundle bundle = new TestBundle();
    private Path disk;
    private String limit;

    /** The virtual machine has a disk for it; elsewhere it is the one with the temporary files. */
    @BeforeEach
    void mountDisk() throws IOException {
        disk = Files.createTempDirectory(Path.of(System.getProperty("gatun.test.disk", bundle.folder.toString())), "d");
        long device = (long) Files.getAttribute(disk, "unix:dev");
        long major = device >> 8 & 0xfff;
        long minor = device & 0xff;
        assumeTrue(Files.exists(Path.of("/sys/dev/block/" + major + ":" + minor)), disk + " is on no block device");
        limit = "[{major: " + major + ", minor: " + minor + ", rate: " + RATE + "}]";
        bundle.mount("/disk", "bind", disk.toString(), "bind", "rw");
        assumeTrue(seconds(WRITE, SECONDS / 2) < SECONDS / 2, "the disk is as slow as the limit");
    }

    @AfterEach
    void close() throws IOException {
        Files.deleteIfExists(disk.resolve("file"));
        Files.delete(disk);
        bundle.close();
    }

    /** How long a container's dd takes at best, tried again if that is more than {@code most}. */
    private double seconds(String dd, double most) {
        double best = Double.MAX_VALUE;
        for (int attempt = 0; attempt < ATTEMPTS && best > most; attempt++) {
            String text = bundle.run("time -f 'took %e' " + dd).text();
            Matcher matcher = TOOK.matcher(text);
            assertThat(matcher.find()).as(text).isTrue();
            best = Math.min(best, Double.parseDouble(matcher.group(1)));
        }
        return best;
    }

    private void takesItsTime(String dd) {
        assertThat(seconds(dd, SECONDS * 1.3)).isBetween(SECONDS * 0.7, SECONDS * 1.3);
    }

    @Test
    void writingIsThrottled() {
        bundle.set("linux.resources.blockIO.throttleWriteBpsDevice", limit);
        takesItsTime(WRITE);
    }

    @Test
    void readingIsThrottled() {
        bundle.set("linux.resources.blockIO.throttleReadBpsDevice", limit);
        takesItsTime(READ);
    }

    @Test
    void operationsOfReadingAreThrottled() {
        bundle.set("linux.resources.blockIO.throttleReadIOPSDevice", limit.replace("rate: " + RATE, "rate: 40"));
        takesItsTime("dd if=/disk/file of=/dev/null iflag=direct bs=4k count=" + (int) (SECONDS * 40));
    }

    @Test
    void operationsOfWritingAreThrottled() {
        bundle.set("linux.resources.blockIO.throttleWriteIOPSDevice", limit.replace("rate: " + RATE, "rate: 40"));
        takesItsTime("dd if=/dev/zero of=/disk/file conv=notrunc oflag=direct bs=4k count=" + (int) (SECONDS * 40));
    }

    /** Only version 2 knows who has written what the kernel writes to the disk later: whoever was first to write to a file. */
    @Test
    void writingThroughTheCacheIsThrottled() {
        assumeTrue(Layout.read().isUnified(), "the group that owns a page of the cache is not throttled in version 1");
        bundle.set("linux.resources.blockIO.throttleWriteBpsDevice", limit);
        takesItsTime("sh -c 'rm /disk/file; dd if=/dev/zero of=/disk/file conv=fsync" + COPY + "'");
    }
}
