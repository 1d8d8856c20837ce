package dev.gatun.cgroup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.oci.Resources;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DelegationTest {
    private static final String APPS = "/user.slice/user-7.slice/user@7.service/app.slice";
    private static final String FOLDER = "/sys/fs/cgroup" + APPS;

    /** A scope that the user's own systemd has started, which runs what it delegates. */
    private static FakeFiles session() {
        return FakeFiles.unified()
                .put("/proc/self/cgroup", "0::" + APPS + "/run-1.scope\n")
                .put(FOLDER + "/cgroup.procs", "")
                .put(FOLDER + "/cgroup.subtree_control", "memory pids\n");
    }

    private static String path(FakeFiles files, String cgroupsPath) {
        return Delegation.of(Layout.read(files), Optional.of(cgroupsPath), "id", files)
                .unified()
                .map(GroupPaths.Place::path)
                .orElse("none");
    }

    @ParameterizedTest
    @CsvSource({
        "'', " + APPS + "/id",
        "one, " + APPS + "/one",
        "pod/one, " + APPS + "/pod/one",
        APPS + "/one, " + APPS + "/one",
        "/one, none",
        "/user.slice/one, none",
    })
    void aGroupIsMadeBelowWhatIsDelegated(String cgroupsPath, String expected) {
        FakeFiles files = session().writable(FOLDER, FOLDER + "/cgroup.procs");
        assertThat(path(files, cgroupsPath)).isEqualTo(expected);
    }

    @Test
    void whoMayMakeAGroupButMoveNobodyIntoItHasNone() {
        assertThat(path(session().writable(FOLDER), "one")).isEqualTo("none");
        assertThat(path(session().writable(FOLDER + "/cgroup.procs"), "one")).isEqualTo("none");
        assertThat(path(session(), "one")).isEqualTo("none");
    }

    @Test
    void version1DelegatesNothing() {
        FakeFiles files = FakeFiles.hybrid()
                .writable("/sys/fs/cgroup/unified", "/sys/fs/cgroup/unified/cgroup.procs", "/sys/fs/cgroup/pids/jobs");
        assertThat(path(files, "one")).isEqualTo("none");
    }

    @Test
    void aUsersGroupIsLimitedButForDevices() {
        FakeFiles files = session().writable(FOLDER, FOLDER + "/cgroup.procs");
        var limits = Resources.parse(
                "{\"pids\": {\"limit\": 7}, \"devices\": [{\"allow\": false}]}".getBytes(StandardCharsets.UTF_8));
        GroupPaths paths = Delegation.of(Layout.read(files), Optional.empty(), "id", files);

        assertThat(RecordedSteps.of(Creation.ofUser(paths, limits, files)))
                .contains("mkdir " + FOLDER + "/id", "7 > " + FOLDER + "/id/pids.max")
                .noneMatch(step -> step.startsWith("filter"));
    }
}
