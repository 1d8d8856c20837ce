package dev.gatun.container;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.linux.Call;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.Syscall;
import dev.gatun.linux.Text;
import dev.gatun.linux.Word;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Images that were made to get at the host: whatever stands in the way of a mount, a device or a mask, the container fails
 * or stays in its root, and the host's files are as they were.
 *
 * <p>The names say which advisories the cases come from.
 */
@Tag("kernel")
class HostileRootfsTest {
    private static final int ROUNDS = 60;

    /** linux/fs.h: RENAME_EXCHANGE. */
    private static final int EXCHANGE = 2;

    private final TestBundle bundle = new TestBundle();
    private Path host;
    private Map<String, String> before;

    @BeforeEach
    void prepareHost() throws IOException {
        host = bundle.hostFolder("host");
        Files.writeString(host.resolve("file"), "of the host");
        Files.createDirectories(host.resolve("folder/inner"));
        before = contents();
    }

    @AfterEach
    void hostIsUntouched() throws IOException {
        try {
            assertThat(contents()).isEqualTo(before);
            assertThat(Files.readString(Path.of("/proc/self/mountinfo"))).doesNotContain(bundle.folder.toString());
        } finally {
            bundle.close();
        }
    }

    /** What is in the host's folder, down to owners, modes and changes of any of them. */
    private Map<String, String> contents() throws IOException {
        var found = new TreeMap<String, String>();
        try (Stream<Path> tree = Files.walk(host)) {
            for (Path path : tree.toList()) {
                found.put(
                        path.toString(),
                        Files.readAttributes(path, "unix:mode,uid,gid,size,ctime", LinkOption.NOFOLLOW_LINKS)
                                .toString());
            }
        }
        return found;
    }

    /** Whether a container came of it; if not, the error is one of its own. */
    private boolean runs() {
        try {
            bundle.args("/bin/true").run();
            return true;
        } catch (ContainerException refused) {
            assertThat(refused.getMessage()).doesNotContain("\n").isNotEmpty();
            return false;
        }
    }

    /** CVE-2026-41579, CVE-2026-47766: /dev is a link. */
    @ParameterizedTest
    @CsvSource({"absolute", "relative"})
    void aDevThatIsALinkToTheHostIsNotFollowed(String kind) {
        bundle.link("dev", kind.equals("absolute") ? host.toString() : "../../" + host.getFileName());
        runs();
    }

    @ParameterizedTest
    @CsvSource({"absolute", "relative"})
    void aDevThatIsALinkIsNotFollowedWithoutAMountOnItEither(String kind) {
        bundle.set("mounts", "[{destination: '/proc', type: 'proc', source: 'proc'}]");
        bundle.link("dev", kind.equals("absolute") ? host + "/missing" : "../../" + host.getFileName());
        bundle.set("process.terminal", "false");
        runs();
    }

    @ParameterizedTest
    @CsvSource({"dev/null", "dev/zero", "dev/tty", "dev/ptmx", "dev/pts", "dev/shm", "dev/fd", "dev/core", "dev/console"
    })
    void whatIsALinkInDevIsNotFollowed(String name) {
        bundle.link(name, host.resolve("file").toString());
        bundle.set("mounts", """
                [{destination: '/proc', type: 'proc', source: 'proc'},
                 {destination: '/dev/pts', type: 'devpts', source: 'devpts', options: ['newinstance', 'ptmxmode=0666']}]""");
        bundle.set("process.terminal", "true");
        runs();
    }

    @ParameterizedTest
    @CsvSource({"dev/null", "dev/ptmx", "dev/console", "dev/fuse"})
    void aLinkToAMissingFileIsNotMade(String name) {
        bundle.link(name, host.resolve("made").toString());
        bundle.set("linux.devices", "[{path: '/dev/fuse', type: 'c', major: 10, minor: 229}]");
        bundle.set("mounts", """
                [{destination: '/proc', type: 'proc', source: 'proc'},
                 {destination: '/dev/pts', type: 'devpts', source: 'devpts', options: ['newinstance', 'ptmxmode=0666']}]""");
        bundle.set("process.terminal", "true");
        runs();
    }

    /** CVE-2019-16884, CVE-2019-19921, CVE-2023-27561, CVE-2025-54867. */
    @ParameterizedTest
    @CsvSource({"proc, /bin", "proc, ../../host", "sys, /bin", "sys, ../../host"})
    void aLinkInPlaceOfProcOrSysIsRefused(String name, String target) {
        bundle.link(name, target);
        assertThat(runs()).isFalse();
    }

    /** CVE-2019-18837: the destination is below a link. */
    @ParameterizedTest
    @CsvSource({"data", "data/deep/er", "data/folder"})
    void aMountPointBelowALinkIsNotMadeOnTheHost(String destination) {
        bundle.link("data", host.toString());
        bundle.mount("/" + destination, "tmpfs", "tmpfs");
        runs();
    }

