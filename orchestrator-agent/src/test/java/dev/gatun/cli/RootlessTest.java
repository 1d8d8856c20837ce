package dev.gatun.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gatun.container.IdHelpers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Both commands as a user has them who is not root, and of whom the machine knows nothing but what a test says. */
@Tag("kernel")
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RootlessTest {
    private static final int USER = OrdinaryUser.ID;
    private static final String SUBORDINATES = OrdinaryUser.SUBORDINATES;
    private static final String ONE_ID = "0 " + USER + " 1";

    private static final Path CGROUPS = Path.of("/sys/fs/cgroup");
    private static final Path UNIFIED =
            Files.exists(CGROUPS.resolve("cgroup.controllers")) ? CGROUPS : CGROUPS.resolve("unified");
    private static final String ONLY_UNIFIED = "echo 0 > \"$1\" && shift"
            + " && for mount in $(sed -n 's/.* \\([^ ]*\\) [^ ]* - cgroup .*/\\1/p' /proc/self/mountinfo); do"
            + " umount \"$mount\" || exit; done && exec \"$@\"";

    @TempDir
    static Path shared;

    @TempDir
    Path folder;

    private Rootfs rootfs;
    private OrdinaryUser user;
    private Gatun gatun;

    @BeforeAll
    static void copyWhatIsTested() {
        OrdinaryUser.copyCommands(shared);
    }

    @BeforeEach
    void begin() throws IOException {
        rootfs = Rootfs.in(folder.resolve("rootfs"));
        user = new OrdinaryUser(shared, folder);
        gatun = new Gatun(folder);
    }

    @AfterEach
    void end() {
        gatun.close();
    }

    private Gatun.Result run(String... words) {
        return gatun.runProcess(user.gatun("", words));
    }

    /** A bundle as {@code spec --rootless} writes it, with another command and {@code more} replacing some of its text. */
    private String bundle(String script, String... more) throws IOException {
        Path bundle = Files.createTempDirectory(folder, "bundle");
        OrdinaryUser.give(bundle);
        run("gatun-oci", "spec", "--rootless", "--bundle", bundle.toString()).succeeded();
        Path file = bundle.resolve("config.json");
        String config = Files.readString(file)
                .replace("\"terminal\": true,", "")
                .replaceFirst("\"path\": \"rootfs\"", "\"path\": \"" + rootfs + "\"")
                .replaceFirst("\\[\\s*\"sh\"\\s*]", Matcher.quoteReplacement("[\"sh\", \"-c\", \"" + script + "\"]"));
        for (int i = 0; i < more.length; i += 2) {
            String changed = config.replaceFirst(more[i], more[i + 1]);
            assertThat(changed).as(more[i]).isNotEqualTo(config);
            config = changed;
        }
        Files.writeString(file, config);
        return bundle.toString();
    }

    private static String words(String text) {
        return text.strip().replaceAll("\\s+", " ");
    }

    @Test
    void whatSpecWritesForAUserRunsWithTheUsersOwnIdAlone() throws IOException {
        String bundle = bundle("id; cat /proc/self/uid_map /proc/self/setgroups; touch /dev/shm/file; ls /sys; exit 7");
        Gatun.Result result = run("gatun-oci", "run", "--bundle", bundle, "one");
        assertThat(result.err()).isEmpty();
        assertThat(result.status()).isEqualTo(7);
        assertThat(words(result.out()))
                .startsWith("uid=0 gid=0 " + ONE_ID + " deny")
                .contains(" kernel ");
        assertThat(gatun.containers()).isEmpty();
    }

    @Test
    void aContainerIsCreatedLookedAtEnteredStartedKilledAndDeleted() throws IOException {
        String bundle = bundle("exec sleep 1000");
        String pidFile = gatun.path("pid").toString();
        run("gatun-oci", "create", "--bundle", bundle, "--pid-file", pidFile, "one")
                .succeeded();
        assertThat(run("gatun-oci", "state", "one").json().field("status").string())
                .isEqualTo("created");
        assertThat(run("gatun-oci", "exec", "one", "sh", "-c", "id; cat /proc/1/comm")
                        .succeeded()
                        .out())
                .startsWith("uid=0 gid=0\n")
                .doesNotContain("sleep");
        run("gatun-oci", "start", "one").succeeded();
        assertThat(run("gatun-oci", "exec", "one", "cat", "/proc/1/comm")
                        .succeeded()
                        .out())
                .isEqualTo("sleep\n");
        assertThat(run("gatun-oci", "list", "--quiet").succeeded().out()).isEqualTo("one\n");
        assertThat(run("gatun-oci", "ps", "--format", "json", "one").succeeded().out())
                .isEqualToIgnoringWhitespace("[" + Files.readString(gatun.path("pid")) + "]");
        run("gatun-oci", "kill", "one", "KILL").succeeded();
        Gatun.await(
                "the container has ended",
                () -> run("gatun-oci", "state", "one")
                        .json()
                        .field("status")
                        .string()
                        .equals("stopped"));
        run("gatun-oci", "delete", "one").succeeded();
        assertThat(gatun.containers()).isEmpty();
    }

    @Test
    void hooksRunAsTheUserWhereTheyBelong() throws IOException {
        String write =
                "{\"path\": \"/bin/sh\", \"args\": [\"sh\", \"-c\", \"echo $0 >> " + folder + "/hooks\", \"%s\"]}";
        var hooks = new StringBuilder();
        for (String kind : List.of("prestart", "createRuntime", "createContainer", "poststart", "poststop")) {
            hooks.append(hooks.isEmpty() ? "" : ", ")
                    .append('"')
                    .append(kind)
                    .append("\": [")
                    .append(write.formatted(kind))
                    .append(']');
        }
        hooks.append(
                ", \"startContainer\": [{\"path\": \"/bin/sh\", \"args\": [\"sh\", \"-c\", \"id > /dev/shm/hook\"]}]");
        String bundle = bundle(
                "cat /dev/shm/hook",
                "\"hostname\"",
                Matcher.quoteReplacement("\"hooks\": {" + hooks + "}, \"hostname\""));
        assertThat(run("gatun-oci", "run", "--bundle", bundle, "one")
                        .succeeded()
                        .out())
                .isEqualTo("uid=0 gid=0\n");
        assertThat(folder.resolve("hooks"))
                .hasContent("prestart\ncreateRuntime\ncreateContainer\npoststart\npoststop\n");
    }

    @Test
    void aFolderOfTheUsersRunsWithoutAnyConfiguration() {
        Gatun.Result result = run("gatun", "run", "--rm", rootfs.toString(), "sh", "-c", "id; cat /proc/self/uid_map");
        assertThat(words(result.succeeded().out())).isEqualTo("uid=0 gid=0 " + ONE_ID);
    }

    @Test
    void aUserMayHaveMoreIdsWhereTheMachineGrantsThem() {
        assumeTrue(IdHelpers.areThere(), "newuidmap and newgidmap are not there: install Debian's package uidmap");
        String[] words = {
            "gatun", "run", "--rm", "-u", "1000:7", rootfs.toString(), "sh", "-c", "id; cat /proc/self/gid_map"
        };
        Gatun.Result result = gatun.runProcess(user.gatun(SUBORDINATES, words));
        assertThat(words(result.succeeded().out())).isEqualTo("uid=1000 gid=7 " + ONE_ID + " 1 300000 65536");
    }

    /** On a host with version 2 alone, as which this one looks in a mount namespace of the test's. */
    @Test
    void aContainerHasAGroupWhereSomeOfTheTreeIsDelegated() throws IOException {
        Path tree = UNIFIED.resolve("gatun-test-" + Long.toHexString(System.nanoTime()));
        Path own = tree.resolve("own");
        try {
            Files.createDirectories(own);
            for (Path delegated : List.of(tree, tree.resolve("cgroup.procs"), tree.resolve("cgroup.subtree_control"))) {
                Files.setAttribute(delegated, "unix:uid", USER);
            }
            String bundle = bundle("cat /proc/self/cgroup; sleep 1000");

            gatun.runProcess(delegated(own, "create", "--bundle", bundle, "one"))
                    .succeeded();

            Path group = tree.resolve("one");
            String pid = run("gatun-oci", "state", "one").json().field("pid").int32() + "";
            assertThat(Files.readString(group.resolve("cgroup.procs")).strip()).isEqualTo(pid);
            assertThat(Files.readString(own.resolve("cgroup.procs"))).isEmpty();
            gatun.runProcess(delegated(own, "start", "one")).succeeded();
            gatun.runProcess(delegated(own, "pause", "one")).succeeded();
            assertThat(Files.readString(group.resolve("cgroup.events"))).contains("frozen 1");
            gatun.runProcess(delegated(own, "delete", "--force", "one")).succeeded();
            assertThat(group).doesNotExist();
        } finally {
            Files.deleteIfExists(own);
            Files.deleteIfExists(tree);
        }
    }

    /** A command of a user's in a control group, on a host that has no other hierarchy. */
    private List<String> delegated(Path group, String... words) {
        var line = new ArrayList<String>(List.of("unshare", "--mount", "sh", "-c", ONLY_UNIFIED, "sh"));
        line.add(group.resolve("cgroup.procs").toString());
        var command = new ArrayList<String>(List.of("gatun-oci"));
        command.addAll(List.of(words));
        line.addAll(user.gatun("", command.toArray(String[]::new)));
        return line;
    }

    @Test
    void idsThatTheMachineDoesNotGrantAreNamed() throws IOException {
        assumeTrue(IdHelpers.areThere(), "newuidmap and newgidmap are not there: install Debian's package uidmap");
        String bundle = bundle("true", "\"hostID\": 65533", "\"hostID\": 1000");
        assertThat(run("gatun-oci", "run", "--bundle", bundle, "one").failedWith(1))
                .contains("newuidmap", " 0 1000 1", "exit status 1", "/etc/subuid");
        assertThat(gatun.containers()).isEmpty();
    }

    @Test
    void aTimeNamespaceIsMadeInsideTheUserNamespace() throws IOException {
        String bundle = bundle(
                "cat /proc/self/timens_offsets",
                "\"namespaces\": \\[",
                "\"timeOffsets\": {\"boottime\": {\"secs\": 1000}}, \"namespaces\": [{\"type\": \"time\"},");
        assertThat(words(run("gatun-oci", "run", "--bundle", bundle, "one")
                        .succeeded()
                        .out()))
                .endsWith("boottime 1000 0");
    }

    @Test
    void aCompiledProgramMapsTheUserAlone() {
        String file = gatun.path("program").toString();
        run("gatun", "compile", "-o", file, rootfs.toString(), "id").succeeded();
        assertThat(gatun.runProcess(user.line("", List.of(file))).succeeded().out())
                .isEqualTo("uid=0 gid=0\n");
        assumeTrue(IdHelpers.areThere(), "newuidmap and newgidmap are not there: install Debian's package uidmap");
        assertThat(gatun.runProcess(user.gatun(SUBORDINATES, "gatun", "compile", "-o", file, rootfs.toString(), "id"))
                        .failedWith(1))
                .contains("linux.uidMappings", "newuidmap");
    }

    @Test
    void containersAreInTheFolderThatTheUsersSessionHas() throws IOException {
        String bundle = bundle("true");
        var builder = gatun.builder(user.gatun("", "gatun-oci", "run", "--keep", "--bundle", bundle, "one"));
        builder.environment().remove("GATUN_ROOT");
        builder.environment().put("XDG_RUNTIME_DIR", folder.resolve("home").toString());
        gatun.start(builder).result().succeeded();
        assertThat(folder.resolve("home/gatun/containers/one/state.json")).exists();
    }

    @Test
    void aUserWithoutASessionIsToldWhatToSet() throws IOException {
        String bundle = bundle("true");
        var builder = gatun.builder(user.gatun("", "gatun-oci", "run", "--bundle", bundle, "one"));
        builder.environment().remove("GATUN_ROOT");
        builder.environment().remove("XDG_RUNTIME_DIR");
        assertThat(gatun.start(builder).result().failedWith(1))
                .contains("/run/user/" + USER, "XDG_RUNTIME_DIR", "--root");
    }

    /** Each row: what is replaced in the configuration, by what, and what the error says. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            \\{\\s*"type": "user"\\s*}                  | {"type": "network"}                        | linux.namespaces: needs root
            "type": "proc"                              | "type": "sysfs"                            | mounts[0]: needs root: to mount sysfs
            \\{\\s*"type": "ipc"\\s*},                  | ''                                         | mounts[4]: needs root: to mount mqueue
            \\{\\s*"type": "pid"\\s*},                  | ''                                         | mounts[0]: needs root: to mount proc
            "mode=0620"                                 | "gid=5"                                    | mounts[2].options: "gid=5": linux.gidMappings
            "type": "mqueue"                            | "type": "ext4"                             | this type of file system needs root
            "noNewPrivileges": true                     | "noNewPrivileges": true, "oomScoreAdj": -5 | CAP_SYS_RESOURCE
            "uid": 0                                    | "uid": 1000                                | linux.uidMappings
            "uid": 0                                    | "uid": 0, "additionalGids": [4]            | process.user.additionalGids: needs root
            "noNewPrivileges": true                     | "scheduler": {"policy": "SCHED_FIFO", "priority": 9} | CAP_SYS_NICE
            \\{\\s*"type": "ipc"\\s*}                   | {"type": "ipc", "path": "/proc/1/ns/ipc"}  | another user's namespaces need root
            "namespaces"                                | "resources": {"memory": {"limit": 1000000}}, "namespaces" | linux.resources.memory: needs root
            "rbind"                                     | "bind"                                     | use the option rbind
            """)
    void whatNeedsRootIsNamed(String what, String by, String error) throws IOException {
        String bundle = bundle("true", what, Matcher.quoteReplacement(by));
        assertThat(run("gatun-oci", "run", "--bundle", bundle, "one").failedWith(1))
                .contains(error);
        assertThat(gatun.containers()).isEmpty();
    }

    @Test
    void aCopyOfTheMachineNeedsRoot() {
        assertThat(run("gatun", "run", "--rm", "host", "true").failedWith(125)).contains("host: needs root");
    }

    @Test
    void rootWithFewCapabilitiesIsAUserWhoMapsIds() {
        var line = new ArrayList<String>(List.of(
                "setpriv", "--bounding-set=-all,+setuid,+setgid,+setfcap", "--inh-caps=-all", "--no-new-privs"));
        line.addAll(Gatun.commandLine("gatun", "run", "--rm", rootfs.toString(), "cat", "/proc/self/uid_map"));
        try {
            // a root that may not override permissions writes to what is its own
            Files.setAttribute(rootfs.folder(), "unix:uid", 0);
            Files.setAttribute(folder, "unix:uid", 0);
            Files.setAttribute(folder.resolve("home"), "unix:uid", 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        assertThat(words(gatun.runProcess(line).succeeded().out())).isEqualTo("0 0 1");
    }
}
