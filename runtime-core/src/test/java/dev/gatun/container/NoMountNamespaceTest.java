package dev.gatun.container;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.linux.Signal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A container that shares the host's mount namespace has its mounts for itself all the same. */
@Tag("kernel")
@Tag("vm")
class NoMountNamespaceTest {
    private static final Path HOST_MOUNTS = Path.of("/proc/self/mountinfo");

    private final TestBundle bundle = new TestBundle();

    @BeforeEach
    void share() {
        bundle.withoutNamespace("mount");
    }

    @AfterEach
    void clean() {
        bundle.close();
    }

    @Test
    void whatIsMountedIsSeenInTheContainerOnly() throws IOException {
        List<String> before = Files.readAllLines(HOST_MOUNTS);
        bundle.add("linux.maskedPaths", "'/proc/cpuinfo'");
        Path volume = bundle.hostFolder("volume");
        bundle.mount("/volume", "bind", volume.toString(), "rbind");
        bundle.script("echo $$; echo x > /dev/null; ls -d /dev/pts/ptmx; wc -c < /proc/cpuinfo;"
                + " echo y > /sys/x; echo z > /volume/file; sleep 1000");

        int pid = bundle.start().status().pid();
        Await.until(() -> Files.exists(volume.resolve("file")));

        assertThat(Files.readAllLines(HOST_MOUNTS)).isEqualTo(before);
        assertThat(Files.readSymbolicLink(Path.of("/proc/" + pid + "/ns/mnt")))
                .isEqualTo(Files.readSymbolicLink(Path.of("/proc/self/ns/mnt")));
        assertThat(bundle.text()).isEqualTo("1\n/dev/pts/ptmx\n0\n/bin/sh: can't create /sys/x: Read-only file system");
        assertThat(bundle.exec("ls /proc/1/exe /dev/shm").status()).isZero();
        bundle.containers.kill(bundle.containerId(), Signal.SIGKILL);
        bundle.end();
        assertThat(bundle.rootfs.resolve("proc")).isEmptyDirectory();
        assertThat(bundle.rootfs.resolve("dev")).isEmptyDirectory();
    }

    @Test
    void theRootCanBeReadOnly() {
        bundle.mount("/out", "bind", bundle.hostFolder("out").toString(), "rbind");
        bundle.set("root.readonly", "true").script("touch /x").start();
        bundle.end();
        assertThat(TestBundle.read(bundle.folder.resolve("out/text"))).isEqualTo("touch: /x: Read-only file system");
        assertThat(bundle.rootfs.resolve("x")).doesNotExist();
    }
}
