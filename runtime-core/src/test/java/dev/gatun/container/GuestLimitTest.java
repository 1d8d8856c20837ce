package dev.gatun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What limits do that need a disk, or huge pages, which nobody else uses: in the virtual machine. */
@Tag("guest")
@Timeout(60)
class GuestLimitTest {
    private static final Path DISK = Path.of(System.getProperty("gatun.test.disk", "/disk"));
    private static final int RATE = 4 << 20;
    private static final int SECONDS = 3;
    private static final Pattern TOOK = Pattern.compile("took ([0-9.]+)");

    private static String device() throws IOException {
        long device = (long) Files.getAttribute(DISK, "unix:dev");
        return "major: " + (device >> 8 & 0xfff) + ", minor: " + (device & 0xff);
    }

    /** How long the container's dd took. */
    private static double seconds(TestBundle bundle, String dd) {
        String text = bundle.run("busybox time -f 'took %e' " + dd).text();
        Matcher matcher = TOOK.matcher(text);
        assertThat(matcher.find()).as(text).isTrue();
        return Double.parseDouble(matcher.group(1));
    }

    @Test
    void aDiskIsWrittenToAndReadFromNoFasterThanAllowed() throws IOException {
        try (var bundle = new TestBundle()) {
            bundle.mount("/disk", "bind", DISK.toString(), "bind", "rw");
            String copy = "bs=1M count=" + SECONDS * RATE / (1 << 20);
            String write = "dd if=/dev/zero of=/disk/limited oflag=direct " + copy;
            String read = "dd if=/disk/limited of=/dev/null iflag=direct " + copy;
            assertThat(seconds(bundle, write)).as("without a limit").isLessThan(SECONDS * 0.5);
            String limit = "[{" + device() + ", rate: " + RATE + "}]";
            bundle.set("linux.resources.blockIO.throttleWriteBpsDevice", limit)
                    .set("linux.resources.blockIO.throttleReadBpsDevice", limit);

            assertThat(seconds(bundle, write)).isBetween(SECONDS * 0.7, SECONDS * 1.3);
            assertThat(seconds(bundle, read)).isBetween(SECONDS * 0.7, SECONDS * 1.3);
        } finally {
            Files.deleteIfExists(DISK.resolve("limited"));
        }
    }

    @Test
    void whatIsWrittenThroughTheCacheIsLimitedToo() throws IOException {
        try (var bundle = new TestBundle()) {
            bundle.mount("/disk", "bind", DISK.toString(), "bind", "rw")
                    .set("linux.resources.blockIO.throttleWriteBpsDevice", "[{" + device() + ", rate: " + RATE + "}]");
            String write = "dd if=/dev/zero of=/disk/limited conv=fsync bs=1M count=" + SECONDS * RATE / (1 << 20);

            assertThat(seconds(bundle, write)).isBetween(SECONDS * 0.7, SECONDS * 1.3);
        } finally {
            Files.deleteIfExists(DISK.resolve("limited"));
        }
    }

    @Test
    void hugePagesAreLimited() {
        try (var bundle = new TestBundle()) {
            bundle.mount("/huge", "hugetlbfs", "none", "pagesize=2M")
                    .set("linux.resources.hugepageLimits", "[{pageSize: '2MB', limit: 4194304}]");
            String take = "for file in 1 2 3; do busybox fallocate -l 2M /huge/$file && echo took $file; done";

            assertThat(bundle.run(take).lines()).contains("took 1", "took 2").doesNotContain("took 3");
        }
    }
}
