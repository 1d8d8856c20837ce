package dev.gatun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What containers can have of an RDMA device, which the kernel makes of a network device: in virtual machines. */
@Tag("rdma")
@Timeout(60)
class RdmaTest {
    private static final String OPEN = "/usr/bin/ibv_devinfo -d rxe0";

    /** A server, which listens at port 18515 when it has all that it needs. */
    private static final String ALLOCATE = "/usr/bin/ibv_rc_pingpong -d rxe0 -g 0 & sleep 3;"
            + " grep -q ':4853 .* 0A ' /proc/net/tcp /proc/net/tcp6 && echo listens";

    private static final Path DEVICE = Path.of("/dev/infiniband/uverbs0");

    private final TestBundle bundle = new TestBundle();

    /** It stays: Linux 6.1 is not sound any more if a device goes after something was denied. */
    @BeforeEach
    void makeDevice() throws IOException {
        if (!Files.exists(DEVICE)) {
            HostShell.run("/bin/rdma link add rxe0 type rxe netdev lo");
        }
        long number = (long) Files.getAttribute(DEVICE, "unix:rdev");
        String numbers = "major: " + (number >> 8 & 0xfff) + ", minor: " + (number & 0xff);
        bundle.withoutNamespace("network")
                .add("linux.devices", "{path: '" + DEVICE + "', type: 'c', " + numbers + "}")
                .mount("/usr", "bind", "/usr", "bind", "ro")
                .mount("/etc/libibverbs.d", "bind", "/etc/libibverbs.d", "bind", "ro");
        bundle.link("lib", "usr/lib");
        bundle.link("lib64", "usr/lib64");
    }

    @AfterEach
    void close() {
        bundle.close();
    }

    /** What a container says whose use of the device is limited. */
    private String run(String limits, String script) {
        bundle.set("linux.resources", "{devices: [{allow: true, access: 'rwm'}], rdma: {rxe0: " + limits + "}}");
        return bundle.run(script).text();
    }

    @Test
    void itIsOpenedAsOftenAsAllowed() {
        assertThat(run("{hcaHandles: 1}", OPEN)).contains("hca_id");
        assertThat(run("{hcaHandles: 0}", OPEN)).contains("Failed to open device");
    }

    @Test
    void asManyObjectsAreAllocatedAsAllowed() {
        assertThat(run("{hcaObjects: 100}", ALLOCATE)).contains("listens");
        assertThat(run("{hcaObjects: 0}", ALLOCATE)).contains("Couldn't allocate PD");
    }
}
