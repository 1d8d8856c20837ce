package dev.gatun.cgroup.systemd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.cgroup.CgroupException;
import dev.gatun.cgroup.DeviceRules;
import dev.gatun.oci.DeviceRule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the real systemd makes of it, in the virtual machine. */
@Tag("systemd")
class ScopeTest {
    private static final Path GROUPS = Path.of("/sys/fs/cgroup");
    private static final String NO_BUS = "unix:path=/nowhere";
    private static final UnitName UNIT = UnitName.parse("gatun-test.slice:gatun:scope", "scope");

    private final Systemd systemd = Systemd.ofHost(Map.of());
    private final Process process = start("read line && sleep 1000");

    private static Process start(String shell) {
        try {
            return new ProcessBuilder("/bin/sh", "-c", shell)
                    .redirectErrorStream(true)
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @AfterEach
    void stop() {
        systemd.stop(UNIT.unit());
        systemd.close();
        process.destroyForcibly();
    }

    private String start(List<UnitProperty> properties) {
        return systemd.start(UNIT, "a test", List.of(process.pid()), properties);
    }

    private static String file(String group, String name) throws IOException {
        return Files.readString(GROUPS.resolve(group.substring(1)).resolve(name))
                .strip();
    }

    @Test
    void theProcessIsInTheGroupThatTheNameSays() throws IOException {
        String group = start(List.of());
        assertThat(group).isEqualTo(UNIT.path());
        assertThat(Files.readString(Path.of("/proc/" + process.pid() + "/cgroup")))
                .isEqualTo("0::" + group + "\n");
    }

    @Test
    void settingsReachTheGroupsFiles() throws IOException {
        String group = start(List.of(
                UnitProperty.of("MemoryMax", 64L << 20),
                UnitProperty.of("MemorySwapMax", 0),
                UnitProperty.of("TasksMax", 17),
                UnitProperty.of("CPUWeight", 79),
                UnitProperty.of("CPUQuotaPeriodUSec", 50_000),
                UnitProperty.of("CPUQuotaPerSecUSec", 200_000),
                UnitProperty.of("AllowedCPUs", ResourceProperties.bits("cpuset.cpus", "1"))));
        assertThat(file(group, "memory.max")).isEqualTo(Long.toString(64L << 20));
        assertThat(file(group, "memory.swap.max")).isEqualTo("0");
        assertThat(file(group, "pids.max")).isEqualTo("17");
        assertThat(file(group, "cpu.weight")).isEqualTo("79");
        assertThat(file(group, "cpu.max")).isEqualTo("10000 50000");
        assertThat(file(group, "cpuset.cpus")).isEqualTo("1");
    }

    @Test
    void aChangeReachesTheGroupsFiles() throws IOException {
        String group = start(List.of(UnitProperty.of("TasksMax", 17)));
        systemd.change(UNIT.unit(), List.of(UnitProperty.of("TasksMax", UnitProperty.INFINITY)));
        assertThat(file(group, "pids.max")).isEqualTo("max");
    }

    @Test
    void aDeviceThatIsNotAllowedDoesNotOpenAndOneThatIsDoes() throws Exception {
        Process user = start("read line; true </dev/kmsg; true </dev/zero && true </dev/vda && echo open");
        try {
            var disk = new DeviceRule(
                    true,
                    DeviceRule.Type.BLOCK,
                    OptionalLong.of(major("/dev/vda")),
                    OptionalLong.of(minor("/dev/vda")),
                    "r");
            systemd.start(UNIT, "a test", List.of(user.pid()), ResourceProperties.of(DeviceRules.of(List.of(disk))));
            user.getOutputStream().write('\n');
            user.getOutputStream().flush();
            assertThat(new String(user.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .contains("can't open /dev/kmsg: Operation not permitted")
                    .endsWith("open\n");
        } finally {
            user.destroyForcibly();
        }
    }

    private static long major(String device) throws IOException {
        return ((long) Files.getAttribute(Path.of(device), "unix:rdev") >> 8) & 0xfff;
    }

    private static long minor(String device) throws IOException {
        return (long) Files.getAttribute(Path.of(device), "unix:rdev") & 0xff;
    }

    @Test
    void stoppingEndsTheProcessesAndRemovesTheGroup() throws Exception {
        String group = start(AnnotatedProperties.of(Map.of("org.systemd.property.TimeoutStopSec", "uint64 5")));
        systemd.stop(UNIT.unit());
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(GROUPS.resolve(group.substring(1))).doesNotExist();
    }

    @Test
    void theUsersOfAUnitMayDivideItsGroup() throws IOException {
        String group = start(List.of());
        Path child = Files.createDirectory(GROUPS.resolve(group.substring(1)).resolve("child"));
        Files.writeString(child.resolve("cgroup.procs"), Long.toString(process.pid()));
        Files.writeString(GROUPS.resolve(group.substring(1)).resolve("cgroup.subtree_control"), "+memory +pids");
        assertThat(child.resolve("memory.max")).exists();
    }

    @Test
    void aUnitThatRunsIsNotTakenOver() {
        start(List.of());
        assertThatThrownBy(() -> start(List.of()))
                .isInstanceOf(CgroupException.class)
                .hasMessageContaining("start the unit gatun-scope.scope");
    }

    @ParameterizedTest
    @ValueSource(strings = {"NoSuchProperty", "MemoryMax"})
    void aPropertyThatSystemdRefusesIsAnErrorInItsWords(String name) {
        assertThatThrownBy(() -> start(List.of(UnitProperty.of(name, "x"))))
                .isInstanceOf(CgroupException.class)
                .hasMessageStartingWith("systemd: start the unit gatun-scope.scope: ");
    }

    /** What comes together with the end of the authentication systemd leaves in its buffer, if it is slow to read. */
    @Test
    void systemdAnswersWhoeverReachesItDirectly() {
        for (int i = 0; i < 30; i++) {
            try (Systemd direct = Systemd.connect(NO_BUS, "/run/systemd/private")) {
                assertThat(direct.version()).isGreaterThan(200);
            }
        }
    }

    @Test
    void withoutABusSystemdIsReachedDirectly() {
        try (Systemd direct = Systemd.connect(NO_BUS, "/run/systemd/private")) {
            assertThat(direct.version()).isEqualTo(systemd.version()).isGreaterThan(200);
            assertThat(direct.start(UNIT, "a test", List.of(process.pid()), List.of()))
                    .isEqualTo(UNIT.path());
            direct.stop(UNIT.unit());
        }
    }
}