    @Test
    void aFileToBindToIsNotMadeOnTheHost() {
        bundle.link("data", host.toString());
        bundle.mount(
                "/data/made", "bind", bundle.file("../source", "", "rw-r--r--").toString(), "bind");
        runs();
    }

    @ParameterizedTest
    @CsvSource({"/proc/self/root", "/proc/1/root", "/proc/self/cwd", "/proc/self/fd/3", "/proc/self/fd/4"})
    void aMagicLinkIsNoWayOut(String target) {
        bundle.link("out-link", target);
        bundle.mount("/out-link" + host, "tmpfs", "tmpfs");
        bundle.mount("/out-link/tmp/gatun-never-made", "tmpfs", "tmpfs");
        runs();
        assertThat(Path.of("/tmp/gatun-never-made")).doesNotExist();
    }

    @Test
    void aWorkingFolderThatIsALinkToADescriptorIsRefused() {
        for (int number = 3; number < 20; number++) {
            bundle.link("work" + number, "/proc/self/fd/" + number);
            bundle.set("process.cwd", "'/work" + number + "'");
            assertThat(runs()).isFalse();
        }
    }

    @Test
    void aWorkingFolderBelowALinkIsNotMadeOnTheHost() {
        bundle.link("data", host.toString());
        bundle.set("process.cwd", "'/data/made'");
        runs();
    }

    /** CVE-2025-31133: what masks files is the host's null device. */
    @ParameterizedTest
    @CsvSource({"/proc/sys/kernel/core_pattern", "/host/file", "/proc/self/root"})
    void aNullDeviceThatIsALinkMasksNothingWithItsTarget(String target) {
        bundle.link("dev/null", target);
        bundle.file("secret", "content", "rw-rw-rw-");
        bundle.set("linux.maskedPaths", "['/secret', '/proc/keys']");
        assertThat(bundle.run("stat -c %t:%T /secret; cat /secret").text()).isEqualTo("1:3");
    }

    @Test
    void aMaskedOrReadOnlyPathThatIsALinkLeadsNowhereOutside() {
        bundle.link("secret", host.resolve("file").toString());
        bundle.link("other", "../../host/folder");
        bundle.set("linux.maskedPaths", "['/secret', '/other']").set("linux.readonlyPaths", "['/secret', '/other']");
        runs();
    }

    /** CVE-2025-52881: kernel parameters go to a procfs, whatever is in its place. */
    @Test
    void aKernelParameterIsNotWrittenToALinksTarget() {
        bundle.set("mounts", "[]")
                .link("proc/sys/kernel/msgmax", host.resolve("file").toString());
        bundle.set("linux.sysctl", "{'kernel.msgmax': '4242'}");
        assertThat(runs()).isTrue();
    }

    @Test
    void aKernelParameterIsNotWrittenToAFileThatIsBoundOverIt() {
        bundle.mount("/proc/sys/kernel/msgmax", "bind", host.resolve("file").toString(), "bind");
        bundle.set("linux.sysctl", "{'kernel.msgmax': '4242'}");
        assertThat(runs()).isFalse();
    }

    /** CVE-2019-16884: a volume in place of /proc or of a part of it. */
    @ParameterizedTest
    @CsvSource({"/proc", "/proc/", "/proc/sys", "/proc/self/attr", "/linked/sys", "/proc/1"})
    void nothingPassesForAPartOfProc(String destination) {
        bundle.link("linked", "/proc");
        bundle.mount(destination, "bind", host.resolve("folder").toString(), "bind");
        assertThat(runs()).isFalse();
        bundle.mount(destination, "tmpfs", "tmpfs");
        assertThat(runs()).isFalse();
    }

    @Test
    void whatAnEmulatorReplacesInProcMayBeReplaced() {
        bundle.mount("/proc/uptime", "bind", host.resolve("file").toString(), "bind", "ro");
        assertThat(bundle.run("cat /proc/uptime").text()).isEqualTo("of the host");
    }

    @Test
    void theProcOfAnotherNamespaceMayBeBound() {
        bundle.set("mounts", "[]").mount("/proc", "bind", "/proc", "rbind");
        bundle.remove("linux.maskedPaths").remove("linux.readonlyPaths");
        assertThat(bundle.run("cat /proc/sys/kernel/ostype").text()).isEqualTo("Linux");
    }

    @Test
    void aDeviceBelowALinkIsNotMadeOnTheHost() {
        bundle.link("opt", host.toString());
        bundle.set(
                "linux.devices",
                "[{path: '/opt/device', type: 'c', major: 1, minor: 3},"
                        + " {path: '/opt/deep/device', type: 'c', major: 1, minor: 3}]");
        runs();
    }

