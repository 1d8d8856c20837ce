package dev.gatun.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.cgroup.CgroupException;
import dev.gatun.cgroup.CgroupFiles;
import dev.gatun.cgroup.Creation;
import dev.gatun.cgroup.Group;
import dev.gatun.cgroup.GroupPaths;
import dev.gatun.cgroup.GroupView;
import dev.gatun.cgroup.Hierarchy;
import dev.gatun.cgroup.Layout;
import dev.gatun.cgroup.OomWatch;
import dev.gatun.linux.Block;
import dev.gatun.linux.Call;
import dev.gatun.linux.Errno;
import dev.gatun.linux.Kernel;
import dev.gatun.linux.Signal;
import dev.gatun.linux.Structs;
import dev.gatun.linux.Syscall;
import dev.gatun.linux.Word;
import dev.gatun.oci.Resources;
import dev.gatun.oci.State;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What control groups do to containers, seen from what happens, on hosts of either version. */
@Tag("kernel")
@Tag("cgroup")
@Timeout(60)
class ControlGroupTest {
    private static final String MEMORY_EATER = "exec awk 'BEGIN { s = \"x\"; while (1) s = s s }'";
    private static final String FORK_BOMB =
            "i=0; while [ $i -lt 200 ]; do sleep 1000 & i=$((i+1)); done; echo survived";

    private static final int MANY = 500;
    private static final int BPF_PROG_GET_NEXT_ID = 11;

    private static GroupPaths paths(TestBundle bundle) {
        return bundle.state.get(bundle.containerId()).record().group();
    }

    private static boolean exists(GroupPaths paths) {
        return paths.places().stream().anyMatch(place -> Files.exists(Path.of(place.folder())));
    }

    /** Lines of /proc/PID/cgroup, without the hierarchies that are mounted nowhere, which nobody can put a process into. */
    private static List<String> mounted(String groups) {
        List<String> names =
                Layout.read().hierarchies().stream().map(Hierarchy::name).toList();
        return groups.lines()
                .filter(line -> names.contains(line.split(":", 3)[1]))
                .toList();
    }

    @Test
    void aProcessThatTakesTooMuchMemoryIsKilledAndItIsRecorded() {
        try (var bundle = new TestBundle()) {
            bundle.set("linux.resources.memory", "{limit: 16777216, swap: 16777216}")
                    .script(MEMORY_EATER)
                    .start();
            int status = bundle.containers.await(bundle.containerId());

            assertThat(status).isEqualTo(137);
            ContainerStatus ended = bundle.state.get(bundle.containerId());
            assertThat(ended.oomKilled()).isTrue();
            assertThat(ended.toJson()).contains("\"oomKilled\":true");
        }
    }

    @Test
    void whoWatchesIsToldOfTheKill() {
        try (var bundle = new TestBundle()) {
            bundle.set("linux.resources.memory", "{limit: 16777216, swap: 16777216}")
                    .script("while [ ! -e /out/go ]; do sleep 0.01; done; " + MEMORY_EATER);
            bundle.start();
            var killed = new AtomicLong();
            Thread watch =
                    Thread.ofVirtual().start(() -> bundle.control.watchOom(bundle.containerId(), killed::addAndGet));
            bundle.file("out/go", "", "rw-r--r--");
            bundle.containers.await(bundle.containerId());
            join(watch);

            assertThat(killed).hasValue(1);
        }
    }

