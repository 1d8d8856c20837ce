package dev.gatun.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.linux.ProcessCalls;
import dev.gatun.linux.Sched;
import dev.gatun.program.Launcher;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bind mounts that show other owners than the file system has. */
@Tag("kernel")
class IdmappedMountTest {
    private final TestBundle bundle = new TestBundle();
    private final Path host = bundle.hostFolder("host");

    @AfterEach
    void clean() {
        bundle.close();
    }

    @BeforeEach
    void files() throws IOException {
        file(host.resolve("a"), 0, 0);
        file(host.resolve("b"), 100, 200);
        file(host.resolve("c"), 70000, 70000);
    }

    private static void file(Path file, int uid, int gid) throws IOException {
        Files.createFile(file);
        Files.setAttribute(file, "unix:uid", uid);
        Files.setAttribute(file, "unix:gid", gid);
    }

    /** Adds a mount of a folder to /data; {@code to} is what its first 65536 ids are shown as. */
    private TestBundle mapped(Path source, int to, String... options) {
        String mapping = "[{containerID: 0, hostID: " + to + ", size: 65536}]";
        return bundle.add(
                "mounts",
                "{destination: '/data', type: 'bind', source: '" + source + "', options: ['"
                        + String.join("', '", options) + "'], uidMappings: " + mapping + ", gidMappings: " + mapping
                        + "}");
    }

    private List<String> owners(String... files) {
        return bundle.run("cd /data; stat -c %u:%g " + String.join(" ", files)).lines();
    }

    @Test
    void ownersAreShownByTheMappingAndOthersAsNobody() {
        mapped(host, 100000, "bind");
        assertThat(owners("a", "b", "c")).containsExactly("100000:100000", "100100:100200", "65534:65534");
    }

    @Test
    void theMappingOfTheContainersUserNamespaceShowsThemAsTheyAre() {
        bundle.userNamespace();
        mapped(host, 1100000, "bind", "idmap");
        assertThat(owners("a", "b", "c")).containsExactly("0:0", "100:200", "65534:65534");
    }

    @Test
    void anotherMappingInAUserNamespaceIsShownThroughBoth() {
        bundle.userNamespace();
        mapped(host, 1100005, "bind");
        assertThat(owners("a", "b")).containsExactly("5:5", "105:205");
    }

    @Test
    void withoutMappingsTheyAreThoseOfANewUserNamespace() {
        bundle.userNamespace().mount("/data", "bind", host.toString(), "bind", "idmap");
        assertThat(owners("a", "b")).containsExactly("0:0", "100:200");
    }

    @Test
    void withoutMappingsTheyAreThoseOfAJoinedUserNamespace() throws Exception {
        Process other = new ProcessBuilder("unshare", "--user", "sh", "-c", "echo; exec sleep 1000").start();
        try {
            assertThat(other.getInputStream().read()).isEqualTo('\n');
            for (String map : List.of("uid_map", "gid_map")) {
                Files.writeString(Path.of("/proc/" + other.pid() + "/" + map), "0 1100000 65536");
            }
            bundle.giveRootfsTo(1100000);
            bundle.namespace("user", "/proc/" + other.pid() + "/ns/user")
                    .mount("/data", "bind", host.toString(), "bind", "idmap");
            assertThat(owners("a", "b")).containsExactly("0:0", "100:200");
        } finally {
            other.destroyForcibly().waitFor();
        }
    }

    @Test
    void crunsNotationInTheOptionsIsAMappingToo() {
        bundle.mount("/data", "bind", host.toString(), "bind", "idmap=uids=0-7-1#100-8-1;gids=0-7-1#200-9-1");
        assertThat(owners("a", "b")).containsExactly("7:7", "8:9");
    }

    @Test
    void severalMappingsOfOneFolderStandSideBySide() {
        mapped(host, 100000, "bind");
        bundle.mount("/other", "bind", host.toString(), "bind", "idmap=uids=0-200000-1000;gids=0-200000-1000")
                .mount("/plain", "bind", host.toString(), "bind");
        assertThat(owners("a", "/other/a", "/plain/a")).containsExactly("100000:100000", "200000:200000", "0:0");
    }

    @Test
    void whatIsWrittenIsMappedBack() throws IOException {
        bundle.userNamespace();
        mapped(host, 1100000, "bind").set("process.user.uid", "0");
        assertThat(bundle.run("touch /data/new && exit 0").status()).isZero();
        assertThat(Files.getAttribute(host.resolve("new"), "unix:uid")).isEqualTo(0);
    }

