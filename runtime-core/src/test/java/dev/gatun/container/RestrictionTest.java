package dev.gatun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a container may not see or change, and the kernel parameters that it may have of its own. */
@Tag("kernel")
class RestrictionTest {
    private final TestBundle bundle = new TestBundle();

    @AfterEach
    void clean() {
        bundle.close();
    }

    @Test
    void aMaskedFileIsEmpty() {
        Path secret = bundle.file("secret", "content", "rw-rw-rw-");
        bundle.add("linux.maskedPaths", "'/secret'");
        assertThat(bundle.run("cat /secret; echo x >/secret; stat -c '%F %t:%T' /secret")
                        .text())
                .isEqualTo("character special file 1:3");
        assertThat(secret).hasContent("content");
    }

    @Test
    void aMaskedFolderIsEmptyAndReadOnly() {
        bundle.file("secret/file", "content", "rw-rw-rw-");
        bundle.add("linux.maskedPaths", "'/secret'");
        assertThat(bundle.run("ls -A /secret; touch /secret/made").text())
                .isEqualTo("touch: /secret/made: Read-only file system");
    }

    @Test
    void severalFoldersAreMasked() {
        bundle.file("a/file", "content", "rw-rw-rw-");
        bundle.file("b/file", "content", "rw-rw-rw-");
        bundle.set("linux.maskedPaths", "['/a', '/b', '/a']");
        assertThat(bundle.run("ls -A /a /b").lines()).containsExactly("/a:", "", "/b:");
    }

    @Test
    void aPathThatIsNotThereNeedsNoMask() {
        bundle.set("linux.maskedPaths", "['/nowhere', '/bin/busybox/nowhere', '/no/where']");
        assertThat(bundle.run("ls -A /nowhere").text()).contains("No such file or directory");
        assertThat(bundle.rootfs.resolve("nowhere")).doesNotExist();
    }

    @Test
    void theDefaultMasksHideTheHost() {
        assertThat(bundle.run("cat /proc/keys /proc/timer_list; ls -A /sys/firmware /proc/acpi")
                        .text())
                .doesNotContain("---", "Timer List", "acpi\n");
    }

    @Test
    void aMaskIsTheHostsNullDeviceWhateverTheImageHas() {
        bundle.set("mounts", "[{destination: '/proc', type: 'proc', source: 'proc'}]");
        bundle.link("dev/null", "/proc/sys/kernel/core_pattern");
        bundle.file("secret", "content", "rw-rw-rw-");
        bundle.set("linux.maskedPaths", "['/secret']");
        assertThat(bundle.run("stat -c '%F %t:%T' /secret").text()).isEqualTo("character special file 1:3");
    }

    @Test
    void aReadOnlyPathCannotBeChanged() {
        bundle.file("data/file", "content", "rw-rw-rw-");
        bundle.file("file", "content\n", "rw-rw-rw-");
        bundle.set("linux.readonlyPaths", "['/data', '/file', '/nowhere', '/bin/busybox/nowhere']");
        assertThat(bundle.run("touch /data/made; echo x >/data/file; echo x >/file; cat /file")
                        .lines())
                .containsExactly(
                        "touch: /data/made: Read-only file system",
                        "/bin/sh: can't create /data/file: Read-only file system",
                        "/bin/sh: can't create /file: Read-only file system",
                        "content");
    }

    @Test
    void theDefaultReadOnlyPathsKeepTheKernelsParameters() {
        assertThat(bundle.run("echo 1 >/proc/sys/kernel/domainname").text())
                .contains("can't create /proc/sys/kernel/domainname: Read-only file system");
    }

    @Test
    void aPathCanBeMaskedBelowAReadOnlyOne() {
        bundle.file("data/secret", "content", "rw-rw-rw-");
        bundle.set("linux.readonlyPaths", "['/data']").set("linux.maskedPaths", "['/data/secret']");
        assertThat(bundle.run("cat /data/secret; touch /data/made").text())
                .isEqualTo("touch: /data/made: Read-only file system");
    }

    @Test
    void kernelParametersOfTheContainersNamespacesAreSet() throws IOException {
        Path hosts = Path.of("/proc/sys/kernel/msgmax");
        String before = Files.readString(hosts);
        bundle.set(
                "linux.sysctl",
                "{'net.ipv4.ip_forward': '1', 'net/ipv4/ip_default_ttl': '77', 'kernel.msgmax': '4242',"
                        + " 'fs.mqueue.msg_max': '11', 'kernel.domainname': 'canal', 'kernel.sem': '32 128 16 64'}");
        assertThat(bundle.run("cd /proc/sys; cat net/ipv4/ip_forward net/ipv4/ip_default_ttl kernel/msgmax"
                                + " fs/mqueue/msg_max kernel/domainname kernel/sem")
                        .lines())
                .containsExactly("1", "77", "4242", "11", "canal", "32\t128\t16\t64");
        assertThat(Files.readString(hosts)).isEqualTo(before);
    }

    @Test
    void aSlashStandsForADotInAnInterfacesName() {
        bundle.set("linux.sysctl", "{'net.ipv4.conf.lo.forwarding': '1', 'net/ipv4/conf/all/accept_redirects': '0'}");
        assertThat(bundle.run("cd /proc/sys/net/ipv4/conf; cat lo/forwarding all/accept_redirects")
                        .lines())
                .containsExactly("1", "0");
    }

    @Test
    void kernelParametersAreSetWithoutAProcOfTheContainer() throws IOException {
        try (var observer = new TestBundle()) {
            bundle.set("mounts", "[]").set("linux.sysctl", "{'kernel.msgmax': '4242', 'kernel.domainname': 'canal'}");
            int pid = bundle.startIdle();
            observer.namespace("uts", "/proc/" + pid + "/ns/uts").namespace("ipc", "/proc/" + pid + "/ns/ipc");
            assertThat(observer.remove("hostname")
                            .run("cat /proc/sys/kernel/domainname /proc/sys/kernel/msgmax")
                            .lines())
                    .containsExactly("canal", "4242");
        }
    }

    @Test
    void kernelParametersAreNotWrittenThroughWhatTheImageHasAsProc() {
        Path trap = bundle.file("proc/sys/kernel/msgmax", "trap", "rw-rw-rw-");
        bundle.set("mounts", "[]").set("linux.sysctl", "{'kernel.msgmax': '4242'}");
        assertThat(bundle.run("exit 0").status()).isZero();
        assertThat(trap).hasContent("trap");
    }

    @Test
    void kernelParametersAreNotWrittenToWhatTheImageHasInPlaceOfProc() {
        Path trap = bundle.file("proc/sys/kernel/msgmax", "trap", "rw-rw-rw-");
        bundle.set("mounts", "[]").set("linux.sysctl", "{'kernel.msgmax': '4242'}");
        assertThat(bundle.run("exit 0").status()).isZero();
        assertThat(trap).hasContent("trap");
    }

    @Test
    void kernelParametersNeedNoMounts() throws IOException {
        bundle.withoutMounts().set("linux.sysctl", "{'kernel.shmmni': '77'}").args("/bin/sleep", "1000");
        int pid = bundle.start().status().pid();
        Process inside = new ProcessBuilder("nsenter", "-i", "-t", "" + pid, "cat", "/proc/sys/kernel/shmmni").start();
        assertThat(inside.inputReader().readLine()).isEqualTo("77");
    }
}
