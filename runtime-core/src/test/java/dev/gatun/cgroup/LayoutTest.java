package dev.gatun.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Which hierarchies there are, and where a group is in them; needs no root. */
class LayoutTest {
    @Test
    void aHostWithVersion2Alone() {
        Layout layout = Layout.read(FakeFiles.unified());

        assertThat(layout.kind()).isEqualTo("v2");
        assertThat(layout.isUnified()).isTrue();
        assertThat(layout.find("memory").orElseThrow().mountPoint()).isEqualTo("/sys/fs/cgroup");
        assertThat(layout.find("devices").orElseThrow().version()).isEqualTo(2);
        assertThat(layout.find("net_cls")).isEmpty();
    }

    @Test
    void aHostWithBoth() {
        Layout layout = Layout.read(FakeFiles.hybrid());

        assertThat(layout.kind()).isEqualTo("hybrid");
        assertThat(layout.hierarchies())
                .extracting(Hierarchy::name)
                .containsExactly(
                        "cpu,cpuacct", "cpuset", "memory", "devices", "freezer", "blkio", "pids", "name=systemd", "");
        assertThat(layout.find("cpuacct").orElseThrow().mountPoint()).isEqualTo("/sys/fs/cgroup/cpu,cpuacct");
        assertThat(layout.find("hugetlb").orElseThrow().isUnified()).isTrue();
        assertThat(layout.find("devices").orElseThrow().version()).isOne();
        assertThat(layout.find("rdma")).isEmpty();
    }

    @Test
    void aHierarchyThatIsMountedNowhereIsNoPlaceForLimits() {
        FakeFiles files =
                FakeFiles.hybrid().put("/proc/self/cgroup", "10:net_cls,net_prio:/\n9:name=systemd:/\n0::/\n");

        assertThat(Layout.read(files).unmounted()).containsExactly("net_cls", "net_prio");
        assertThat(Layout.read(files).find("net_cls")).isEmpty();
        assertThat(Layout.read(FakeFiles.hybrid()).unmounted()).isEmpty();
        assertThat(Layout.read(FakeFiles.unified()).unmounted()).isEmpty();
    }

    /** systemd names itself as the release agent of its hierarchy. */
    @Test
    void howTheHostHasMountedAHierarchyIsItsOwnAffair() {
        Layout layout = Layout.read(new FakeFiles().put("/proc/self/mountinfo", """
                                42 41 0:37 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,release_agent=/lib/systemd/systemd-cgroups-agent,name=systemd
                                43 41 0:38 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,clone_children,cpu,cpuacct
                                44 41 0:39 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw,nsdelegate
                                """));

        assertThat(layout.hierarchies())
                .extracting(Hierarchy::options)
                .containsExactly(List.of("name=systemd"), List.of("cpu", "cpuacct"), List.of());
    }

    @Test
    void aHostWithoutControlGroups() {
        Layout layout = Layout.read(new FakeFiles().put("/proc/self/mountinfo", "1 0 8:1 / / rw - ext4 /dev/sda rw\n"));

        assertThat(layout.kind()).isEqualTo("none");
        assertThat(GroupPaths.of(layout, Optional.empty(), "x")).isEqualTo(GroupPaths.NONE);
    }

    @Test
    void aContainersOwnMountShowsItsOwnGroupAsTheRoot() {
        Layout layout = Layout.read(new FakeFiles()
                .put("/proc/self/mountinfo", "5 4 0:30 /outer /sys/fs/cg\\040roup rw - cgroup2 cgroup2 rw\n")
                .put("/proc/self/cgroup", "0::/outer/inner\n")
                .put("/sys/fs/cg roup/cgroup.controllers", "pids\n"));

        assertThat(layout.hierarchies())
                .containsExactly(new Hierarchy(2, "", "/sys/fs/cg roup", List.of("pids"), "/inner"));
    }

    @Test
    void anAbsolutePathIsTakenFromTheMountPoints() {
        GroupPaths paths = GroupPaths.of(Layout.read(FakeFiles.hybrid()), Optional.of("/gatun/x"), "id");

        assertThat(paths.places())
                .allSatisfy(place -> assertThat(place.folder()).endsWith("/gatun/x"));
        assertThat(paths.legacy("memory").orElseThrow().folder()).isEqualTo("/sys/fs/cgroup/memory/gatun/x");
    }

    @Test
    void aRelativePathIsTakenFromTheGroupOfTheRuntime() {
        GroupPaths hybrid = GroupPaths.of(Layout.read(FakeFiles.hybrid()), Optional.of("a/b"), "id");
        GroupPaths unified = GroupPaths.of(Layout.read(FakeFiles.unified()), Optional.empty(), "id");

        assertThat(hybrid.legacy("memory").orElseThrow().path()).isEqualTo("/jobs/7/a/b");
        assertThat(hybrid.unified().orElseThrow().path()).isEqualTo("/a/b");
        assertThat(unified.unified().orElseThrow().path()).isEqualTo("/user.slice/user-0.slice/id");
    }

    @Test
    void noPathLeadsOutOfTheHierarchy() {
        Layout layout = Layout.read(FakeFiles.unified());

        assertThat(GroupPaths.of(layout, Optional.of("/../../etc//./x/../y"), "id")
                        .unified()
                        .orElseThrow()
                        .folder())
                .isEqualTo("/sys/fs/cgroup/etc/y");
        assertThat(GroupPaths.of(layout, Optional.of("../../../x"), "id")
                        .unified()
                        .orElseThrow()
                        .path())
                .isEqualTo("/user.slice/user-0.slice/x");
        assertThatThrownBy(() -> GroupPaths.of(layout, Optional.of("/a/.."), "id"))
                .isInstanceOf(CgroupException.class)
                .hasMessageContaining("root of all groups");
    }

    @Test
    void pathsAreKeptAndReadAgain() {
        GroupPaths paths = GroupPaths.of(Layout.read(FakeFiles.hybrid()), Optional.of("/gatun/x"), "id");

        assertThat(GroupPaths.of(paths.toMap())).isEqualTo(paths);
        assertThat(GroupPaths.of(GroupPaths.NONE.toMap())).isEqualTo(GroupPaths.NONE);
    }
}
