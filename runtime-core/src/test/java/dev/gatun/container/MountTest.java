package dev.gatun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is mounted where, and how. */
@Tag("kernel")
@Tag("vm")
class MountTest {
    private final TestBundle bundle = new TestBundle();

    @AfterEach
    void clean() {
        bundle.close();
    }

    /**
     * A line of proc_pid_mountinfo(5).
     *
     * @param propagation {@code shared:1}, {@code master:2}, {@code unbindable}; empty for a private mount
     */
    private record Mounted(
            String root,
            String point,
            Set<String> options,
            String propagation,
            String type,
            String source,
            String superOptions) {
        static Mounted parse(String line) {
            String[] halves = line.split(" - ", -1);
            String[] fields = halves[0].split(" ", 7);
            String[] rest = halves[1].split(" ", -1);
            return new Mounted(
                    fields[3],
                    fields[4],
                    Set.of(fields[5].split(",", -1)),
                    fields.length > 6 ? fields[6].trim() : "",
                    rest[0],
                    rest[1],
                    rest[2]);
        }
    }

    /** The mounts that the container sees, in order. */
    private List<Mounted> mounts() {
        return bundle.run("cat /proc/self/mountinfo").lines().stream()
                .map(Mounted::parse)
                .toList();
    }

    private Mounted mountAt(String point) {
        return mounts().stream()
                .filter(mount -> mount.point().equals(point))
                .toList()
                .getLast();
    }

    @Test
    void theDefaultMountsAreThereWithTheirOptions() {
        // The kernel says "inode64" of a tmpfs where it was built with that as a choice.
        List<String> found = bundle.run("sed s/,inode64// /proc/mounts").lines();
        assertThat(found)
                .contains(
                        "proc /proc proc rw,relatime 0 0",
                        "tmpfs /dev tmpfs rw,nosuid,size=65536k,mode=755 0 0",
                        "devpts /dev/pts devpts rw,nosuid,noexec,relatime,gid=5,mode=620,ptmxmode=666 0 0",
                        "shm /dev/shm tmpfs rw,nosuid,nodev,noexec,relatime,size=65536k 0 0",
                        "mqueue /dev/mqueue mqueue rw,nosuid,nodev,noexec,relatime 0 0",
                        "sysfs /sys sysfs ro,nosuid,nodev,noexec,relatime 0 0")
                .anySatisfy(mount -> assertThat(mount)
                        .matches("\\S+ /sys/fs/cgroup (cgroup2|tmpfs) ro,nosuid,nodev,noexec,relatime.*"));
    }

    @Test
    void nothingOfTheHostIsMounted() {
        assertThat(mounts())
                .extracting(Mounted::point)
                .allMatch(point -> point.equals("/") || point.matches("/(proc|dev|sys)(/.*)?"));
    }

    @Test
    void mountsOfTheContainerDoNotReachTheHost() throws IOException {
        bundle.mount("/data", "tmpfs", "tmpfs").startIdle();
        assertThat(Files.readString(Path.of("/proc/self/mountinfo"))).doesNotContain(bundle.folder.toString());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ro          | ro,relatime
            rw          | rw,relatime
            nosuid      | rw,nosuid,relatime
            nodev       | rw,nodev,relatime
            noexec      | rw,noexec,relatime
            noatime     | rw,noatime
            nodiratime  | rw,nodiratime,relatime
            relatime    | rw,relatime
            strictatime | rw
            nosymfollow | rw,relatime,nosymfollow
            """)
    void anOptionSetsAnAttributeOfAMount(String option, String options) {
        bundle.mount("/data", "tmpfs", "tmpfs", option)
                .mount("/bound", "bind", bundle.folder.toString(), "bind", option);
        List<Mounted> mounts = mounts();
        assertThat(mounts)
                .filteredOn(
                        mount -> mount.point().equals("/data") || mount.point().equals("/bound"))
                .hasSize(2)
                .extracting(Mounted::options)
                .containsOnly(Set.of(options.split(",", -1)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            rw         | ro
            suid       | nosuid
            dev        | nodev
            exec       | noexec
            diratime   | nodiratime
            symfollow  | nosymfollow
            atime      | noatime
            relatime   | noatime
            """)
    void aRemountClearsAnAttributeAndLeavesTheOthers(String option, String cleared) {
        bundle.mount(
                "/data", "tmpfs", "tmpfs", "ro", "nosuid", "nodev", "noexec", "nodiratime", "noatime", "nosymfollow");
        Set<String> before = mountAt("/data").options();
        assertThat(before).contains(cleared);
        bundle.mount("/data", "", "", "remount", option);
        Set<String> after = mountAt("/data").options();
        assertThat(after).doesNotContain(cleared);
        assertThat(before)
                .containsAll(after.stream()
                        .filter(name -> !name.equals("rw") && !name.equals("relatime"))
                        .toList());
    }

