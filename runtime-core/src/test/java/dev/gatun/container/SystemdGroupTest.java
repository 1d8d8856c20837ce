package dev.gatun.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.container.cli.GatunOci;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Containers whose groups the real systemd makes, in the virtual machine. */
@Tag("systemd")
@Timeout(60)
class SystemdGroupTest {
    private static final Path GROUPS = Path.of("/sys/fs/cgroup");
    private static final String PATH = "/gatun.slice/gatun-test.slice/life-one.scope";
    private static final Path GROUP = Path.of(GROUPS + PATH);

    private final TestBundle bundle = new TestBundle();

    SystemdGroupTest() {
        bundle.systemd = true;
        bundle.set("linux.cgroupsPath", "'gatun-test.slice:life:one'");
    }

    @AfterEach
    void close() {
        bundle.close();
        assertThat(GROUP).doesNotExist();
    }

    private static String file(String name) {
        return TestBundle.read(GROUP.resolve(name));
    }

    /** Runs gatun-oci in this JVM, and returns what it printed to standard error. */
    private String oci(int status, String... words) {
        var line = new ArrayList<>(List.of("--root", bundle.state.root().toString()));
        line.addAll(List.of(words));
        var err = new ByteArrayOutputStream();
        var out = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
        int ended = GatunOci.command()
                .run(line.toArray(String[]::new), Map.of(), out, new PrintStream(err, true, StandardCharsets.UTF_8));
        assertThat(ended).as(err.toString(StandardCharsets.UTF_8)).isEqualTo(status);
        return err.toString(StandardCharsets.UTF_8);
    }

    private String oci(String... words) {
        return oci(0, words);
    }

    private State state() {
        ContainerStatus status = bundle.state.get(bundle.containerId());
        return new State(status.status().text(), status.record().unit().orElse("none"));
    }

    private record State(String status, String unit) {}

    @Test
    void aContainerLivesInAScopeAndOnlyItsCreatorSaysSo() {
        bundle.set("linux.resources.pids", "{limit: 17}")
                .set("linux.resources.memory", "{limit: 67108864}")
                .args("/bin/sleep", "1000")
                .writeConfig();
        oci("--systemd-cgroup", "create", "-b", bundle.folder.toString(), "test");
        assertThat(state()).isEqualTo(new State("created", "life-one.scope"));
        assertThat(file("pids.max")).isEqualTo("17");
        assertThat(property("TasksMax")).isEqualTo("17");
        assertThat(property("MemoryMax")).isEqualTo("67108864");
        assertThat(property("Delegate")).isEqualTo("yes");
        int pid = bundle.state.get(bundle.containerId()).record().init().pid();
        assertThat(TestBundle.read(Path.of("/proc/" + pid + "/cgroup"))).isEqualTo("0::" + PATH);
        assertThat(file("cgroup.procs")).isEqualTo(Integer.toString(pid));

        oci("start", "test");
        oci("update", "--pids-limit", "7", "--memory", "134217728", "test");
        assertThat(file("pids.max")).isEqualTo("7");
        assertThat(property("TasksMax")).isEqualTo("7");
        assertThat(file("memory.max")).isEqualTo("134217728");
        assertThat(property("MemoryMax")).isEqualTo("134217728");
        systemctl("daemon-reload");
        assertThat(file("pids.max")).isEqualTo("7");

        oci("pause", "test");
        assertThat(state().status()).isEqualTo("paused");
        oci("resume", "test");
        assertThat(bundle.exec("cat /proc/self/cgroup").text()).endsWith(":/");
        oci("kill", "test", "KILL");
        bundle.containers.await(bundle.containerId());
        oci("delete", "test");
        assertThat(GROUP).doesNotExist();
        assertThat(property("LoadState")).isEqualTo("not-found");
    }

    private static String property(String name) {
        return systemctl("show", "--value", "-p", name, "life-one.scope");
    }

