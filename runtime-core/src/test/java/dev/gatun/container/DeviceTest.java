package dev.gatun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What is in {@code /dev}. */
@Tag("kernel")
class DeviceTest {
    private static final String STAT = "stat -c '%n %F %t:%T %a %u:%g' ";

    private final TestBundle bundle = new TestBundle();

    @AfterEach
    void clean() {
        bundle.close();
    }

    @Test
    void everyContainerHasTheDefaultDevices() {
        assertThat(bundle.run("cd /dev; " + STAT + "null zero full random urandom tty")
                        .lines())
                .containsExactly(
                        "null character special file 1:3 666 0:0",
                        "zero character special file 1:5 666 0:0",
                        "full character special file 1:7 666 0:0",
                        "random character special file 1:8 666 0:0",
                        "urandom character special file 1:9 666 0:0",
                        "tty character special file 5:0 666 0:0");
    }

    @Test
    void theUsualLinksAreThere() {
        assertThat(bundle.run("cd /dev; for i in fd stdin stdout stderr ptmx core; do readlink $i; done")
                        .lines())
                .startsWith("/proc/self/fd", "/proc/self/fd/0", "/proc/self/fd/1", "/proc/self/fd/2", "pts/ptmx")
                .hasSize(Files.exists(Path.of("/proc/kcore")) ? 6 : 5);
        assertThat(bundle.run("ls /dev").lines())
                .contains(
                        "fd", "full", "mqueue", "null", "ptmx", "pts", "random", "shm", "stderr", "stdin", "stdout",
                        "tty", "urandom", "zero")
                .doesNotContain("console");
    }

    @Test
    void theDevicesWork() {
        assertThat(bundle.run(
                                "head -c 2 /dev/zero | od -An -tx1; echo x >/dev/null; echo x >/dev/full; wc -c </dev/null")
                        .lines())
                .containsExactly(" 00 00", "sh: write error: No space left on device", "0");
    }

    @Test
    void aListedDeviceHasItsNumberModeAndOwner() {
        bundle.set("linux.devices", """
                [{path: '/dev/fuse', type: 'c', major: 10, minor: 229, fileMode: 416, uid: 5, gid: 6},
                 {path: '/dev/disk', type: 'b', major: 7, minor: 300, fileMode: 384},
                 {path: '/dev/raw', type: 'u', major: 1, minor: 3},
                 {path: '/dev/pipe', type: 'p', fileMode: 438},
                 {path: '/dev/net/tun', type: 'c', major: 10, minor: 200},
                 {path: '/opt/tool/zero', type: 'c', major: 1, minor: 5, fileMode: 511}]
                """);
        assertThat(bundle.run(STAT + "/dev/fuse /dev/disk /dev/raw /dev/pipe /dev/net/tun /opt/tool/zero")
                        .lines())
                .containsExactly(
                        "/dev/fuse character special file a:e5 640 5:6",
                        "/dev/disk block special file 7:12c 600 0:0",
                        "/dev/raw character special file 1:3 666 0:0",
                        "/dev/pipe fifo 0:0 666 0:0",
                        "/dev/net/tun character special file a:c8 666 0:0",
                        "/opt/tool/zero character special file 1:5 777 0:0");
    }

    @Test
    void aListedDeviceTakesThePlaceOfADefaultOne() {
        bundle.set("linux.devices", "[{path: '/dev/null', type: 'c', major: 1, minor: 3, fileMode: 256, uid: 7}]");
        assertThat(bundle.run(STAT + "/dev/null").text()).isEqualTo("/dev/null character special file 1:3 400 7:0");
    }

    @Test
    void aDevThatIsBoundIsLeftAlone() {
        Path host = bundle.hostFolder("dev");
        bundle.set("mounts", "[]").mount("/dev", "bind", host.toString(), "bind");
        assertThat(bundle.run("ls -a /dev").lines()).containsExactly(".", "..");
        assertThat(host).isEmptyDirectory();
    }