    @Test
    void aPasswdThatIsADeviceOrAPipeIsNotWaitedFor() throws IOException {
        Files.createDirectories(bundle.rootfs.resolve("etc"));
        bundle.kernel.call(FileCalls.mknodat(
                FileCalls.CURRENT_DIRECTORY, bundle.rootfs.resolve("etc/passwd").toString(), 0010644, 0));
        assertThat(runs()).isTrue();
    }

    @Test
    void linksThatLeadInACircleAreAnError() {
        bundle.link("a", "b");
        bundle.link("b", "a");
        bundle.mount("/a/data", "tmpfs", "tmpfs");
        assertThat(runs()).isFalse();
    }

    /** CVE-2021-30465, CVE-2024-45310: a mount point is swapped for a link while the container is being made. */
    @ParameterizedTest
    @CsvSource({"volume, volume/data", "volume, volume", "dev, dev", "dev, dev/pts", "volume, volume/deep/data"})
    void aMountPointThatIsSwappedForALinkMeanwhileIsNoWayOut(String swapped, String destination) throws Exception {
        bundle.set("mounts", "[{destination: '/proc', type: 'proc', source: 'proc'}]");
        bundle.mount("/" + destination, "tmpfs", "tmpfs");
        Files.createDirectories(bundle.rootfs.resolve(swapped));
        race(swapped, "../host");
    }

    /** As above; an absolute link is taken from the container's root, so that a container comes of it at times. */
    @Test
    void aMountPointThatIsSwappedForAnAbsoluteLinkMeanwhileIsNoWayOut() throws Exception {
        bundle.mount("/volume/data", "tmpfs", "tmpfs");
        Files.createDirectories(bundle.rootfs.resolve("volume"));
        race("volume", host.toString());
    }

    /** CVE-2023-27561, CVE-2025-52881: what is mounted, masked and written to in /proc is in no other place. */
    @Test
    void aProcThatIsSwappedForALinkMeanwhileLeadsNowhere() throws Exception {
        bundle.set("linux.sysctl", "{'kernel.msgmax': '4242'}");
        Files.createDirectories(bundle.rootfs.resolve("proc"));
        Files.createDirectories(host.resolve("sys/kernel"));
        Files.writeString(host.resolve("sys/kernel/msgmax"), "of the host");
        before = contents();
        race("proc", "../host");
    }

    /** CVE-2025-31133: a masked file, a folder that is made read-only, and what would be the mask. */
    @ParameterizedTest
    @CsvSource({"secret, ../host/file", "folder, ../host/folder", "dev/null, ../../host/file"})
    void aRestrictedPathThatIsSwappedForALinkMeanwhileLeadsNowhere(String swapped, String target) throws Exception {
        bundle.set("mounts", "[{destination: '/proc', type: 'proc', source: 'proc'}]");
        bundle.set("linux.maskedPaths", "['/secret', '/folder/inner']").set("linux.readonlyPaths", "['/folder']");
        bundle.file("secret", "", "rw-rw-rw-");
        bundle.file("dev/null", "", "rw-rw-rw-");
        bundle.file("folder/inner/file", "", "rw-rw-rw-");
        race(swapped, target);
    }

    /** CVE-2025-52565, CVE-2026-88264: the console is the terminal, and what it covers is the container's. */
    @Test
    void aConsoleThatIsSwappedForALinkMeanwhileLeadsNowhere() throws Exception {
        bundle.set("process.terminal", "true").set("mounts", """
                [{destination: '/proc', type: 'proc', source: 'proc'},
                 {destination: '/dev/pts', type: 'devpts', source: 'devpts', options: ['newinstance', 'ptmxmode=0666']}]""");
        bundle.file("dev/console", "", "rw-rw-rw-");
        race("dev/console", "../../host/file");
    }

    /** Makes containers while a path of their root is swapped for a link all the time. */
    private void race(String swapped, String target) throws Exception {
        Path link = bundle.rootfs.resolve("link");
        Files.createSymbolicLink(link, Path.of(target));
        var stop = new AtomicBoolean();
        Thread racer = Thread.ofPlatform().start(() -> {
            while (!stop.get()) {
                exchange(bundle.rootfs.resolve(swapped), link);
            }
        });
        try {
            for (int round = 0; round < ROUNDS; round++) {
                runs();
            }
        } finally {
            stop.set(true);
            racer.join();
        }
        assertThat(contents()).isEqualTo(before);
        assertThat(Files.isDirectory(host, LinkOption.NOFOLLOW_LINKS)).isTrue();
    }

    private void exchange(Path one, Path other) {
        bundle.kernel.attempt(Call.of(
                Syscall.RENAMEAT2,
                FileCalls.CURRENT_DIRECTORY,
                new Text(one.toString()),
                FileCalls.CURRENT_DIRECTORY,
                new Text(other.toString()),
                Word.of(EXCHANGE)));
    }
}
