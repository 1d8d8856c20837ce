package dev.gatun.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gatun.container.IdHelpers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Images of a user who is not root: with its own id alone, with subordinate ids, and with layers that fuse-overlayfs mounts. */
@Tag("kernel")
@Timeout(value = 4, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RootlessImagesTest {
    private static final String ID = "[0-9a-f]{64}\n";
    private static final String FUSE = "/usr/bin/fuse-overlayfs";

    @TempDir
    static Path shared;

    @TempDir
    Path folder;

    private OrdinaryUser user;
    private Gatun gatun;
    private Kind kind = Kind.ONE_ID;

    /** What a user has of the machine. */
    enum Kind {
        ONE_ID(""),
        SUBORDINATE_IDS(OrdinaryUser.SUBORDINATES),
        FUSE_IF_NEEDED(OrdinaryUser.SUBORDINATES),
        FUSE(OrdinaryUser.SUBORDINATES);

        private final String grants;

        Kind(String grants) {
            this.grants = grants;
        }

        private boolean hasFuse() {
            return this == FUSE || this == FUSE_IF_NEEDED;
        }
    }

    @BeforeAll
    static void copyWhatIsTested() {
        OrdinaryUser.copyCommands(shared);
    }

    @BeforeEach
    void begin() throws IOException {
        user = new OrdinaryUser(shared, folder);
        gatun = new Gatun(folder);
    }

    @AfterEach
    void end() {
        gatun.close();
    }

    private void begin(Kind of) {
        assumeTrue(
                of == Kind.ONE_ID || IdHelpers.areThere(),
                "newuidmap and newgidmap are not there: install Debian's package uidmap");
        assumeTrue(
                !of.hasFuse() || Files.isExecutable(Path.of(FUSE)),
                "fuse-overlayfs is not there: install Debian's package of that name");
        kind = of;
    }

    private Gatun.Result attempt(String... words) {
        return gatun.runProcess(builder(words));
    }

    private ProcessBuilder builder(String... words) {
        String[] line = Stream.concat(Stream.of("gatun"), Stream.of(words)).toArray(String[]::new);
        var builder =
                gatun.builder(kind.hasFuse() ? user.gatunWithFuse(kind.grants, line) : user.gatun(kind.grants, line));
        if (kind == Kind.FUSE) {
            builder.environment().put("GATUN_MOUNT_PROGRAM", FUSE);
        }
        builder.environment().put("HOME", folder.resolve("home").toString());
        return builder;
    }

    private String gatun(String... words) {
        return attempt(words).succeeded().out();
    }

    private void shell() {
        assertThat(gatun("image", "from-host", "shell", "/usr/bin/busybox", "--cmd=/usr/bin/busybox", "--cmd=sh"))
                .matches(ID);
    }

    /** A container of the image that runs a script of busybox's and stays, as one that has ended. */
    private void changed(String name, String image, String script) {
        gatun("run", "--name=" + name, image, "busybox", "sh", "-c", script);
    }

    private String printed(String image, String script) {
        return gatun("run", "--rm", image, "busybox", "sh", "-c", script);
    }

    private Path lib() {
        return folder.resolve("home/lib");
    }

    /** The folder of the layers that the user has unpacked. */
    private Path snapshots() throws IOException {
        try (Stream<Path> folders = Files.list(lib())) {
            return folders.filter(each -> each.getFileName().toString().startsWith("snapshots-"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static List<String> filesIn(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"SUBORDINATE_IDS", "FUSE"})
    void anImageGoesRoundThroughARegistryAndLeavesNothing(Kind of) throws Exception {
        begin(of);
        shell();
        changed("first", "shell", "busybox mkdir -p /kept/below && echo old > /kept/below/old && echo 1 > /one");
        try (var registry = Registry.start(folder.resolve("registry"), "")) {
            String first = registry.host() + "/test/first:1";
            String second = registry.host() + "/test/second:1";
            assertThat(gatun("commit", "first", first)).matches(ID);
            // a folder in the place of another, and a removed file: what only overlayfs's marks can say
            changed(
                    "second",
                    first,
                    "busybox rm /etc/nsswitch.conf && busybox rm -r /kept && busybox mkdir /kept"
                            + " && echo new > /kept/new");
            assertThat(gatun("commit", "second", second)).matches(ID);
            assertThat(gatun("push", "-q", second)).matches("sha256:" + ID);
            deleteContainers("first", "second");
            gatun("rmi", "shell", first, second);
            assertThat(gatun("images", "-q")).isEmpty();
            assertThat(gatun("pull", "-q", second)).matches(ID);
            assertThat(printed(second, "busybox ls /etc /kept; busybox cat /kept/new /one; id -u"))
                    .isEqualTo("/etc:\ngroup\npasswd\n\n/kept:\nnew\nnew\n1\n0\n");
            gatun("tag", second, "other");
            assertThat(gatun("history", "other").lines()).hasSize(4);
            assertThat(gatun("system", "df")).contains("Unpacked layers    3");
            assertThat(gatun("image", "verify")).isEmpty();
        }
        gatun("prune", "-a");
        assertThat(gatun("images", "-q")).isEmpty();
        assertThat(lib().resolve("images/blobs/sha256")).isEmptyDirectory();
        assertThat(filesIn(snapshots())).containsExactlyInAnyOrder("containers", "work");
        assertThat(snapshots().resolve("containers")).isEmptyDirectory();
        assertThat(snapshots().resolve("work")).isEmptyDirectory();
    }

    private void deleteContainers(String... names) {
        for (String name : names) {
            gatun.runProcess(user.gatun(kind.grants, "gatun-oci", "delete", name))
                    .succeeded();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"ONE_ID", "FUSE"})
    void archivesAreSavedLoadedExportedAndImported(Kind of) {
        begin(of);
        shell();
        String archive = folder.resolve("home/shell.tar").toString();
        gatun("save", "-q", "-o", archive, "shell");
        String id = gatun("images", "-q");
        gatun("rmi", "shell");
        assertThat(gatun("load", "-q", "-i", archive)).isEqualTo("Loaded image: docker.io/library/shell:latest\n");
        assertThat(gatun("images", "-q")).isEqualTo(id);
        changed("made", "shell", "echo made > /made; busybox rm /etc/group");
        String files = folder.resolve("home/files.tar").toString();
        gatun("export", "-o", files, "made");
        assertThat(gatun("import", files, "imported")).matches(ID);
        assertThat(printed("imported", "busybox cat /made; busybox ls /etc"))
                .isEqualTo("made\nnsswitch.conf\npasswd\n");
    }

    @Test
    void ownersAreKeptAsTheUsersSubordinateIds() throws IOException {
        begin(Kind.SUBORDINATE_IDS);
        shell();
        changed(
                "owned",
                "shell",
                "busybox mkdir -p /data/private && echo mine > /data/private/file && busybox chmod 700 /data/private"
                        + " && busybox chown -R 1000:7 /data");
        gatun("commit", "owned", "owned", "-c", "USER=1000:7");
        String archive = folder.resolve("home/owned.tar").toString();
        gatun("save", "-q", "-o", archive, "owned");
        deleteContainers("owned");
        gatun("rmi", "owned");
        gatun("load", "-q", "-i", archive);
        assertThat(printed("owned", "id -u; id -g; busybox cat /data/private/file; busybox stat -c %u:%g /etc /data"))
                .isEqualTo("1000\n7\nmine\n0:0\n1000:7\n");
        try (Stream<Path> trees = Files.walk(snapshots())) {
            Path data = trees.filter(file -> file.endsWith("tree/data/private"))
                    .findFirst()
                    .orElseThrow();
            // id 1 inside is the first of them
            assertThat(Files.getAttribute(data, "unix:uid")).isEqualTo(OrdinaryUser.FIRST_SUBORDINATE + 999);
            assertThat(Files.getAttribute(data, "unix:gid")).isEqualTo(OrdinaryUser.FIRST_SUBORDINATE + 6);
        }
    }

    @Test
    void aUserWithOneIdOwnsAllFiles() throws IOException {
        begin(Kind.SUBORDINATE_IDS);
        shell();
        changed("owned", "shell", "echo theirs > /theirs && busybox chown 1000:7 /theirs");
        gatun("commit", "owned", "owned");
        begin(Kind.ONE_ID);
        // what was unpacked for other ids is not used
        assertThat(printed("owned", "busybox stat -c %u:%g /theirs; busybox cat /theirs"))
                .isEqualTo("0:0\ntheirs\n");
        assertThat(attempt("run", "--rm", "-u", "1000", "owned", "busybox", "true")
                        .failedWith(125))
                .contains("linux.uidMappings");
    }

    @ParameterizedTest
    @EnumSource(names = {"ONE_ID", "SUBORDINATE_IDS"})
    void volumesHaveWhatTheImageHasThere(Kind of) throws IOException {
        begin(of);
        shell();
        String owner = kind == Kind.ONE_ID ? "0:0" : "33:33";
        changed(
                "base",
                "shell",
                "busybox mkdir /data && echo content > /data/file && busybox chown -R " + owner + " /data");
        gatun("commit", "base", "volume", "-c", "VOLUME=/data");
        assertThat(printed("volume", "busybox cat /data/file; busybox stat -c %u:%g /data /data/file"))
                .isEqualTo("content\n" + owner + "\n" + owner + "\n");
        assertThat(attempt("run", "--rm", "volume", "/nothing").failedWith(127)).contains("/nothing");
        deleteContainers("base");
        gatun("prune");
        assertThat(snapshots().resolve("containers")).isEmptyDirectory();
    }

    @Test
    void whatAContainerGaveAwayIsRemovedWithIt() throws IOException {
        begin(Kind.SUBORDINATE_IDS);
        shell();
        String script = "busybox mkdir -p /given/away && echo > /given/away/file && busybox chown -R 1000:7 /given";
        for (int i = 0; i < 2; i++) {
            gatun("run", "--rm", "--name=again", "shell", "busybox", "sh", "-c", script);
        }
        gatun("image", "prune");
        assertThat(snapshots().resolve("containers")).isEmptyDirectory();
    }

    @Test
    void anImageIsPulledWhenItIsRun() throws Exception {
        begin(Kind.SUBORDINATE_IDS);
        shell();
        try (var registry = Registry.start(folder.resolve("registry"), "")) {
            String name = registry.host() + "/shell:1";
            gatun("tag", "shell", name);
            gatun("push", "-q", name);
            gatun("prune", "-a");
            assertThat(attempt("run", "--pull=never", name).failedWith(125)).contains("is not here");
            Gatun.Result result = attempt("run", "--rm", name, "busybox", "echo", "pulled");
            assertThat(result.out()).isEqualTo("pulled\n");
            assertThat(result.status()).isZero();
            assertThat(result.err()).contains(name + ": sha256:", "done");
        }
    }

    @Test
    void whatIsTypedReachesACommandThatRunsAsRootOfItsUser() throws IOException {
        begin(Kind.ONE_ID);
        shell();
        String archive = folder.resolve("home/shell.tar").toString();
        gatun("save", "-q", "-o", archive, "shell");
        gatun("rmi", "shell");
        var builder = builder("load", "-q").redirectInput(Path.of(archive).toFile());
        assertThat(gatun.runProcess(builder).succeeded().out()).contains("Loaded image");
    }

    @Test
    void theImagesAreInTheUsersHome() throws IOException {
        begin(Kind.SUBORDINATE_IDS);
        var builder = builder("image", "from-host", "shell", "/usr/bin/busybox");
        builder.environment().remove("GATUN_ROOT");
        builder.environment().put("XDG_RUNTIME_DIR", folder.resolve("home/run").toString());
        gatun.runProcess(builder).succeeded();
        Path index = folder.resolve("home/.local/share/gatun/images/index.json");
        assertThat(Files.readString(index, StandardCharsets.UTF_8)).contains("shell");
        assertThat(Files.getAttribute(index, "unix:uid", LinkOption.NOFOLLOW_LINKS))
                .isEqualTo(OrdinaryUser.ID);
    }

    @Test
    void theProgramOfARootEndsWithItsContainer() {
        begin(Kind.FUSE);
        shell();
        gatun("run", "-d", "--name=served", "shell", "busybox", "sleep", "1000");
        assertThat(servers()).hasSize(1);
        assertThat(mounts()).isEmpty();
        gatun.runProcess(user.gatun(kind.grants, "gatun-oci", "delete", "--force", "served"))
                .succeeded();
        Gatun.await("the program has ended", () -> servers().isEmpty());
        assertThat(attempt("run", "--rm", "shell", "/nothing").failedWith(127)).contains("/nothing");
        Gatun.await("the program has ended", () -> servers().isEmpty());
        assertThat(mounts()).isEmpty();
    }

    /** The processes that serve file systems of the user's. */
    private static List<Long> servers() {
        return ProcessHandle.allProcesses()
                .filter(process -> process.info().command().orElse("").equals(FUSE))
                .map(ProcessHandle::pid)
                .filter(RootlessImagesTest::isTheUsers)
                .toList();
    }

    private static boolean isTheUsers(long pid) {
        try {
            return Files.getAttribute(Path.of("/proc", Long.toString(pid)), "unix:uid")
                            .equals(OrdinaryUser.ID)
                    && Gatun.isAlive(pid);
        } catch (IOException gone) {
            return false;
        }
    }

    /** What this machine has mounted in the test's folder. */
    private List<String> mounts() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/mountinfo"))) {
            return lines.filter(line -> line.contains(folder.toString())).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void whereTheKernelTakesNoChangesTheProgramHelps() throws IOException {
        begin(Kind.SUBORDINATE_IDS);
        user.moveHomeToOverlay();
        shell();
        assertThat(attempt("run", "--rm", "shell", "busybox", "true").failedWith(125))
                .contains("install it", "fuse-overlayfs", "EINVAL");
        begin(Kind.FUSE_IF_NEEDED);
        changed("helped", "shell", "busybox rm -r /etc && busybox mkdir /etc && echo new > /etc/new");
        gatun("commit", "helped", "helped");
        assertThat(printed("helped", "busybox ls /etc; busybox grep -c ' / / .* fuse ' /proc/self/mountinfo"))
                .isEqualTo("new\n1\n");
    }
}
