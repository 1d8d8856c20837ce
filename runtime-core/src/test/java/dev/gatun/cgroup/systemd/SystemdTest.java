package dev.gatun.cgroup.systemd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.cgroup.CgroupException;
import dev.gatun.cgroup.DeviceRules;
import dev.gatun.oci.DeviceRule;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said to systemd, by what arrives at a peer that answers as systemd does. */
class SystemdTest {
    private static final String NO_BUS = "unix:path=/nowhere";
    private static final UnitName UNIT = UnitName.parse("system.slice:gatun:a", "a");

    @TempDir
    private Path folder;

    private FakeSystemd fake;
    private Systemd systemd;

    @BeforeEach
    void connect() throws Exception {
        Path socket = folder.resolve("private");
        fake = new FakeSystemd(socket);
        systemd = Systemd.connect(NO_BUS, socket.toString());
    }

    @AfterEach
    void close() throws Exception {
        systemd.close();
        fake.close();
    }

    @Test
    void aScopeIsStartedWithItsProcessAndTheRightToDivideItsGroup() {
        String group =
                systemd.start(UNIT, "container a", List.of(4711L), List.of(UnitProperty.of("MemoryMax", 1L << 40)));

        assertThat(group).isEqualTo("/system.slice/gatun-a.scope");
        assertThat(fake.calls.getFirst())
                .isEqualTo(List.of(
                        "StartTransientUnit",
                        "gatun-a.scope",
                        "replace",
                        List.of(
                                List.of("Description", "container a"),
                                List.of("Slice", "system.slice"),
                                List.of("Delegate", true),
                                List.of("CollectMode", "inactive-or-failed"),
                                List.of("PIDs", List.of("4711")),
                                List.of("MemoryAccounting", true),
                                List.of("CPUAccounting", true),
                                List.of("IOAccounting", true),
                                List.of("TasksAccounting", true),
                                List.of("DefaultDependencies", false),
                                List.of("MemoryMax", Long.toString(1L << 40))),
                        List.of()));
        assertThat(fake.calls.getLast()).containsExactly("Get", "org.freedesktop.systemd1.Scope", "ControlGroup");
    }

    @Test
    void aJobThatFailsIsAnErrorAndLeavesNoFailedUnit() {
        fake.result = "failed";
        assertThatThrownBy(() -> systemd.start(UNIT, "a", List.of(1L), List.of()))
                .isInstanceOf(CgroupException.class)
                .hasMessage("systemd: start the unit gatun-a.scope: failed");
        assertThat(fake.calls.getLast()).containsExactly("ResetFailedUnit", "gatun-a.scope");
    }

    @Test
    void aRefusalIsAnErrorInSystemdsWords() {
        fake.failures.put("StartTransientUnit", "org.freedesktop.DBus.Error.PropertyReadOnly");
        assertThatThrownBy(() -> systemd.start(UNIT, "a", List.of(1L), List.of()))
                .isInstanceOf(CgroupException.class)
                .hasMessage("systemd: start the unit gatun-a.scope: the words of"
                        + " org.freedesktop.DBus.Error.PropertyReadOnly");
    }

    @Test
    void whatIsLeftOfAFailedUnitIsForgivenOnce() {
        fake.failures.put("StartTransientUnit", "org.freedesktop.systemd1.UnitExists");
        systemd.start(UNIT, "a", List.of(1L), List.of());
        assertThat(fake.calls)
                .extracting(List::getFirst)
                .startsWith("StartTransientUnit", "ResetFailedUnit", "StartTransientUnit");
    }

    @Test
    void aUnitIsChangedUntilTheNextBoot() {
        systemd.change(UNIT.unit(), List.of(UnitProperty.of("TasksMax", UnitProperty.INFINITY)));
        assertThat(fake.calls)
                .containsExactly(List.of(
                        "SetUnitProperties",
                        "gatun-a.scope",
                        true,
                        List.of(List.of("TasksMax", "18446744073709551615"))));
    }