    @Test
    void theOtherOptionsHoldAsForEveryMount() {
        mapped(host, 100000, "bind", "ro", "nosuid", "noexec");
        assertThat(bundle.run("grep /data /proc/self/mountinfo; touch /data/new")
                        .text())
                .contains(" /data ro,nosuid,noexec,relatime,idmapped")
                .contains("Read-only file system");
    }

    @Test
    void theContainerHasNoDescriptorOfThem() {
        mapped(host, 100000, "bind");
        assertThat(bundle.run("exec ls /proc/self/fd").lines()).containsExactly("0", "1", "2", "3");
    }

    @ParameterizedTest
    @ValueSource(strings = {"idmap", "ridmap"})
    void mountsBelowAreMappedIfThatIsAskedFor(String option) throws Exception {
        OwnNamespaces.in(bundle.kernel, Sched.CLONE_NEWNS, () -> {
            Path below = Files.createDirectory(host.resolve("below"));
            OwnNamespaces.shell("mount --make-rprivate / && mount -t tmpfs tmpfs " + below);
            file(below.resolve("d"), 100, 100);
            mapped(host, 100000, "rbind", option);
            assertThat(owners("b", "below/d"))
                    .containsExactly("100100:100200", option.equals("ridmap") ? "100100:100100" : "100:100");
        });
    }

    @Test
    void mountsOfTheContainerDoNotTravelToTheHost() throws Exception {
        OwnNamespaces.in(bundle.kernel, Sched.CLONE_NEWNS, () -> {
            OwnNamespaces.shell("mount --make-rshared /");
            mapped(host, 100000, "bind");
            assertThat(bundle.run("grep /data /proc/self/mountinfo").text())
                    .contains("idmapped")
                    .doesNotContain("shared:");
        });
    }

    @Test
    void aFileSystemThatCannotBeMappedIsNamed() {
        mapped(Path.of("/sys/kernel"), 100000, "bind");
        assertThatThrownBy(bundle::create)
                .isInstanceOf(ContainerException.class)
                .hasMessageMatching(
                        "mounts\\[\\d]: uidMappings: this kernel cannot map the owners that the file system of"
                                + " /sys/kernel \\(sysfs\\) shows");
        assertThat(bundle.state.root()).isEmptyDirectory();
    }

    @Test
    void aMappingThatTheKernelRefusesIsShown() {
        mapped(host, 100000, "bind");
        String many = "{containerID: 0, hostID: 4294967295, size: 1}";
        bundle.set(
                "mounts",
                "[{destination: '/data', type: 'bind', source: '" + host + "', options: ['bind']," + " uidMappings: ["
                        + many + "], gidMappings: [" + many + "]}]");
        assertThatThrownBy(bundle::create)
                .isInstanceOf(ContainerException.class)
                .hasMessage("mounts[0]: write the uid_map of a user namespace: 0 4294967295 1: Invalid argument");
    }

    @Test
    void nothingIsLeftOpen() {
        mapped(host, 100000, "bind").args("/bin/true");
        bundle.run();
        List<String> before = Footprint.of(bundle.folder).descriptors();
        bundle.run();
        assertThatThrownBy(() -> bundle.args("/nosuch").create()).isInstanceOf(ContainerException.class);
        assertThat(Footprint.of(bundle.folder).descriptors()).isEqualTo(before);
    }

    @Test
    void theListingOfAProgramNeedsNoneToBeMade() {
        mapped(host, 100000, "bind");
        assertThat(Blueprint.attended(bundle.kernel, bundle.bundle(), CreateOptions.NONE)
                        .listing()
                        .toString())
                .contains("move_mount(idmapped_bind,");
    }

    @Test
    void nobodyButRootMakesThem() throws Exception {
        mapped(host, 100000, "bind");
        var mounts = new IdmappedMounts(bundle.kernel, new Launcher(bundle.kernel, bundle.folder), bundle.bundle());
        OwnNamespaces.in(bundle.kernel, Sched.CLONE_NEWNET, () -> {
            // of this thread alone
            bundle.kernel.call(ProcessCalls.setresuid(65534));
            assertThatThrownBy(() -> mounts.make(new ArrayList<>()))
                    .isInstanceOf(ContainerException.class)
                    .hasMessage("mounts: mapping the owners that a mount shows needs root");
        });
    }
}
