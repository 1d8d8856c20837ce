package dev.gatun.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.linux.Kernel;
import dev.gatun.oci.Resources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Removing groups that somebody is in, or was a moment ago; on hosts of either version. */
@Tag("kernel")
@Tag("cgroup")
@Timeout(60)
class GroupRemovalTest {
    private static final String NAME =
            "/gatun-removal-" + ProcessHandle.current().pid();

    private final GroupPaths paths = GroupPaths.of(Layout.read(), Optional.of(NAME), "");
    private final Group group = Group.make(Kernel.load(), Creation.ofParent(paths, Resources.NONE, CgroupFiles.HOST));
    private final List<Process> members = new ArrayList<>();

    @AfterEach
    void remove() throws InterruptedException {
        for (Process member : members) {
            member.destroyForcibly().waitFor();
        }
        group.remove();
    }

    /** A process in all the group's hierarchies, or in those of a group below. */
    private void sleep(String seconds, String below) throws IOException {
        var join = new StringBuilder();
        for (GroupPaths.Place place : paths.places()) {
            // in version 1 nothing may join a new group of cpuset
            if (!place.hierarchy().contains("cpuset") || below.isEmpty()) {
                Path folder = Files.createDirectories(Path.of(place.folder() + below));
                join.append("echo $$ >").append(folder).append("/cgroup.procs && ");
            }
        }
        Process member = new ProcessBuilder("/bin/busybox", "sh", "-c", join + "echo joined && exec sleep " + seconds)
                .redirectErrorStream(true)
                .start();
        members.add(member);
        assertThat(member.inputReader().readLine()).isEqualTo("joined");
    }

    private boolean exists() {
        return paths.places().stream().anyMatch(place -> Files.exists(Path.of(place.folder())));
    }

    @Test
    void aGroupIsRemovedOnceItsLastProcessHasEnded() throws IOException {
        sleep("0.2", "");
        group.remove();
        assertThat(exists()).isFalse();
    }

    @Test
    void soIsOneWithAGroupBelow() throws IOException {
        sleep("0.2", "/below/further");
        group.remove();
        assertThat(exists()).isFalse();
    }

    @Test
    void aGroupInWhichSomebodyStaysIsAnErrorThatNamesIt() throws IOException {
        sleep("1000", "");
        assertThatThrownBy(group::remove)
                .isInstanceOf(CgroupException.class)
                .hasMessageMatching("remove the group /sys/fs/cgroup.*" + NAME + ": EBUSY .*");
        assertThat(exists()).isTrue();
    }
}
