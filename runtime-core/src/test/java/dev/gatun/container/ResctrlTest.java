package dev.gatun.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.cgroup.GroupPaths;
import dev.gatun.oci.Hooks;
import dev.gatun.oci.IntelRdt;
import dev.gatun.oci.RuntimeSpec;
import dev.gatun.program.Listing;
import dev.gatun.program.Program;
import dev.gatun.program.ProgramBuilder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A container's place in resctrl, which few machines have: a folder plays it.
 *
 * <p>What it cannot play is the files that the kernel puts into a new group; here they appear when they are written.
 */
class ResctrlTest {
    private static final int PID = 4711;

    @TempDir
    Path root;

    @BeforeEach
    void play() throws IOException {
        for (String feature : List.of("L3", "MB", "L3_MON")) {
            Files.createDirectories(root.resolve("info").resolve(feature));
        }
        Files.writeString(root.resolve("info/last_cmd_status"), "ok\n");
        Files.writeString(root.resolve("schemata"), "    L3:0=7ff;1=7ff\n    MB:0=100;1=100\n");
        Files.createDirectory(root.resolve("mon_groups"));
        group("gold", "    L3:0=0f0;1=01f\n    MB:0= 20;1= 70\n");
    }

    private void group(String name, String schemata) throws IOException {
        Files.createDirectories(root.resolve(name).resolve("mon_groups"));
        Files.writeString(root.resolve(name).resolve("schemata"), schemata);
    }

    private static IntelRdt rdt(String json) {
        String config = "{\"ociVersion\": \"1.3.0\", \"process\": {\"cwd\": \"/\", \"args\": [\"a\"]},"
                + " \"root\": {\"path\": \"r\"}, \"linux\": {\"intelRdt\": " + TestBundle.json(json) + "}}";
        return RuntimeSpec.parse(config.getBytes(StandardCharsets.UTF_8))
                .linux()
                .intelRdt()
                .orElseThrow();
    }

    private Resctrl apply(String json) {
        var resctrl = new Resctrl(root);
        resctrl.apply(rdt(json), "box", PID);
        return resctrl;
    }

    private void assertRefused(String json, String message) {
        var resctrl = new Resctrl(root);
        assertThatThrownBy(() -> resctrl.apply(rdt(json), "box", PID))
                .isInstanceOf(ContainerException.class)
                .hasMessage(message.replace("ROOT", root.toString()));
    }

    @Test
    void withoutANameTheGroupIsTheContainersAndGoesWithIt() {
        Resctrl resctrl = apply("{}");
        assertThat(root.resolve("box/tasks")).hasContent("4711");
        assertThat(root.resolve("box/schemata")).doesNotExist();
        assertThat(resctrl.toRemove()).containsExactly(root.resolve("box").toString());
    }

    @Test
    void allThatIsConfiguredIsWrittenAtOnceInTheOrderOfTheSpecification() {
        apply("{schemata: ['L2:0=f', 'MB:0=30'], memBwSchema: 'MB:0=20;1=70', l3CacheSchema: 'L3:0=7f0;1=1f'}");
        assertThat(root.resolve("box/schemata")).hasContent("L3:0=7f0;1=1f\nMB:0=20;1=70\nL2:0=f\nMB:0=30\n");
    }

    @Test
    void aGroupThatWasThereIsNotTheContainersToRemove() throws IOException {
        group("box", "");
        assertThat(apply("{schemata: ['MB:0=30']}").toRemove()).isEmpty();
        assertThat(root.resolve("box/schemata")).hasContent("MB:0=30\n");
    }

    @Test
    void aNamedGroupIsMadeWhenItIsConfiguredAndStays() {
        assertThat(apply("{closID: 'silver', l3CacheSchema: 'L3:0=f'}").toRemove())
                .isEmpty();
        assertThat(root.resolve("silver/schemata")).hasContent("L3:0=f\n");
        assertThat(root.resolve("silver/tasks")).hasContent("4711");
    }

    @Test
    void aNamedGroupThatIsNotConfiguredMustBeThere() {
        apply("{closID: 'gold'}");
        assertThat(root.resolve("gold/tasks")).hasContent("4711");
        assertRefused(
                "{closID: 'silver'}",
                "linux.intelRdt.closID: the class of service ROOT/silver does not exist; without schemata it is not made");
        assertThat(root.resolve("silver")).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            l3CacheSchema: 'L3:0=f0;1=1f'
            l3CacheSchema: 'L3:1=001F'
            memBwSchema: 'MB:1=70;0=20'
            l3CacheSchema: 'L3:0=f0', memBwSchema: 'MB:0=20'
            """)
    void sharesThatANamedGroupHasMayBeAskedForInOtherWords(String shares) {
        apply("{closID: 'gold', " + shares + "}");
        assertThat(root.resolve("gold/tasks")).hasContent("4711");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            l3CacheSchema | L3:0=f1 | L3:0=0f0;1=01f
            l3CacheSchema | L3:2=f0 | L3:0=0f0;1=01f
            l3CacheSchema | L3CODE:0=f0 | no such line
            memBwSchema | MB:0=20;1=71 | MB:0= 20;1= 70
            """)
    void sharesThatANamedGroupDoesNotHaveAreAnErrorAndChangeNothing(String field, String wanted, String found) {
        assertRefused(
                "{closID: 'gold', " + field + ": '" + wanted + "'}",
                "linux.intelRdt." + field + ": the class of service ROOT/gold exists and has " + found + ", not "
                        + wanted);
        assertThat(root.resolve("gold/schemata")).hasContent("    L3:0=0f0;1=01f\n    MB:0= 20;1= 70\n");
        assertThat(root.resolve("gold/tasks")).doesNotExist();
    }

