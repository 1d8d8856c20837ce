package dev.gatun.cgroup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.linux.Fd;
import dev.gatun.linux.Kernel;
import dev.gatun.oci.DeviceRule;
import dev.gatun.oci.Resources;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Filters of devices in the kernel: in version 2, which works beside version 1, too. */
@Tag("kernel")
@Tag("cgroup")
class DeviceFilterKernelTest {
    private static final int REPLACEMENTS = 500;

    private final Kernel kernel = Kernel.load();

    private static GroupPaths unified() {
        GroupPaths.Place place = GroupPaths.of(
                        Layout.read(),
                        Optional.of("/gatun-filter-" + ProcessHandle.current().pid()),
                        "")
                .unified()
                .orElseThrow();
        return new GroupPaths(List.of(place));
    }

    /** Whether a process of the group can make and open the kernel's log for writing. */
    private static String open(GroupPaths.Place place, Path folder) throws Exception {
        Path node = folder.resolve("kmsg");
        Process shell = new ProcessBuilder(
                        "/bin/busybox",
                        "sh",
                        "-c",
                        "echo $$ >" + place.file("cgroup.procs") + "; rm -f " + node + "; mknod " + node
                                + " c 1 11 && : >" + node + " && echo opened")
                .redirectErrorStream(true)
                .start();
        String text = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        shell.waitFor();
        return text.strip();
    }

    private int attached(GroupPaths.Place place) {
        var performer = new Performer(kernel);
        try (Fd folder = performer.folder(place.folder())) {
            List<Fd> filters = performer.filters(folder);
            filters.forEach(Fd::close);
            return filters.size();
        }
    }

    @Test
    void theKernelTakesFiltersAndReplacesThem() throws Exception {
        GroupPaths paths = unified();
        GroupPaths.Place place = paths.places().getFirst();
        // made where a device can be opened, unlike /tmp on many hosts
        Path folder = Files.createTempDirectory(Path.of("/dev"), "gatun-filter-");
        Group group =
                Group.make(kernel, Creation.ofContainer(paths, Resources.NONE, CgroupFiles.HOST, Optional.empty()));
        try {
            assertThat(attached(place)).isOne();
            assertThat(open(place, folder)).contains("Operation not permitted");

            group.update(rules(true));
            assertThat(open(place, folder)).isEqualTo("opened");
            assertThat(attached(place)).isOne();

            group.update(rules(false));
            assertThat(open(place, folder)).contains("Operation not permitted");
            assertThat(attached(place)).isOne();
        } finally {
            group.remove();
            Files.deleteIfExists(folder.resolve("kmsg"));
            Files.delete(folder);
        }
        assertThat(Path.of(place.folder())).doesNotExist();
    }

    /** While the filter is replaced, there is none too many and none too few. */
    @Test
    void thereIsNoMomentWithoutAFilter() throws Exception {
        GroupPaths paths = unified();
        Path folder = Files.createTempDirectory(Path.of("/dev"), "gatun-filter-");
        Group group =
                Group.make(kernel, Creation.ofContainer(paths, Resources.NONE, CgroupFiles.HOST, Optional.empty()));
        Process opener = new ProcessBuilder(
                        "/bin/busybox",
                        "sh",
                        "-c",
                        "cd $0; mknod kmsg c 1 11; mknod null c 1 3; echo $$ >$1; i=0; while [ ! -e stop ]; do i=$((i+1));"
                                + " (: >kmsg) 2>>refused && echo opened; : >null || echo denied; done; echo $i",
                        folder.toString(),
                        paths.places().getFirst().file("cgroup.procs"))
                .start();
        try {
            for (int i = 0; i < REPLACEMENTS; i++) {
                group.update(device(1, i % 2 == 0));
            }
            Files.createFile(folder.resolve("stop"));
            List<String> lines = opener.inputReader().lines().toList();

            assertThat(lines).hasSize(1);
            assertThat(Integer.parseInt(lines.getFirst())).isPositive();
        } finally {
            opener.destroyForcibly().waitFor();
            group.remove();
            for (String file : List.of("kmsg", "null", "refused", "stop")) {
                Files.deleteIfExists(folder.resolve(file));
            }
            Files.delete(folder);
        }
    }

    private static Resources rules(boolean allow) {
        return device(11, allow);
    }

    /** A rule about one of the kernel's own devices. */
    private static Resources device(long minor, boolean allow) {
        var rule = new DeviceRule(allow, DeviceRule.Type.CHARACTER, OptionalLong.of(1), OptionalLong.of(minor), "rw");
        return new Resources(
                List.of(rule),
                Resources.NONE.memory(),
                Resources.NONE.cpu(),
                Resources.NONE.pidsLimit(),
                Resources.NONE.blockIo(),
                List.of(),
                Resources.NONE.network(),
                java.util.Map.of(),
                java.util.Map.of());
    }

    /** Rules of every kind, many at once: the verifier has the last word. */
    @Test
    void theVerifierTakesEveryKindOfRule() {
        GroupPaths paths = unified();
        Resources many = Resources.parse("""
                {"devices": [{"allow": true, "access": "rwm"},
                 {"allow": false, "type": "b", "major": 8, "access": "w"},
                 {"allow": false, "type": "c", "minor": 4294967295, "access": "rm"},
                 {"allow": false, "type": "c", "major": 4294967295, "minor": 2147483648, "access": "rwm"},
                 {"allow": false, "type": "b", "access": "m"}]}
                """.getBytes(StandardCharsets.UTF_8));
        Group group = Group.make(kernel, Creation.ofContainer(paths, many, CgroupFiles.HOST, Optional.empty()));
        group.remove();
    }
}