    private static void join(Thread thread) {
        try {
            assertThat(thread.join(java.time.Duration.ofSeconds(10))).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aMebibyteIsEnoughToStart() {
        try (var bundle = new TestBundle()) {
            bundle.set("linux.resources.memory", "{limit: 1048576, swap: 1048576}")
                    .args("/bin/true");

            assertThat(bundle.run().status()).isZero();
        }
    }

    @Test
    void aForkBombIsStopped() {
        try (var bundle = new TestBundle()) {
            TestBundle.Outcome outcome =
                    bundle.set("linux.resources.pids", "{limit: 20}").run(FORK_BOMB);

            assertThat(outcome.text()).contains("can't fork").doesNotContain("survived");
        }
    }

    @Test
    void aLimitOfNoTasksLetsTheFirstProcessRunAlone() {
        try (var bundle = new TestBundle()) {
            TestBundle.Outcome outcome =
                    bundle.set("linux.resources.pids", "{limit: 0}").run("echo alone; sleep 0; echo not alone");

            assertThat(outcome.text())
                    .startsWith("alone")
                    .contains("can't fork")
                    .doesNotContain("not alone");
        }
    }

    @Test
    void aQuotaOfAFifthIsAFifth() throws Exception {
        try (var bundle = new TestBundle()) {
            // with shares that let it have its fifth on a busy machine, too
            bundle.set("linux.resources.cpu", "{quota: 20000, period: 100000, shares: 262144}")
                    .script("while :; do :; done")
                    .start();
            long from = System.nanoTime();
            long before = bundle.control.stats(bundle.containerId()).cpu().total();
            Thread.sleep(3000);
            long used = bundle.control.stats(bundle.containerId()).cpu().total() - before;
            double share = (double) used / (System.nanoTime() - from);

            assertThat(share).isBetween(0.15, 0.25);
        }
    }

    @Test
    void aDeviceThatIsNotAllowedCannotBeOpened() {
        try (var bundle = new TestBundle()) {
            bundle.add("linux.devices", "{path: '/dev/kmsg', type: 'c', major: 1, minor: 11}");

            assertThat(bundle.run(": >/dev/kmsg && echo opened").text()).contains("Operation not permitted");
            bundle.add("linux.resources.devices", "{allow: true, type: 'c', major: 1, minor: 11, access: 'w'}");
            assertThat(bundle.run(": >/dev/kmsg && echo opened").text()).isEqualTo("opened");
            assertThat(bundle.run(": </dev/kmsg && echo opened").text()).contains("Operation not permitted");
            assertThat(bundle.run("echo x >/dev/null && head -c 1 /dev/zero >/dev/null && echo allowed")
                            .text())
                    .isEqualTo("allowed");
        }
    }

    @Test
    void devicesAreDeniedIfNothingIsSaidAboutThem() {
        try (var bundle = new TestBundle()) {
            bundle.remove("linux.resources")
                    .add("linux.devices", "{path: '/dev/kmsg', type: 'c', major: 1, minor: 11}");

            assertThat(bundle.run(": >/dev/kmsg && echo opened").text()).contains("Operation not permitted");
        }
    }

    @Test
    void devicesAreAllowedAndDeniedWhileItRuns() {
        try (var bundle = new TestBundle()) {
            bundle.add("linux.devices", "{path: '/dev/kmsg', type: 'c', major: 1, minor: 11}");
            bundle.startIdle();
            String open = ": >/dev/kmsg && echo opened";
            assertThat(bundle.exec(open).text()).contains("Operation not permitted");

            bundle.control.update(
                    bundle.containerId(),
                    TestBundle.resources("{devices: [{allow: true, type: 'c', major: 1, minor: 11, access: 'rw'}]}"));
            assertThat(bundle.exec(open).text()).isEqualTo("opened");

            bundle.control.update(
                    bundle.containerId(), TestBundle.resources("{devices: [{allow: false, access: 'rwm'}]}"));
            assertThat(bundle.exec(open).text()).contains("Operation not permitted");
        }
    }

    @Test
    void processorsAreThoseOfTheSet() {
        try (var bundle = new TestBundle()) {
            String list = "grep Cpus_allowed_list /proc/self/status | tr -d '\\t'";

            assertThat(bundle.set("linux.resources.cpu", "{cpus: '0', mems: '0'}")
                            .run(list)
                            .text())
                    .isEqualTo("Cpus_allowed_list:0");
        }
    }

    @Test
    void aPausedContainerDoesNothing() throws Exception {
        try (var bundle = new TestBundle()) {
            bundle.script("i=0; while :; do i=$((i+1)); echo $i; done").start();
            Await.until(() -> !bundle.text().isEmpty());
            bundle.control.pause(bundle.containerId());

            assertThat(bundle.state.get(bundle.containerId()).status()).isEqualTo(State.Status.PAUSED);
            assertThatThrownBy(() -> bundle.exec("true")).hasMessageContaining("paused");
            assertThatThrownBy(() -> bundle.control.pause(bundle.containerId())).hasMessageContaining("paused");
            long size = Files.size(bundle.rootfs.resolve("out/text"));
            Thread.sleep(100);
            assertThat(Files.size(bundle.rootfs.resolve("out/text"))).isEqualTo(size);

            bundle.control.resume(bundle.containerId());
            Await.until(() -> bundle.rootfs.resolve("out/text").toFile().length() > size);
            assertThatThrownBy(() -> bundle.control.resume(bundle.containerId()))
                    .hasMessage("container not paused");
        }
    }

    @Test
    void aPausedContainerIsKilledAndDeleted() {
        try (var bundle = new TestBundle()) {
            bundle.startIdle();
            bundle.control.pause(bundle.containerId());
            bundle.containers.kill(bundle.containerId(), Signal.SIGKILL);
            assertThat(bundle.end().status()).isEqualTo(137);

            bundle.startIdle();
            GroupPaths paths = paths(bundle);
            bundle.control.pause(bundle.containerId());
            bundle.containers.delete(bundle.containerId(), true);
            assertThat(exists(paths)).isFalse();
        }
    }

    @Test
    void withoutAPidNamespaceAllProcessesEndByTheGroup() {
        try (var bundle = new TestBundle()) {
            bundle.withoutNamespace("pid")
                    .script("sleep 1000 & (sleep 1000 & sleep 1000) & wait")
                    .start();
            Await.until(() -> bundle.control.processes(bundle.containerId()).size() >= 4);
            List<Integer> processes = bundle.control.processes(bundle.containerId());

            bundle.containers.kill(bundle.containerId(), Signal.SIGKILL);

            assertThat(bundle.control.processes(bundle.containerId())).isEmpty();
            bundle.containers.await(bundle.containerId());
            bundle.containers.delete(bundle.containerId(), false);
            assertThat(processes)
                    .allSatisfy(
                            pid -> assertThat(ProcessIdentity.of(pid).isAlive()).isFalse());
        }
    }

    @Test
    void whatTheFirstProcessLeavesBehindIsKilledWhenTheContainerIsDeleted() {
        try (var bundle = new TestBundle()) {
            bundle.withoutNamespace("pid").script("sleep 1000 & echo started").start();
            bundle.containers.await(bundle.containerId());
            List<Integer> left = bundle.control.processes(bundle.containerId());
            GroupPaths paths = paths(bundle);
            assertThat(left).hasSize(1);

            bundle.containers.delete(bundle.containerId(), false);

            assertThat(ProcessIdentity.of(left.getFirst()).isAlive()).isFalse();
            assertThat(exists(paths)).isFalse();
        }
    }

    @Test
    void allProcessesGetASignal() {
        try (var bundle = new TestBundle()) {
            bundle.script("sleep 1000 & trap 'echo told; exit 3' TERM; wait $!; echo $?; wait")
                    .start();
            Await.until(() -> bundle.control.processes(bundle.containerId()).size() == 2);
            Await.until(() -> bundle.control.processes(bundle.containerId()).size() == 2);
            bundle.containers.killAll(bundle.containerId(), Signal.SIGTERM);

            assertThat(bundle.end().status()).isEqualTo(3);
        }
    }

    @Test
    void itsGroupIsTheRootThatTheContainerSees() {
        try (var bundle = new TestBundle()) {
            TestBundle.Outcome outcome = bundle.run("cat /proc/self/cgroup");

            assertThat(outcome.lines()).isNotEmpty().allMatch(line -> line.endsWith(":/"));
        }
    }

    @Test
    void theFirstProcessAndWhatIsAddedAreInTheGroupAndNobodyElse() {
        try (var bundle = new TestBundle()) {
            bundle.monitor = true;
            int pid = bundle.startIdle();
            Layout layout = Layout.read();

            assertThat(mounted(TestBundle.read(Path.of("/proc/" + pid + "/cgroup"))))
                    .hasSameSizeAs(layout.hierarchies())
                    .allMatch(line -> line.endsWith(":" + bundle.groupPath()));
            assertThat(bundle.control.processes(bundle.containerId())).containsExactly(pid);
            assertThat(bundle.exec("cat /proc/self/cgroup").lines()).allMatch(line -> line.endsWith(":/"));
        }
    }

    @Test
    void aProcessJoinsAGroupBelow() throws Exception {
        try (var bundle = new TestBundle()) {
            bundle.startIdle();
            GroupPaths below = paths(bundle).below("", "sub/../sub");
            for (GroupPaths.Place place : below.places()) {
                Files.createDirectory(Path.of(place.folder()));
                if (place.hierarchy().contains("cpuset")) {
                    for (String file : List.of("cpuset.cpus", "cpuset.mems")) {
                        Files.write(
                                Path.of(place.folder(), file),
                                Files.readAllBytes(Path.of(place.folder() + "/../" + file)));
                    }
                }
            }
            Containers.Executed executed = bundle.containers.exec(
                    bundle.containerId(),
                    bundle.bundle().spec(),
                    bundle.process("cat /proc/self/cgroup"),
                    bundle.options(),
                    new ExecGroup(List.of("../sub"), false));
            bundle.containers.await(executed);

            assertThat(mounted(TestBundle.read(bundle.rootfs.resolve("out/exec"))))
                    .isNotEmpty()
                    .allMatch(line -> line.endsWith(":/sub"));
            assertThatThrownBy(() -> bundle.containers.exec(
                            bundle.containerId(),
                            bundle.bundle().spec(),
                            bundle.process("true"),
                            bundle.options(),
                            new ExecGroup(List.of("none"), false)))
                    .hasMessageContaining("--cgroup: there is no group");
            bundle.containers.delete(bundle.containerId(), true);
            assertThat(exists(below)).isFalse();
        }
    }

    @Test
    void aUserNamespaceIsNoObstacle() {
        try (var bundle = new TestBundle()) {
            bundle.userNamespace().set("linux.resources.pids", "{limit: 20}");

            assertThat(bundle.run("cat /proc/self/cgroup").lines()).allMatch(line -> line.endsWith(":/"));
            assertThat(bundle.run(FORK_BOMB).text()).contains("can't fork");
            bundle.startIdle();
            assertThat(bundle.exec("cat /proc/self/cgroup").lines())
                    .isNotEmpty()
                    .allMatch(line -> line.endsWith(":/"));
        }
    }

    @Test
    void withoutACgroupNamespaceItSeesItsOwnGroupOnly() {
        try (var bundle = new TestBundle()) {
            bundle.withoutNamespace("cgroup");
            TestBundle.Outcome outcome = bundle.run("cat /sys/fs/cgroup/cgroup.procs /sys/fs/cgroup/*/cgroup.procs"
                    + " 2>/dev/null | sort -u; ls -d /sys/fs/cgroup/release_agent /sys/fs/cgroup/*/release_agent");

            assertThat(outcome.text())
                    .startsWith("1\n")
                    .contains("No such file")
                    .doesNotContain("agent\n/sys");
        }
    }

    @Test
    void noProgramOfTheContainersIsRunByTheHostWhenAGroupIsEmpty() {
        try (var bundle = new TestBundle()) {
            bundle.set("process.capabilities.bounding", "['CAP_SYS_ADMIN', 'CAP_DAC_OVERRIDE']")
                    .set("process.capabilities.effective", "['CAP_SYS_ADMIN', 'CAP_DAC_OVERRIDE']")
                    .set("process.capabilities.permitted", "['CAP_SYS_ADMIN', 'CAP_DAC_OVERRIDE']");
            TestBundle.Outcome outcome =
                    bundle.run("for f in /sys/fs/cgroup/notify_on_release /sys/fs/cgroup/*/notify_on_release"
                            + " /sys/fs/cgroup/release_agent /sys/fs/cgroup/*/release_agent /sys/fs/cgroup/cgroup.freeze; do"
                            + " (echo 1 >$f) 2>/dev/null && echo wrote $f; done; echo done");

            assertThat(outcome.text()).isEqualTo("done");
        }
    }

    /** Only the root of a hierarchy of version 1 has the file, and no container sees that; nor does it make a hierarchy. */
    @Test
    void whatTheHostRunsWhenAGroupIsEmptyIsOutOfReachInAWritableMountToo() {
        try (var bundle = new TestBundle()) {
            for (String set : List.of("bounding", "effective", "permitted")) {
                bundle.set("process.capabilities." + set, "['CAP_SYS_ADMIN', 'CAP_DAC_OVERRIDE']");
            }
            bundle.config.withArray("/mounts").remove(6);
            bundle.mount("/sys/fs/cgroup", "cgroup", "cgroup", "nosuid", "noexec", "nodev", "rw");

            TestBundle.Outcome outcome = bundle.run("for name in memory net_cls; do mkdir /cg-$name;"
                    + " mount -t cgroup -o $name none /cg-$name 2>/dev/null && echo mounted $name; done;"
                    + " find /sys/fs/cgroup /cg-* -name release_agent; find /sys/fs/cgroup -name cgroup.procs");

            assertThat(outcome.text())
                    .contains("/cgroup.procs")
                    .doesNotContain("release_agent")
                    .doesNotContain("mounted net_cls");
        }
    }

    @Test
    void aFailureLeavesNoGroup() {
        try (var bundle = new TestBundle()) {
            Layout layout = Layout.read();
            GroupPaths paths = GroupPaths.of(layout, Optional.of(bundle.groupPath()), "");
            bundle.args("nothing");
            assertThatThrownBy(bundle::start).isInstanceOf(ContainerException.class);
            assertThat(exists(paths)).isFalse();

            bundle.args("true").set("linux.resources.cpu", "{cpus: '9999'}");
            assertThatThrownBy(bundle::start)
                    .hasMessageContaining("set cpuset.cpus of " + bundle.groupPath() + " to 9999: E");
            assertThat(exists(paths)).isFalse();
        }
    }

    @Test
    void aGroupThatIsUsedOrFrozenIsRefused() {
        try (var bundle = new TestBundle()) {
            bundle.startIdle();
            String path = bundle.groupPath();
            bundle.id = "other";
            bundle.set("linux.cgroupsPath", "'" + path + "'");
            assertThatThrownBy(bundle::create)
                    .isInstanceOf(CgroupException.class)
                    .hasMessageContaining("container's cgroup is not empty: 1 process(es) found");
            assertThat(bundle.state.find(new ContainerId("other"))).isEmpty();
            assertThat(bundle.state.get(new ContainerId("test")).status()).isEqualTo(State.Status.RUNNING);
        }
        try (var bundle = new TestBundle()) {
            GroupPaths paths = GroupPaths.of(Layout.read(), Optional.of(bundle.groupPath()), "");
            Group group = Group.make(bundle.kernel, Creation.ofParent(paths, Resources.NONE, CgroupFiles.HOST));
            try {
                group.freeze();
                assertThatThrownBy(bundle::create).hasMessageContaining("unexpectedly frozen");
            } finally {
                group.thaw();
                group.remove();
            }
        }
    }

    @Test
    void limitsAreChangedWhileItRuns() {
        try (var bundle = new TestBundle()) {
            bundle.startIdle();
            bundle.control.update(bundle.containerId(), TestBundle.resources("{pids: {limit: 5}}"));
            assertThat(bundle.exec(FORK_BOMB).text()).contains("can't fork");
            bundle.control.update(
                    bundle.containerId(),
                    TestBundle.resources("{memory: {limit: 16777216, swap: 16777216}, pids: {limit: -1}}"));

            assertThat(bundle.exec(MEMORY_EATER).status()).isEqualTo(137);
            assertThat(bundle.state.get(bundle.containerId()).oomKilled()).isTrue();
            assertThat(bundle.state.get(bundle.containerId()).status()).isEqualTo(State.Status.RUNNING);
        }
    }

    @Test
    void whatIsUsedIsCounted() {
        try (var bundle = new TestBundle()) {
            bundle.set("linux.resources.pids", "{limit: 33}")
                    .script("i=0; while [ $i -lt 5000 ]; do i=$((i+1)); done; sleep 1000 & echo ready; wait")
                    .start();
            Await.until(() -> bundle.text().equals("ready"));
            var stats = bundle.control.stats(bundle.containerId());

            assertThat(stats.pids().current()).isEqualTo(2);
            assertThat(stats.pids().limit()).isEqualTo(33);
            assertThat(stats.cpu().total()).isPositive();
            assertThat(stats.memory().usage().usage()).isPositive();
            assertThat(stats.memory().workingSet())
                    .isBetween(1L, stats.memory().usage().usage());
            assertThat(stats.toJson()).contains("\"raw\":{", "\"throttling\":{");
        }
    }

    @Test
    void aPodsLimitHoldsForItsContainersTogether() {
        try (var bundle = new TestBundle()) {
            String pod = bundle.groupPath() + "-pod";
            GroupPaths paths = GroupPaths.of(Layout.read(), Optional.of(pod), "");
            Group group = Group.make(
                    bundle.kernel,
                    Creation.ofParent(paths, TestBundle.resources("{pids: {limit: 12}}"), CgroupFiles.HOST));
            try {
                bundle.set("linux.cgroupsPath", "'" + pod + "/one'");
                bundle.script("for i in 1 2 3 4 5; do sleep 1000 & done; echo up; wait")
                        .start();
                Await.until(() -> bundle.text().equals("up"));
                assertThat(new GroupView(paths).processes()).hasSize(6);
                bundle.id = "two";
                bundle.set("linux.cgroupsPath", "'" + pod + "/two'");
                assertThat(bundle.run("for i in 1 2 3 4 5 6 7; do sleep 1000 & done; echo up")
                                .text())
                        .contains("can't fork");
                bundle.containers.delete(new ContainerId("test"), true);
            } finally {
                group.remove();
            }
            assertThat(exists(paths)).isFalse();
        }
    }

    @Test
    void whoIsKilledForThePodsMemoryIsRecordedToo() {
        try (var bundle = new TestBundle()) {
            GroupPaths paths = GroupPaths.of(Layout.read(), Optional.of(bundle.groupPath() + "-pod"), "");
            Resources limit = TestBundle.resources("{memory: {limit: 16777216, swap: 16777216}}");
            Group pod = Group.make(bundle.kernel, Creation.ofParent(paths, limit, CgroupFiles.HOST));
            try {
                bundle.set("linux.cgroupsPath", "'" + bundle.groupPath() + "-pod/one'")
                        .script(MEMORY_EATER)
                        .start();

                assertThat(bundle.containers.await(bundle.containerId())).isEqualTo(137);
                assertThat(bundle.state.get(bundle.containerId()).oomKilled()).isTrue();
                bundle.containers.delete(bundle.containerId(), false);
            } finally {
                pod.remove();
            }
        }
    }

    @Test
    void theContainersRootRunsItsOwnGroupsWhereTheyAreGivenToIt() {
        Layout layout = Layout.read();
        if (!layout.isUnified()) {
            // in version 1 nothing is given away; a writable mount is the configuration's own risk
            return;
        }
        try (var bundle = new TestBundle()) {
            bundle.userNamespace();
            bundle.config.withArray("/mounts").remove(6);
            bundle.mount("/sys/fs/cgroup", "cgroup", "cgroup", "nosuid", "noexec", "nodev", "rw");

            assertThat(bundle.run("mkdir /sys/fs/cgroup/own && echo 1 >/sys/fs/cgroup/own/cgroup.procs"
                                    + " && echo +pids >/sys/fs/cgroup/cgroup.subtree_control"
                                    + " && cat /proc/self/cgroup")
                            .text())
                    .contains("/own");
        }
    }

    /** An emulated machine takes a minute for it. */
    @Test
    @Timeout(240)
    void manyContainersLeaveNothing() throws Exception {
        try (var bundle = new TestBundle()) {
            for (String namespace : List.of("network", "ipc")) {
                bundle.withoutNamespace(namespace);
            }
            bundle.withoutMounts().args("/bin/true");
            lifeAndDeath(bundle);
            long before = groups();
            int programs = programs(bundle.kernel);
            Footprint footprint = Footprint.of(bundle.folder);
            for (int i = 0; i < MANY; i++) {
                lifeAndDeath(bundle);
            }

            assertThat(groups()).isEqualTo(before);
            assertThat(watches()).isZero();
            assertThat(Footprint.of(bundle.folder)).usingRecursiveComparison().isEqualTo(footprint);
            // the kernel frees them some time after their groups; others may have some, too
            Await.until(() -> programs(bundle.kernel) < programs + MANY / 10);
        }
    }

    /** How many eBPF programs the machine has. */
    private static int programs(Kernel kernel) {
        int count = 0;
        int id = 0;
        while (true) {
            var attributes = Block.buffer(Structs.BPF_QUERY_SIZE, "{start_id=" + id + "}")
                    .int32(0, id);
            Call next = Call.of(Syscall.BPF, Word.of(BPF_PROG_GET_NEXT_ID), attributes, Word.of(attributes.size()));
            long result = kernel.attempt(next);
            if (result == -Errno.ENOENT.number()) {
                return count;
            }
            assertThat(result).isZero();
            id = attributes.getInt32(Integer.BYTES);
            count++;
        }
    }

    /** While somebody waits to be told when its memory runs out. */
    private static void lifeAndDeath(TestBundle bundle) {
        bundle.create();
        try (OomWatch watch = new Group(bundle.kernel, paths(bundle)).watchOom().orElseThrow()) {
            assertThat(watch.descriptor().number()).isPositive();
            bundle.containers.delete(bundle.containerId(), false);
        }
    }

    /** How many files this JVM has the kernel watch. */
    private static long watches() throws Exception {
        long count = 0;
        try (var descriptors = Files.list(Path.of("/proc/self/fdinfo"))) {
            for (Path descriptor : descriptors.toList()) {
                count += TestBundle.read(descriptor)
                        .lines()
                        .filter(line -> line.startsWith("inotify "))
                        .count();
            }
        }
        return count;
    }

    /** How many groups of this test there are. */
    private static long groups() throws Exception {
        long count = 0;
        for (var hierarchy : Layout.read().hierarchies()) {
            try (var entries = Files.list(Path.of(hierarchy.mountPoint()))) {
                count += entries.filter(entry -> entry.getFileName().toString().startsWith("gatun-bundle-"))
                        .count();
            }
        }
        return count;
    }
}
