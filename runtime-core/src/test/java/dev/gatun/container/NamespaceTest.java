package dev.gatun.container;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.oci.Namespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The eight kinds of namespaces: new, joined, or the host's. */
@Tag("kernel")
@Tag("vm")
class NamespaceTest {
    private static final Path SELF = Path.of("/proc/self/ns");

    private static String link(Path folder, Namespace.Type type) throws IOException {
        return Files.readSymbolicLink(folder.resolve(Namespaces.file(type))).toString();
    }

    private static Path of(int pid) {
        return Path.of("/proc/" + pid + "/ns");
    }

    @Test
    void allEightNamespacesCanBeNew() throws IOException {
        try (var bundle = new TestBundle()) {
            bundle.userNamespace().namespace("time", "");
            Path container = of(bundle.startIdle());
            for (Namespace.Type type : Namespace.Type.values()) {
                assertThat(link(container, type)).isNotEqualTo(link(SELF, type));
            }
        }
    }

    @Test
    void aNamespaceThatIsNotListedIsTheHosts() throws IOException {
        try (var bundle = new TestBundle()) {
            bundle.set("linux.namespaces", "[{type: 'mount'}]").remove("hostname");
            Path container = of(bundle.startIdle());
            for (Namespace.Type type : EnumSet.complementOf(EnumSet.of(Namespace.Type.MOUNT))) {
                assertThat(link(container, type)).isEqualTo(link(SELF, type));
            }
            assertThat(link(container, Namespace.Type.MOUNT)).isNotEqualTo(link(SELF, Namespace.Type.MOUNT));
        }
    }

