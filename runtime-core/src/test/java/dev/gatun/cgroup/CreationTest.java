package dev.gatun.cgroup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.oci.Resources;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The steps of making a group, on both kinds of hosts; needs no root. */
class CreationTest {
    private static final Resources LIMITS =
            Resources.parse("{\"pids\": {\"limit\": 7}, \"cpu\": {\"cpus\": \"1\"}}".getBytes(StandardCharsets.UTF_8));

    private static Creation creation(FakeFiles files, String path, Resources resources, Optional<Owner> owner) {
        GroupPaths paths = GroupPaths.of(Layout.read(files), Optional.of(path), "id");
        return Creation.ofContainer(paths, resources, files, owner);
    }

    @Test
    void version2PassesControllersDownOnTheWay() {
        Creation creation = creation(FakeFiles.unified(), "/gatun/x", LIMITS, Optional.empty());

        assertThat(RecordedSteps.of(creation))
                .containsExactly(
                        "+cpuset +io +hugetlb +rdma +misc > /sys/fs/cgroup/cgroup.subtree_control ?any",
                        "+cpuset > /sys/fs/cgroup/cgroup.subtree_control",
                        "mkdir /sys/fs/cgroup/gatun",
                        "+cpuset +cpu +io +memory +hugetlb +pids +rdma +misc >"
                                + " /sys/fs/cgroup/gatun/cgroup.subtree_control ?any",
                        "+pids +cpuset > /sys/fs/cgroup/gatun/cgroup.subtree_control",
                        "mkdir /sys/fs/cgroup/gatun/x",
                        "7 > /sys/fs/cgroup/gatun/x/pids.max",
                        "1 > /sys/fs/cgroup/gatun/x/cpuset.cpus",
                        "filter /sys/fs/cgroup/gatun/x");
        assertThat(creation.missing()).containsExactly("/sys/fs/cgroup/gatun/x");
    }

    @Test
    void whatIsThereIsNotMadeAgain() {
        FakeFiles files = FakeFiles.unified()
                .put("/sys/fs/cgroup/cgroup.subtree_control", "cpuset cpu io memory hugetlb pids rdma misc\n")
                .put("/sys/fs/cgroup/gatun/cgroup.subtree_control", "cpuset cpu io memory hugetlb pids rdma misc\n");

        assertThat(RecordedSteps.of(creation(files, "/gatun/x", Resources.NONE, Optional.empty())))
                .containsExactly("mkdir /sys/fs/cgroup/gatun/x", "filter /sys/fs/cgroup/gatun/x");
    }

    @Test
    void version1GivesANewCpusetWhatTheOneAboveHas() {
        List<String> steps = RecordedSteps.of(creation(FakeFiles.hybrid(), "/gatun/x", LIMITS, Optional.empty()));

        String cpuset = "/sys/fs/cgroup/cpuset/gatun";
        assertThat(steps)
                .containsSubsequence(
                        "mkdir " + cpuset,
                        "0-3 > " + cpuset + "/cpuset.cpus",
                        "0 > " + cpuset + "/cpuset.mems",
                        "mkdir " + cpuset + "/x",
                        "0-3 > " + cpuset + "/x/cpuset.cpus",
                        "0 > " + cpuset + "/x/cpuset.mems",
                        "7 > /sys/fs/cgroup/pids/gatun/x/pids.max",
                        "1 > " + cpuset + "/x/cpuset.cpus",
                        "a > /sys/fs/cgroup/devices/gatun/x/devices.deny",
                        "b *:* m > /sys/fs/cgroup/devices/gatun/x/devices.allow");
        assertThat(steps).contains("mkdir /sys/fs/cgroup/unified/gatun/x", "mkdir /sys/fs/cgroup/systemd/gatun/x");
        assertThat(steps).noneMatch(step -> step.contains("subtree_control") || step.startsWith("filter"));
    }

    @Test
    void besideVersion1OnlyWhatIsNeededIsPassedDown() {
        var huge = Resources.parse(
                "{\"hugepageLimits\": [{\"pageSize\": \"2MB\", \"limit\": 0}]}".getBytes(StandardCharsets.UTF_8));

        assertThat(RecordedSteps.of(creation(FakeFiles.hybrid(), "/x", huge, Optional.empty())))
                .contains("+hugetlb > /sys/fs/cgroup/unified/cgroup.subtree_control");
    }

    @Test
    void aContainerThatRunsItsOwnGroupsIsGivenThem() {
        FakeFiles files = FakeFiles.unified().put("/sys/kernel/cgroup/delegate", "cgroup.procs\nmemory.oom.group\n");

        assertThat(RecordedSteps.of(creation(files, "/x", Resources.NONE, Optional.of(new Owner(7, 8)))))
                .endsWith(
                        "chown 7:8 /sys/fs/cgroup/x",
                        "chown 7:8 /sys/fs/cgroup/x/cgroup.procs",
                        "chown 7:8 /sys/fs/cgroup/x/memory.oom.group");
    }

    @Test
    void aPodsGroupLimitsNoDevices() {
        FakeFiles files = FakeFiles.unified();
        GroupPaths paths = GroupPaths.of(Layout.read(files), Optional.of("/pod"), "id");

        assertThat(RecordedSteps.of(Creation.ofParent(paths, LIMITS, files)))
                .contains("mkdir /sys/fs/cgroup/pod", "7 > /sys/fs/cgroup/pod/pids.max")
                .noneMatch(step -> step.startsWith("filter"));
    }

    @Test
    void aHostWithoutControlGroupsHasNoSteps() {
        assertThat(RecordedSteps.of(
                        Creation.ofContainer(GroupPaths.NONE, Resources.NONE, new FakeFiles(), Optional.empty())))
                .isEmpty();
    }
}