    @Test
    void theLastOfTwoOptionsCounts() {
        bundle.mount("/data", "tmpfs", "tmpfs", "ro", "noatime", "rw", "strictatime");
        assertThat(mountAt("/data").options()).containsExactly("rw");
    }

    @Test
    void anOptionOfTheFileSystemReachesIt() {
        bundle.mount("/data", "tmpfs", "somewhere", "size=1m", "mode=0700", "uid=1000");
        Mounted data = mountAt("/data");
        assertThat(data.superOptions()).contains("size=1024k", "mode=700", "uid=1000");
        assertThat(data.source()).isEqualTo("somewhere");
        assertThat(data.type()).isEqualTo("tmpfs");
    }

    @ParameterizedTest
    @CsvSource({"sync, sync", "dirsync, dirsync", "lazytime, lazytime"})
    void anOptionOfEveryFileSystemReachesIt(String option, String found) {
        bundle.mount("/data", "tmpfs", "tmpfs", option);
        assertThat(mountAt("/data").superOptions().split(",", -1)).contains(found);
    }

    @ParameterizedTest
    @CsvSource({"silent", "loud", "async", "defaults", "iversion", "noiversion", "nomand", "nolazytime"})
    void anOptionThatChangesNothingIsTaken(String option) {
        bundle.mount("/data", "tmpfs", "tmpfs", option)
                .mount("/bound", "bind", bundle.folder.toString(), "bind", option);
        assertThat(mountAt("/bound").options()).containsExactlyInAnyOrder("rw", "relatime");
    }

    @ParameterizedTest
    @CsvSource({"sync", "dirsync", "lazytime"})
    void anOptionOfTheWholeFileSystemIsNotForABindMount(String option) {
        bundle.mount("/bound", "bind", bundle.folder.toString(), "bind", option);
        assertThat(mountAt("/bound").superOptions().split(",", -1)).doesNotContain(option);
    }

    @Test
    void aFolderIsBound() throws IOException {
        Path host = bundle.hostFolder("host");
        Files.writeString(host.resolve("file"), "content");
        bundle.mount("/data", "bind", host.toString(), "bind");
        assertThat(bundle.run("cat /data/file; echo new >/data/made").text()).isEqualTo("content");
        assertThat(host.resolve("made")).hasContent("new\n");
    }

    @Test
    void aUserNamespaceIsShownWhatItsRootCouldNotReach() throws Exception {
        Path closed = bundle.hostFolder("closed");
        Path shown = Files.createDirectory(closed.resolve("shown"));
        Files.writeString(shown.resolve("file"), "content\n");
        Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwx------"));
        bundle.userNamespace().mount("/data", "bind", shown.toString(), "rbind");
        assertThat(bundle.run("cat /data/file").text()).isEqualTo("content");
    }

    @Test
    void aFileIsBoundAndItsMountPointIsMade() {
        Path file = bundle.file("../file", "content\n", "rw-r--r--");
        bundle.mount("/etc/deep/file", "bind", file.toString(), "bind", "ro");
        assertThat(bundle.run("cat /etc/deep/file; echo x >/etc/deep/file").lines())
                .containsExactly("content", "/bin/sh: can't create /etc/deep/file: Read-only file system");
        assertThat(bundle.rootfs.resolve("etc/deep/file")).isEmptyFile();
    }

    @Test
    void aRelativeSourceIsBelowTheBundle() {
        bundle.file("../file", "content", "rw-r--r--");
        assertThat(bundle.mount("/file", "bind", "file", "bind")
                        .run("cat /file")
                        .text())
                .isEqualTo("content");
    }

    @Test
    void theTypeBindIsEnoughForABindMount() {
        bundle.file("../file", "content", "rw-r--r--");
        assertThat(bundle.mount("/file", "bind", "file").run("cat /file").text())
                .isEqualTo("content");
    }

    @Test
    void aBindMountTakesNothingThatIsMountedBelow() {
        assertThat(bundle.mount("/data", "bind", "/dev", "bind").run("exit 0").status())
                .isZero();
        assertThat(mounts()).extracting(Mounted::point).contains("/data").doesNotContain("/data/pts", "/data/shm");
    }