    @Test
    void aContainerNeedsNoNamespacesAtAll() throws IOException {
        try (var bundle = new TestBundle()) {
            bundle.withoutMounts().set("linux.namespaces", "[]").remove("hostname");
            Path container = of(bundle.startIdle());
            for (Namespace.Type type : Namespace.Type.values()) {
                assertThat(link(container, type)).isEqualTo(link(SELF, type));
            }
            assertThat(container.resolveSibling("root").resolve("bin/busybox")).exists();
            assertThat(container.resolveSibling("root").resolve("etc")).doesNotExist();
        }
    }

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"MOUNT", "USER"})
    void aNamespaceIsJoinedByPath(Namespace.Type type) throws IOException {
        try (var other = new TestBundle();
                var bundle = new TestBundle()) {
            other.namespace("time", "");
            Path joined = of(other.startIdle());
            bundle.namespace(type.text(), joined.resolve(Namespaces.file(type)).toString());
            Path container = of(bundle.startIdle());
            assertThat(link(container, type)).isEqualTo(link(joined, type)).isNotEqualTo(link(SELF, type));
        }
    }

    @Test
    void allNamespacesOfAContainerWithAUserNamespaceAreJoinedTogether() throws IOException {
        try (var other = new TestBundle();
                var bundle = new TestBundle()) {
            other.userNamespace().namespace("time", "");
            Path joined = of(other.startIdle());
            bundle.giveRootfsTo(1100000);
            for (Namespace.Type type : EnumSet.complementOf(EnumSet.of(Namespace.Type.MOUNT))) {
                bundle.namespace(
                        type.text(), joined.resolve(Namespaces.file(type)).toString());
            }
            Path container = of(bundle.startIdle());
            for (Namespace.Type type : EnumSet.complementOf(EnumSet.of(Namespace.Type.MOUNT))) {
                assertThat(link(container, type)).isEqualTo(link(joined, type));
            }
        }
    }

    @Test
    void aUserNamespaceIsJoinedByPath() throws IOException {
        try (var other = new TestBundle();
                var bundle = new TestBundle()) {
            Path joined = of(other.userNamespace().startIdle());
            bundle.giveRootfsTo(1100000);
            bundle.namespace("user", joined.resolve("user").toString());
            TestBundle.Outcome outcome = bundle.run("readlink /proc/self/ns/user; cat /proc/self/uid_map");
            assertThat(outcome.lines().getFirst()).isEqualTo(link(joined, Namespace.Type.USER));
            assertThat(outcome.lines().get(1).trim().split(" +", -1)).containsExactly("0", "1100000", "65536");
        }
    }

    @Test
    void aMountNamespaceIsJoinedByPath() throws IOException, InterruptedException {
        // its root becomes the container's, so it is one in which nobody else lives who minds
        Process holder = new ProcessBuilder("unshare", "--mount", "sh", "-c", "echo; exec sleep 1000").start();
        try (var bundle = new TestBundle()) {
            assertThat(holder.getInputStream().read()).isEqualTo('\n');
            Path joined = of((int) holder.pid());
            bundle.namespace("mount", joined.resolve("mnt").toString());
            TestBundle.Outcome outcome = bundle.run("readlink /proc/self/ns/mnt; ls /");
            assertThat(outcome.lines())
                    .containsExactly(link(joined, Namespace.Type.MOUNT), "bin", "dev", "out", "proc", "sys");
        } finally {
            holder.destroyForcibly().waitFor();
        }
    }

    @Test
    void theFirstProcessOfAPidNamespaceHasNumberOne() {
        try (var bundle = new TestBundle()) {
            assertThat(bundle.run("echo $$").text()).isEqualTo("1");
        }
    }

    @Test
    void aNetworkNamespaceHasALoopbackInterfaceThatIsUp() {
        try (var bundle = new TestBundle()) {
            assertThat(bundle.run("ip -o link").lines())
                    .singleElement()
                    .asString()
                    .contains("lo:", "LOOPBACK,UP");
        }
    }

    @Test
    void aUtsNamespaceHasTheNamesThatAreConfigured() {
        try (var bundle = new TestBundle()) {
            bundle.set("hostname", "'lock'").set("domainname", "'canal.example'");
            assertThat(bundle.run("cat /proc/sys/kernel/hostname /proc/sys/kernel/domainname")
                            .lines())
                    .containsExactly("lock", "canal.example");
        }
    }

    @Test
    void aHostnameMayHaveSixtyFourBytes() {
        try (var bundle = new TestBundle()) {
            String name = "n".repeat(64);
            assertThat(bundle.set("hostname", "'" + name + "'").run("hostname").text())
                    .isEqualTo(name);
        }
    }

    @Test
    void theHostKeepsItsName() throws IOException {
        Path file = Path.of("/proc/sys/kernel/hostname");
        String before = Files.readString(file);
        try (var bundle = new TestBundle()) {
            bundle.set("hostname", "'lock'").run("exit 0");
        }
        assertThat(Files.readString(file)).isEqualTo(before);
    }

    @Test
    void aTimeNamespaceShiftsTheClocks() throws IOException {
        try (var bundle = new TestBundle()) {
            bundle.namespace("time", "");
            bundle.set("linux.timeOffsets", "{monotonic: {secs: 100000, nanosecs: 5}, boottime: {secs: 700000}}");
            TestBundle.Outcome outcome = bundle.run("cat /proc/self/timens_offsets; cut -d. -f1 /proc/uptime");
            assertThat(outcome.lines().subList(0, 2).stream().map(line -> List.of(line.split(" +", -1))))
                    .containsExactly(List.of("monotonic", "100000", "5"), List.of("boottime", "700000", "0"));
            double uptime =
                    Double.parseDouble(Files.readString(Path.of("/proc/uptime")).split(" ", -1)[0]);
            assertThat(Long.parseLong(outcome.lines().get(2)))
                    .isBetween((long) uptime + 699_900, (long) uptime + 700_001);
        }
    }

    @Test
    void aClockMaySetBack() {
        try (var bundle = new TestBundle()) {
            bundle.namespace("time", "").set("linux.timeOffsets", "{boottime: {secs: -1}}");
            assertThat(bundle.run("cat /proc/self/timens_offsets").text()).containsPattern("boottime +-1 +0");
        }
    }

    @Test
    void idsOfAUserNamespaceAreThoseOfTheMappings() throws IOException {
        try (var bundle = new TestBundle()) {
            bundle.userNamespace();
            bundle.set(
                    "linux.uidMappings",
                    "[{containerID: 0, hostID: 1100000, size: 10}, {containerID: 1000, hostID: 1200000, size: 5},"
                            + " {containerID: 65534, hostID: 1300000, size: 1}]");
            bundle.set(
                    "linux.gidMappings",
                    "[{containerID: 0, hostID: 1100000, size: 7}, {containerID: 7, hostID: 1, size: 9}]");
            bundle.set("process.user", "{uid: 1003, gid: 8, additionalGids: [7, 15]}");
            bundle.script("id; cat /proc/self/uid_map; echo made >/out/made; sleep 1000");
            int pid = bundle.start().status().pid();
            Path made = bundle.rootfs.resolve("out/made");
            Await.until(() -> TestBundle.read(made).equals("made"));
            List<String> status = Files.readAllLines(Path.of("/proc/" + pid + "/status"));
            assertThat(status)
                    .contains("Uid:\t1200003\t1200003\t1200003\t1200003", "Gid:\t2\t2\t2\t2", "Groups:\t1 9 ");
            assertThat(Files.getAttribute(made, "unix:uid")).isEqualTo(1200003);
            assertThat(Files.getAttribute(made, "unix:gid")).isEqualTo(2);
            assertThat(bundle.text().lines().findFirst()).hasValue("uid=1003 gid=8 groups=7,15");
            assertThat(bundle.text()
                            .lines()
                            .skip(1)
                            .map(line -> List.of(line.trim().split(" +", -1))))
                    .containsExactly(
                            List.of("0", "1100000", "10"),
                            List.of("1000", "1200000", "5"),
                            List.of("65534", "1300000", "1"));
        }
    }

    @Test
    void aHostsFileBelongsToNobodyInAUserNamespace() {
        try (var bundle = new TestBundle()) {
            bundle.userNamespace();
            bundle.file("out/hosts", "", "rw-------");
            assertThat(bundle.run("stat -c %u:%g /out/hosts /bin; cat /out/hosts")
                            .lines())
                    .containsExactly("65534:65534", "0:0", "cat: can't open '/out/hosts': Permission denied");
        }
    }

    @Test
    void aUserNamespaceNeedsNoRoot() {
        try (var bundle = new TestBundle()) {
            bundle.userNamespace();
            bundle.set("linux.uidMappings", "[{containerID: 1000, hostID: 1100000, size: 1}]");
            bundle.set("linux.gidMappings", "[{containerID: 1000, hostID: 1100000, size: 1}]");
            bundle.set("process.user", "{uid: 1000, gid: 1000}");
            // devpts and tmpfs want owners that exist
            bundle.set("mounts", "[{destination: '/proc', type: 'proc', source: 'proc'}]");
            assertThat(bundle.run("id").text()).isEqualTo("uid=1000 gid=1000");
        }
    }
}