    private static String systemctl(String... words) {
        var line = new ArrayList<>(List.of("systemctl"));
        line.addAll(List.of(words));
        try {
            java.lang.Process process =
                    new ProcessBuilder(line).redirectErrorStream(true).start();
            String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as(text).isZero();
            return text.strip();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aRunningContainerIsDeletedWithItsScope() {
        bundle.startIdle();
        assertThat(GROUP).isDirectory();
        bundle.containers.delete(bundle.containerId(), true);
        assertThat(GROUP).doesNotExist();
        assertThat(property("LoadState")).isEqualTo("not-found");
    }

    @Test
    void theScopeGoesWithTheLastProcessAndTheNameIsFreeAgain() {
        for (int i = 0; i < 3; i++) {
            bundle.args("/bin/true").start();
            assertThat(bundle.containers.await(bundle.containerId())).isZero();
            Await.until(() -> !Files.exists(GROUP));
            bundle.containers.delete(bundle.containerId(), false);
        }
    }

    @Test
    void aLimitOfOneTaskIsOneTask() {
        bundle.set("linux.resources.pids", "{limit: 1}");
        assertThat(bundle.run("echo alone; sleep 0; echo not alone").text())
                .startsWith("alone")
                .contains("can't fork")
                .doesNotContain("not alone");
    }

    @Test
    void devicesAreThoseOfTheRulesAlsoAfterAnUpdate() {
        bundle.add("linux.devices", "{path: '/dev/kmsg', type: 'c', major: 1, minor: 11}");
        bundle.startIdle();
        String open = ": >/dev/kmsg && echo opened";
        assertThat(bundle.exec(open).text()).contains("Operation not permitted");
        bundle.control.update(
                bundle.containerId(),
                TestBundle.resources("{devices: [{allow: true, type: 'c', major: 1, minor: 11, access: 'rw'}]}"));
        assertThat(bundle.exec(open).text()).isEqualTo("opened");
    }

    @Test
    void theContainersRootRunsItsOwnGroups() {
        bundle.userNamespace();
        bundle.config.withArray("/mounts").remove(6);
        bundle.mount("/sys/fs/cgroup", "cgroup", "cgroup", "nosuid", "noexec", "nodev", "rw");
        assertThat(bundle.run("mkdir /sys/fs/cgroup/own && echo 1 >/sys/fs/cgroup/own/cgroup.procs"
                                + " && echo +pids >/sys/fs/cgroup/cgroup.subtree_control && cat /proc/self/cgroup")
                        .text())
                .contains("/own");
    }

    @Test
    void annotationsAreProperties() {
        bundle.set("annotations", "{'org.systemd.property.Description': \"'told by an annotation'\"}");
        bundle.startIdle();
        assertThat(property("Description")).isEqualTo("told by an annotation");
    }

    @Test
    void aFailureLeavesNoScope() {
        bundle.args("nothing");
        assertThatThrownBy(bundle::start).isInstanceOf(ContainerException.class);
        assertThat(GROUP).doesNotExist();
        bundle.file("bin/broken", "not a program", "rwxr-xr-x");
        bundle.args("/bin/broken");
        assertThatThrownBy(bundle::start).hasMessageContaining("ENOEXEC");
        assertThat(GROUP).doesNotExist();
        assertThat(bundle.state.list()).isEmpty();
        assertThat(property("LoadState")).isEqualTo("not-found");
    }

    /** While the scope is there: when the container ends, systemd removes the group that could be asked. */
    @Test
    void whoWatchesIsToldThatMemoryRanOut() throws Exception {
        bundle.set("linux.resources.memory", "{limit: 16777216, swap: 16777216}")
                .script("while [ ! -e /out/go ]; do sleep 0.01; done; awk 'BEGIN { s = \"x\"; while (1) s = s s }';"
                        + " exec sleep 1000")
                .start();
        var killed = new AtomicLong();
        Thread watch = Thread.ofPlatform()
                .daemon()
                .start(() -> bundle.control.watchOom(bundle.containerId(), killed::addAndGet));
        bundle.file("out/go", "", "rw-r--r--");

        Await.until(() -> killed.get() == 1);
        assertThat(bundle.state.get(bundle.containerId()).oomKilled()).isTrue();
        bundle.containers.delete(bundle.containerId(), true);
        assertThat(watch.join(Duration.ofSeconds(10))).isTrue();
    }

    @Test
    void aScopeThatIsThereIsNotTakenOver() {
        bundle.startIdle();
        bundle.id = "other";
        assertThatThrownBy(bundle::create).hasMessageContaining("not empty: 1 process(es) found");
    }

    @Test
    void aPathThatIsNoScopeIsRefused() {
        bundle.set("linux.cgroupsPath", "'/a/path'");
        assertThatThrownBy(bundle::create).hasMessageContaining("slice:prefix:name");
        bundle.set("linux.cgroupsPath", "'system.slice::a.slice'");
        assertThatThrownBy(bundle::create).hasMessageContaining("a.slice is a slice");
        assertThat(bundle.state.list()).isEmpty();
    }
}