    @Test
    void aRecursiveBindMountTakesWhatIsMountedBelow() {
        bundle.mount("/data", "bind", "/dev", "rbind", "ro");
        List<Mounted> mounts = mounts();
        assertThat(mounts).extracting(Mounted::point).contains("/data", "/data/pts");
        assertThat(mounts)
                .filteredOn(mount -> mount.point().equals("/data"))
                .allMatch(mount -> mount.options().contains("ro"));
        assertThat(mounts)
                .filteredOn(mount -> mount.point().equals("/data/pts"))
                .isNotEmpty()
                .allMatch(mount -> mount.options().contains("rw"));
    }

    @ParameterizedTest
    @CsvSource({
        "rro, ro",
        "rnosuid, nosuid",
        "rnoexec, noexec",
        "rnodev, nodev",
        "rnoatime, noatime",
        "rnosymfollow, nosymfollow"
    })
    void aRecursiveOptionIsForWhatIsMountedBelowToo(String option, String attribute) {
        bundle.mount("/data", "bind", "/dev", "rbind", option);
        assertThat(mounts())
                .filteredOn(mount -> mount.point().startsWith("/data"))
                .hasSizeGreaterThan(1)
                .allMatch(mount -> mount.options().contains(attribute));
    }

    @Test
    void theHostsOwnMountKeepsItsAttributes() throws IOException {
        bundle.mount("/data", "bind", "/dev", "rbind", "rro").startIdle();
        assertThat(Files.readAllLines(Path.of("/proc/self/mounts")))
                .filteredOn(line -> line.split(" ", -1)[1].equals("/dev"))
                .isNotEmpty()
                .allMatch(line -> line.split(" ", -1)[3].startsWith("rw"));
    }

    @ParameterizedTest
    @CsvSource({"shared, shared:\\d+( master:\\d+)?", "private, ''", "slave, ''", "unbindable, unbindable"})
    void propagationIsSet(String option, String propagation) {
        assertThat(bundle.mount("/data", "tmpfs", "tmpfs", option).run("exit 0").status())
                .isZero();
        assertThat(mountAt("/data").propagation()).matches(propagation);
    }

    @ParameterizedTest
    @CsvSource({
        "rshared, shared:\\d+( master:\\d+)?",
        "rprivate, ''",
        "rslave, (master:\\d+)?",
        "runbindable, unbindable"
    })
    void recursivePropagationIsForWhatIsMountedBelowToo(String option, String propagation) {
        bundle.mount("/data", "bind", "/dev", "rbind", option);
        assertThat(mounts())
                .filteredOn(mount -> mount.point().startsWith("/data"))
                .hasSizeGreaterThan(1)
                .allMatch(mount -> mount.propagation().matches(propagation));
    }

    @ParameterizedTest
    @CsvSource({
        "shared, shared:\\d+( master:\\d+)?",
        "rshared, shared:\\d+( master:\\d+)?",
        "private, ''",
        "rprivate, ''",
        "unbindable, unbindable"
    })
    void theRootHasThePropagationThatIsConfigured(String propagation, String expected) {
        bundle.set("linux.rootfsPropagation", "'" + propagation + "'");
        assertThat(mountAt("/").propagation()).matches(expected);
    }

    @Test
    void aMissingMountPointIsMadeThroughALinkOfTheImage() {
        bundle.link("absolute", "/srv/a");
        bundle.link("usr/relative", "../srv/b");
        bundle.mount("/absolute/x", "tmpfs", "tmpfs").mount("/usr/relative/y", "tmpfs", "tmpfs");
        assertThat(mounts()).extracting(Mounted::point).contains("/srv/a/x", "/srv/b/y");
        assertThat(bundle.rootfs.resolve("srv/a/x")).isEmptyDirectory();
        assertThat(bundle.rootfs.resolve("srv/b/y")).isEmptyDirectory();
    }

    @Test
    void anAbsoluteLinkThatLooksLikeAPathOfTheHostLeadsIntoTheRoot() {
        Path outside = bundle.hostFolder("outside");
        bundle.link("data", outside.toString());
        bundle.mount("/data/made", "tmpfs", "tmpfs");
        assertThat(mounts()).extracting(Mounted::point).contains(outside + "/made");
        assertThat(outside).isEmptyDirectory();
    }