    @Test
    void aUnitIsStoppedAndForgiven() {
        systemd.stop(UNIT.unit());
        assertThat(fake.calls)
                .containsExactly(
                        List.of("StopUnit", "gatun-a.scope", "replace"), List.of("ResetFailedUnit", "gatun-a.scope"));
    }

    @Test
    void aUnitThatIsGoneCanBeStopped() {
        fake.failures.put("StopUnit", "org.freedesktop.systemd1.NoSuchUnit");
        fake.failures.put("ResetFailedUnit", "org.freedesktop.systemd1.NoSuchUnit");
        systemd.stop(UNIT.unit());
        assertThat(fake.calls).hasSize(2);
    }

    @Test
    void theVersionIsANumber() {
        assertThat(systemd.version()).isEqualTo(252);
    }

    @Test
    void devicesArriveAsAListBehindAnEmptyOne() {
        var rule = new DeviceRule(true, DeviceRule.Type.BLOCK, OptionalLong.of(8), OptionalLong.of(1), "r");
        systemd.change(UNIT.unit(), ResourceProperties.of(DeviceRules.of(List.of(rule))));
        List<?> properties = (List<?>) fake.calls.getFirst().getLast();
        assertThat(properties).hasSize(3);
        assertThat((Object) properties.get(0)).isEqualTo(List.of("DeviceAllow", List.of()));
        assertThat((Object) properties.get(1)).isEqualTo(List.of("DevicePolicy", "strict"));
        assertThat(properties.get(2).toString())
                .contains("[/dev/block/8:1, r]", "[char-*, m]", "[/dev/char/1:3, rwm]", "[char-136, rwm]");
    }

    @Test
    void valuesOfAllTypesArrive() {
        systemd.change(
                UNIT.unit(),
                AnnotatedProperties.of(Map.of("org.systemd.property.CollectMode", "'inactive-or-failed'")));
        systemd.change(
                UNIT.unit(),
                AnnotatedProperties.of(Map.of("org.systemd.property.After", "['a.service', 'b.service']")));
        systemd.change(UNIT.unit(), List.of(UnitProperty.of("AllowedCPUs", new byte[] {5, 1})));
        assertThat(fake.calls)
                .extracting(call -> call.getLast().toString())
                .containsExactly(
                        "[[CollectMode, inactive-or-failed]]",
                        "[[After, [a.service, b.service]]]",
                        "[[AllowedCPUs, [5, 1]]]");
    }

    /** The distribution has no java.xml, which dbus-java requires (scripts/dist). */
    @Test
    void noModuleIsNeededThatTheDistributionLeavesOut() throws Exception {
        systemd.close();
        fake.close();
        Path socket = folder.resolve("bus");
        try (var other = new FakeSystemd(socket)) {
            Process client = new ProcessBuilder(
                            System.getProperty("java.home") + "/bin/java",
                            "--limit-modules",
                            "java.base,jdk.net,jdk.security.auth",
                            "-cp",
                            System.getProperty("java.class.path"),
                            Client.class.getName(),
                            socket.toString())
                    .redirectErrorStream(true)
                    .start();
            String printed = new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

            assertThat(client.waitFor()).as(printed).isZero();
            assertThat(printed).isEqualTo("/system.slice/gatun-a.scope");
            assertThat(other.calls)
                    .extracting(List::getFirst)
                    .containsExactly("StartTransientUnit", "GetUnit", "Get", "StopUnit", "ResetFailedUnit");
        }
    }

    /** Starts a unit and stops it. */
    static final class Client {
        private Client() {}

        public static void main(String[] args) {
            try (Systemd systemd = Systemd.connect(NO_BUS, args[0])) {
                System.out.print(systemd.start(UNIT, "a", List.of(1L), List.of()));
                systemd.stop(UNIT.unit());
            }
        }
    }

    @Test
    void withoutSystemdTheErrorSaysWhatToDo() {
        systemd.close();
        Path nowhere = folder.resolve("nowhere");
        assertThatThrownBy(() -> Systemd.connect("unix:path=" + nowhere, nowhere.toString()))
                .isInstanceOf(CgroupException.class)
                .hasMessageStartingWith("connect to systemd: unix:path=" + nowhere);
    }
}