    @Test
    void aSlashIsTheRootOfItAll() {
        assertThat(apply("{closID: '/', enableMonitoring: true}").toRemove())
                .containsExactly(root.resolve("mon_groups/box").toString());
        assertThat(root.resolve("tasks")).hasContent("4711");
        assertThat(root.resolve("mon_groups/box/tasks")).hasContent("4711");
    }

    @Test
    void aMonitoringGroupIsRemovedAndTheSharedClassOfServiceIsNot() {
        assertThat(apply("{closID: 'gold', enableMonitoring: true}").toRemove())
                .containsExactly(root.resolve("gold/mon_groups/box").toString());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            L3 | l3CacheSchema: 'L3:0=f' | l3CacheSchema | divide its level 3 cache
            MB | memBwSchema: 'MB:0=20' | memBwSchema | divide its memory bandwidth
            L3_MON | enableMonitoring: true | enableMonitoring | monitor groups
            """)
    void whatTheMachineCannotDoIsNamed(String feature, String field, String name, String ability) throws IOException {
        Files.delete(root.resolve("info").resolve(feature));
        assertRefused(
                "{" + field + "}",
                "linux.intelRdt." + name + ": this machine cannot " + ability + " (there is no ROOT/info/" + feature
                        + ")");
        assertThat(root.resolve("box")).doesNotExist();
    }

    @Test
    void whatTheFileSystemSaysOfAFailureIsPassedOn() throws IOException {
        Files.writeString(root.resolve("info/last_cmd_status"), "Out of CLOSIDs\n");
        Files.delete(root.resolve("gold/schemata"));
        Files.createDirectory(root.resolve("gold/tasks"));
        assertRefused(
                "{closID: 'gold'}",
                "linux.intelRdt: put the container into the class of service ROOT/gold to 4711: Is a directory:"
                        + " Out of CLOSIDs");
    }

    @Test
    void aFailureIsUndone() throws IOException {
        Files.createDirectories(root.resolve("silver"));
        var resctrl = new Resctrl(root);
        // there is no mon_groups in it
        assertThatThrownBy(() -> resctrl.apply(rdt("{closID: 'gold', enableMonitoring: true}"), "no/such", PID))
                .isInstanceOf(ContainerException.class)
                .hasMessageContaining("no such file or directory");
        resctrl.undo();
        var made = new Resctrl(root);
        made.apply(rdt("{}"), "box", PID);
        Files.delete(root.resolve("box/tasks"));
        made.undo();
        assertThat(root.resolve("box")).doesNotExist();
        assertThat(root.resolve("silver")).isDirectory();
    }

    @Test
    void itIsFoundAmongTheMounts() {
        assertThat(Resctrl.mountPoint(List.of(
                        "22 1 0:20 / /sys rw - sysfs sysfs rw",
                        "30 22 0:28 / /mnt/my\\040rdt rw,relatime shared:1 - resctrl resctrl rw")))
                .contains(Path.of("/mnt/my rdt"));
        assertThat(Resctrl.mountPoint(List.of("22 1 0:20 / /sys/fs/resctrl rw - tmpfs resctrl rw")))
                .isEmpty();
    }

    @Test
    @Tag("kernel")
    void aMachineThatHasNoneIsToldHowItWouldGetIt() throws IOException {
        boolean has = Files.readString(Path.of("/proc/self/mountinfo")).contains(" - resctrl ");
        try (var bundle = new TestBundle()) {
            bundle.set("linux.intelRdt", "{closID: 'nosuch-class-of-service'}").args("/bin/true");
            assertThatThrownBy(bundle::create)
                    .isInstanceOf(ContainerException.class)
                    .hasMessageStartingWith(
                            has
                                    ? "linux.intelRdt.closID: the class of service"
                                    : "linux.intelRdt: no resctrl file system is mounted");
            assertThat(bundle.state.root()).isEmptyDirectory();
        }
    }

    @Test
    @Tag("kernel")
    void whatTheRecordKeepsIsRemovedWithTheContainer() throws IOException {
        Path group = Files.createDirectory(root.resolve("box"));
        try (var bundle = new TestBundle()) {
            bundle.state.reserve(bundle.containerId());
            bundle.state.write(record(bundle, group));
            bundle.containers.delete(bundle.containerId(), false);
            assertThat(group).doesNotExist();
            assertThat(bundle.state.root()).isEmptyDirectory();
        }
    }

    @Test
    @Tag("kernel")
    void whereThereIsNoJavaAnyMoreTheProgramRemovesIt() {
        try (var bundle = new TestBundle()) {
            var program = new ProgramBuilder();
            var entry = program.label("entry");
            program.place(entry);
            new DeletionOps(bundle.state, record(bundle, root.resolve("box"))).add(program);
            Program built = program.build(entry, entry);
            assertThat(new Listing(built).toString())
                    .contains("unlinkat(AT_FDCWD, \"" + root.resolve("box") + "\", AT_REMOVEDIR)");
        }
    }

    private static ContainerRecord record(TestBundle bundle, Path group) {
        var record = new ContainerRecord(
                bundle.containerId(),
                "1.3.0",
                new ProcessIdentity(Integer.MAX_VALUE, 1),
                Optional.empty(),
                bundle.folder.toString(),
                bundle.rootfs.toString(),
                Timestamp.now(),
                Map.of(),
                Hooks.NONE,
                Optional.empty(),
                GroupPaths.of(Map.of()),
                true,
                List.of(group.toString()));
        assertThat(ContainerRecord.parse(record.toJson().getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(record);
        return record;
    }
}