    @Test
    void aMountPointThatIsMadeIsAnOrdinaryFolder() throws IOException {
        bundle.mount("/data", "tmpfs", "tmpfs").run("exit 0");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(bundle.rootfs.resolve("data"))))
                .isEqualTo("rwxr-xr-x");
    }

    @ParameterizedTest
    @CsvSource({"/a/../data, /data", "//data//, /data", "/data/., /data", "data, /data", "/../data, /data"})
    void aDestinationMayBeWrittenInOtherWays(String destination, String point) {
        bundle.mount(destination, "tmpfs", "tmpfs");
        assertThat(mountAt(point).type()).isEqualTo("tmpfs");
    }

    @Test
    void aLaterMountLiesOnTopOfAnEarlierOne() {
        bundle.mount("/data", "tmpfs", "first").mount("/data", "tmpfs", "second", "mode=0711");
        bundle.mount("/data/deep", "tmpfs", "third");
        List<Mounted> mounts = mounts();
        assertThat(mounts).extracting(Mounted::source).containsSubsequence("first", "second", "third");
        assertThat(bundle.run("stat -c %a /data").text()).isEqualTo("711");
    }

    @Test
    void anOverlayMayHaveOptionsLongerThanFsconfigTakes() throws IOException {
        var lower = new StringBuilder();
        for (int i = 0; i < 4; i++) {
            Path layer = bundle.hostFolder("layer-" + i + "-" + "x".repeat(90));
            Files.writeString(layer.resolve("file" + i), "layer " + i);
            lower.append(i == 0 ? "" : ":").append(layer);
        }
        bundle.mount("/data", "overlay", "overlay", "ro", "nosuid", "lowerdir=" + lower);
        assertThat(bundle.run("cd /data; cat *; echo x >made").text())
                .isEqualTo("layer 0layer 1layer 2layer 3/bin/sh: can't create made: Read-only file system");
        assertThat(mountAt("/data").options()).contains("ro", "nosuid");
    }

    @Test
    void aReadOnlyRootIsReadOnlyAndWhatIsMountedInItIsNot() {
        Path out = bundle.hostFolder("out");
        bundle.set("root.readonly", "true")
                .mount("/out", "bind", out.toString(), "bind")
                .mount("/data", "tmpfs", "tmpfs");
        bundle.run("echo x >/made; echo y >/data/made && cat /data/made");
        assertThat(out.resolve("text")).hasContent("/bin/sh: can't create /made: Read-only file system\ny");
        assertThat(bundle.rootfs.resolve("made")).doesNotExist();
    }

    @Test
    void aReadOnlyRootStaysWritableOnTheHost() throws IOException {
        bundle.set("root.readonly", "true").startIdle();
        Files.writeString(bundle.rootfs.resolve("made"), "by the host");
        assertThat(bundle.rootfs.resolve("made")).exists();
    }

    @Test
    void controlGroupsAreShownToAContainerWithoutACgroupNamespaceToo() {
        bundle.withoutNamespace("cgroup");
        assertThat(mountAt("/sys/fs/cgroup").options()).contains("ro", "nosuid", "nodev", "noexec");
    }

    @Test
    void aTmpfsTakesUpWhatTheImageHasThere() {
        bundle.file("data/folder/file", "content\n", "rwxr-x---");
        bundle.file("data/large", "0123456789abcdef".repeat(150_000), "rw-r--r--");
        bundle.link("data/link", "folder/file");
        bundle.mount("/data", "tmpfs", "tmpfs", "tmpcopyup", "ro", "mode=700");
        List<String> shown = bundle.run("stat -c '%n %a %s %F' /data /data/folder /data/folder/file /data/large;"
                        + " readlink /data/link; cat /data/link; touch /data/new || echo read-only")
                .lines();
        assertThat(shown)
                .anyMatch(line -> line.matches("/data 700 [0-9]+ directory"))
                .anyMatch(line -> line.matches("/data/folder 755 [0-9]+ directory"))
                .contains(
                        "/data/folder/file 750 8 regular file",
                        "/data/large 644 2400000 regular file",
                        "folder/file",
                        "content",
                        "read-only");
    }

    @Test
    void whatATmpfsTakesUpKeepsItsOwnerInAUserNamespace() {
        bundle.userNamespace().file("data/file", "content\n", "rw-r--r--");
        bundle.mount("/data", "tmpfs", "tmpfs", "tmpcopyup");
        assertThat(bundle.run("stat -c '%u %g' /data/file; cat /data/file").lines())
                .containsExactly("65534 65534", "content");
    }

    @Test
    void aTmpfsOnAFolderOfTheImageHasItsPermissions() {
        bundle.file("data/file", "", "rw-r--r--");
        bundle.mount("/data", "tmpfs", "tmpfs").mount("/new", "tmpfs", "tmpfs");
        assertThat(bundle.run("stat -c '%n %a' /data /new; ls /data").lines())
                .containsExactly("/data 755", "/new 1777");
    }

    @Test
    void optionsOfAFileSystemMeanNothingToABindMount() {
        bundle.file("data/file", "content\n", "rw-r--r--");
        bundle.mount("/data", "bind", bundle.rootfs.resolve("data").toString(), "bind", "mode=755", "size=1m");
        assertThat(bundle.run("cat /data/file").text()).isEqualTo("content");
    }
}