    @Test
    void aDevThatIsBoundUnderAnotherSpellingIsLeftAloneToo() {
        Path host = bundle.hostFolder("dev");
        bundle.set("mounts", "[]").mount("/dev/", "bind", host.toString(), "bind");
        assertThat(bundle.run("exit 0").status()).isZero();
        assertThat(host).isEmptyDirectory();
    }

    @Test
    void whatTheImageHasInPlaceOfADeviceIsReplaced() {
        bundle.set("mounts", "[]");
        bundle.file("dev/zero", "no zeros", "rw-r--r--");
        Path secret = bundle.file("out/secret", "content", "rw-r--r--");
        bundle.link("dev/null", "../out/secret");
        bundle.link("dev/ptmx", "../out/secret");
        bundle.link("dev/full", "nowhere");
        assertThat(bundle.run(STAT + "/dev/null /dev/zero /dev/full; readlink /dev/ptmx; echo x >/dev/null")
                        .lines())
                .containsExactly(
                        "/dev/null character special file 1:3 666 0:0",
                        "/dev/zero character special file 1:5 666 0:0",
                        "/dev/full character special file 1:7 666 0:0",
                        "pts/ptmx");
        assertThat(secret).hasContent("content");
    }

    @Test
    void aDeviceThatIsThereAlreadyIsNoError() {
        bundle.set("mounts", "[]");
        assertThat(bundle.run("exit 0").status()).isZero();
        assertThat(bundle.run(STAT + "/dev/null").text()).isEqualTo("/dev/null character special file 1:3 666 0:0");
    }

    @Test
    void theHostsDevicesAreBoundWhereTheImagesDevIsReadOnly() throws IOException {
        Path lower = bundle.hostFolder("lower");
        for (String name : List.of("null", "zero", "full", "random", "urandom", "tty", "core", "ptmx")) {
            Files.writeString(lower.resolve(name), "");
        }
        for (String name : List.of("fd", "stdin", "stdout", "stderr")) {
            Files.createSymbolicLink(lower.resolve(name), Path.of("/proc/self/fd"));
        }
        bundle.set("mounts", "[{destination: '/proc', type: 'proc', source: 'proc'}]");
        bundle.mount("/dev", "overlay", "overlay", "lowerdir=" + lower + ":" + bundle.hostFolder("empty"));
        assertThat(bundle.run("stat -c '%n %F %t:%T' /dev/null /dev/zero").lines())
                .containsExactly("/dev/null character special file 1:3", "/dev/zero character special file 1:5");
        assertThat(lower.resolve("null")).isEmptyFile();
    }

    @Test
    void aDevThatIsToBeReadOnlyIsSoOnceItIsFilled() {
        bundle.set("mounts", "[{destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['ro', 'nosuid']}]");
        assertThat(bundle.run("stat -c %t:%T /dev/null; touch /dev/made").lines())
                .containsExactly("1:3", "touch: /dev/made: Read-only file system");
    }

    @Test
    void aUserNamespaceHasTheHostsDevices() {
        bundle.userNamespace();
        assertThat(bundle.run("cd /dev; stat -c '%n %F %t:%T' null zero full random urandom tty; echo x >null")
                        .lines())
                .containsExactly(
                        "null character special file 1:3",
                        "zero character special file 1:5",
                        "full character special file 1:7",
                        "random character special file 1:8",
                        "urandom character special file 1:9",
                        "tty character special file 5:0");
    }

    @Test
    void aUserNamespaceMayHaveAListedDeviceOfTheHost() {
        bundle.userNamespace().set("linux.devices", "[{path: '/dev/zero', type: 'c', major: 1, minor: 5}]");
        assertThat(bundle.run("stat -c %t:%T /dev/zero").text()).isEqualTo("1:5");
    }

    @Test
    void aNewPtsHasItsOwnTerminals() {
        assertThat(bundle.run("ls /dev/pts; stat -c %a /dev/pts/ptmx").lines()).containsExactly("ptmx", "666");
    }
}
