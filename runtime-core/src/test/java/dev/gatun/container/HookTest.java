package dev.gatun.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.linux.Signal;
import dev.gatun.oci.State;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Hooks: where and when each kind runs, what it is told, and what a failing one leads to (config.md, Hooks). */
@Tag("kernel")
class HookTest {
    private static final List<String> ON_CREATE = List.of("prestart", "createRuntime", "createContainer");

    private final TestBundle bundle = new TestBundle();
    private final Containers containers = bundle.containers;
    private final ContainerId id = bundle.containerId();
    private final Path log = bundle.hostFolder("log").resolve("hooks");

    @AfterEach
    void clean() {
        bundle.close();
    }

    /** Adds a hook that is a shell command of the host's busybox. */
    private void hook(String kind, String script) {
        bundle.add("hooks." + kind, hookJson("/bin/busybox", script));
    }

    private static String hookJson(String path, String script) {
        return "{path: '" + path + "', args: ['sh', '-c', '" + script.replace("'", "\\'") + "'], env: ['A=b']}";
    }

    /** Adds a hook of each kind that writes its kind, and its state's status and pid, to the log. */
    private void logAll() {
        String script = "read -r state; echo KIND $(echo \"$state\" | /bin/busybox sed"
                + " 's/.*\"status\":\"\\([a-z]*\\)\".*/\\1/') >>LOG";
        for (String kind : List.of("prestart", "createRuntime", "createContainer", "poststart", "poststop")) {
            hook(
                    kind,
                    script.replace("KIND", kind)
                            .replace("LOG", log.toString())
                            .replace("\\(", "\\\\(")
                            .replace("\\)", "\\\\)")
                            .replace("\\1", "\\\\1"));
        }
    }

    private List<String> logged() throws IOException {
        return Files.exists(log) ? Files.readAllLines(log) : List.of();
    }

    private String kinds() throws IOException {
        return logged().stream()
                .map(line -> line.substring(0, line.indexOf(' ')))
                .collect(Collectors.joining(" "));
    }

    @Test
    void eachRunsAtItsTime() throws IOException {
        logAll();
        bundle.add("hooks.startContainer", "{path: '/bin/sh', args: ['sh', '-c', 'echo startContainer >>/out/text']}");
        bundle.script("echo process");
        bundle.create();
        assertThat(logged()).containsExactly("prestart created", "createRuntime creating", "createContainer creating");
        containers.start(id);
        containers.await(id);
        assertThat(logged()).hasSize(4).endsWith("poststart running");
        containers.delete(id, false);
        assertThat(logged()).hasSize(5).endsWith("poststop stopped");
    }

    @Test
    void theOnesOfTheStartRunInsideAndBeforeTheProcess() {
        bundle.add(
                "hooks.startContainer",
                "{path: '/bin/sh', args: ['sh', '-c', 'read -r s; echo $s >/out/state; hostname >/out/name; id -u >/out/id']}");
        bundle.set("process.user.uid", "1000").script("cat /out/state /out/name /out/id");
        bundle.file("out/state", "", "rw-rw-rw-");
        List<String> lines = bundle.run().lines();
        assertThat(lines.get(0)).contains("\"status\":\"created\"").contains("\"pid\":1,");
        assertThat(lines.subList(1, 3)).containsExactly("gatun", "1000");
    }

    @Test
    void whatIsRunAndCannotBeExecutedIsGone() {
        bundle.set("hooks.poststart", "[" + hookJson("/bin/busybox", "exit 0") + "]")
                .file("bin/broken", "not a program", "rwxr-xr-x");
        bundle.args("/bin/broken");
        assertThatThrownBy(bundle::start).hasMessageContaining("ENOEXEC");
        assertThat(bundle.state.exists(id)).isFalse();
    }

    @Test
    void theStateIsWhatTheyReadAndTheEnvironmentTheirOwn() throws IOException {
        bundle.set("annotations", "{'org.example.a': 'b'}").set("process.env", "['SECRET=1']");
        hook("createRuntime", "read -r s; echo $s >" + log + "; /bin/busybox env >>" + log);
        int pid = bundle.args("/bin/sleep", "1000").create().status().pid();
        assertThat(TestBundle.json(logged().getFirst()))
                .isEqualTo(TestBundle.json("{ociVersion: '1.3.0', id: 'test', status: 'creating', pid: " + pid
                        + ", bundle: '" + bundle.folder + "', annotations: {'org.example.a': 'b'}}"));
        assertThat(logged()).contains("A=b").noneMatch(line -> line.startsWith("SECRET") || line.startsWith("HOME"));
    }

    @Test
    void whereTheyRun() throws IOException {
        String script =
                "echo KIND $(/bin/busybox readlink /proc/self/ns/mnt) $(/bin/busybox readlink /proc/self/ns/uts)"
                        + " $(/bin/busybox ls /etc/hostname /proc/1/exe) >>" + log;
        for (String kind : ON_CREATE) {
            hook(kind, script.replace("KIND", kind));
        }
        int pid = bundle.args("/bin/sleep", "1000").create().status().pid();
        String host = namespaces("self");
        String container = namespaces(Integer.toString(pid));
        assertThat(logged().get(0)).startsWith("prestart " + host);
        assertThat(logged().get(1)).startsWith("createRuntime " + host);
        assertThat(logged().get(2)).startsWith("createContainer " + container);
    }

    private static String namespaces(String process) throws IOException {
        return Files.readSymbolicLink(Path.of("/proc/" + process + "/ns/mnt")) + " "
                + Files.readSymbolicLink(Path.of("/proc/" + process + "/ns/uts"));
    }

    @Test
    void mountsAreThereWhenTheContainerIsCreated() throws IOException {
        hook("createContainer", "/bin/busybox cat " + bundle.rootfs + "/proc/sys/kernel/hostname >" + log);
        bundle.args("/bin/sleep", "1000").create();
        assertThat(logged()).containsExactly("gatun");
    }

    @Test
    void aRootThatIsReadOnlyToTheContainerIsNotToThem() {
        bundle.set("root.readonly", "true");
        hook("createContainer", "echo made >" + bundle.rootfs + "/out/made");
        bundle.script("cat /out/made; echo x >/out/made");
        bundle.mount(
                "/out/text", "bind", bundle.file("out/text", "", "rw-rw-rw-").toString(), "bind");
        assertThat(bundle.run().lines()).startsWith("made").anyMatch(line -> line.contains("Read-only file system"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"prestart", "createRuntime", "createContainer"})
    void aFailingOneEndsTheCreation(String kind) throws IOException {
        logAll();
        bundle.set("hooks." + kind, "[" + hookJson("/bin/busybox", "echo no luck; exit 3") + "]");
        hook(kind, "echo never >>" + log);
        bundle.args("/bin/sleep", "1000");
        assertThatThrownBy(bundle::create)
                .isInstanceOf(ContainerException.class)
                .hasMessage("hooks." + kind + "[0]: /bin/busybox: exit status 3: no luck");
        assertThat(bundle.state.root()).isEmptyDirectory();
        assertThat(kinds()).doesNotContain("never").endsWith("poststop");
    }

    @Test
    void aFailingOneOfTheStartEndsTheContainer() throws IOException {
        logAll();
        bundle.set("hooks.startContainer", "[{path: '/bin/false'}]").args("/bin/touch", "/out/text");
        bundle.create();
        assertThatThrownBy(() -> containers.start(id)).hasMessage("hooks.startContainer[0]: /bin/false: exit status 1");
        assertThat(bundle.rootfs.resolve("out/text")).doesNotExist();
        assertThat(bundle.state.root()).isEmptyDirectory();
        assertThat(kinds()).isEqualTo("prestart createRuntime createContainer poststop");
    }

    @Test
    void aFailingOneAfterTheStartEndsTheContainer() throws IOException {
        logAll();
        bundle.set("hooks.poststart", "[" + hookJson("/bin/busybox", "exit 4") + "]")
                .args("/bin/sleep", "1000");
        int pid = bundle.create().status().pid();
        assertThatThrownBy(() -> containers.start(id)).hasMessage("hooks.poststart[0]: /bin/busybox: exit status 4");
        assertThat(Path.of("/proc/" + pid)).doesNotExist();
        assertThat(bundle.state.root()).isEmptyDirectory();
        assertThat(kinds()).endsWith("poststop");
    }

    @Test
    void aFailingOneAfterTheEndIsToldOfAndStopsNothing() throws IOException {
        bundle.set("hooks.poststop", "[" + hookJson("/bin/busybox", "exit 5") + "]");
        hook("poststop", "echo second >>" + log);
        bundle.run("true");
        assertThat(bundle.warnings).containsExactly("hooks.poststop[0]: /bin/busybox: exit status 5");
        assertThat(logged()).containsExactly("second");
    }

    @Test
    void oneThatTakesTooLongIsKilledWithAllItStarted() throws IOException {
        bundle.set(
                "hooks.prestart",
                "[{path: '/bin/busybox', timeout: 1, args: ['sh', '-c', '/bin/busybox sleep 1001 & echo $! >" + log
                        + "; /bin/busybox sleep 1002']}]");
        long begun = System.nanoTime();
        assertThatThrownBy(bundle::create)
                .hasMessage("hooks.prestart[0]: /bin/busybox: not done after 1 s (its timeout), and killed");
        assertThat(System.nanoTime() - begun).isBetween(900_000_000L, 20_000_000_000L);
        Path started = Path.of("/proc/" + logged().getFirst() + "/exe");
        // of an ended process there is no such file, also while nobody has waited for it
        Await.until(() -> !Files.exists(started));
    }

    @Test
    void oneThatIsNotThereIsNamed() {
        bundle.set("hooks.prestart", "[{path: '/nosuch/hook'}]");
        assertThatThrownBy(bundle::create)
                .hasMessageStartingWith("hooks.prestart[0]: execute \"/nosuch/hook\"")
                .hasMessageContaining("ENOENT");
    }

    @Test
    void manyRunInTheirOrder() throws IOException {
        for (int i = 0; i < 5; i++) {
            hook("createRuntime", "echo " + i + " >>" + log);
        }
        bundle.run("true");
        assertThat(logged()).containsExactly("0", "1", "2", "3", "4");
    }

    @Test
    void theyAreRunForTheOneCallThatCreatesAndStarts() throws IOException {
        logAll();
        bundle.run("true");
        assertThat(kinds()).isEqualTo("prestart createRuntime createContainer poststart poststop");
    }

    @Test
    void theyRunForAUserNamespaceToo() throws IOException {
        bundle.userNamespace();
        hook("createContainer", "/bin/busybox id -u >>" + log + "; /bin/busybox cat /proc/self/uid_map >>" + log);
        Files.createFile(log);
        Files.setAttribute(log, "unix:uid", 1100000);
        bundle.run("true");
        assertThat(logged().getFirst()).isEqualTo("0");
        assertThat(logged().get(1)).contains("1100000");
    }

    @Test
    void aSocketOfTheirsKeepsNothingOfTheRuntimes() throws IOException {
        hook("createRuntime", "/bin/busybox ls /proc/self/fd | /bin/busybox tr \"\\\\n\" \" \" >" + log);
        bundle.run("true");
        assertThat(List.of(logged().getFirst().strip().split(" ", -1)))
                .contains("0", "1", "2")
                .hasSizeLessThanOrEqualTo(4);
    }

    @Test
    void whileTheyRunOthersWait() throws Exception {
        Path go = log.resolveSibling("go");
        hook("poststart", "while ! /bin/busybox test -e " + go + "; do /bin/busybox usleep 10000; done");
        bundle.args("/bin/sleep", "1000").create();
        Thread starting = Thread.ofVirtual().start(() -> containers.start(id));
        Await.until(() -> bundle.state.get(id).status() == State.Status.RUNNING);
        containers.kill(id, Signal.SIGKILL);
        Thread deleting = Thread.ofVirtual().start(() -> containers.delete(id, false));
        Thread.sleep(100);
        assertThat(deleting.isAlive()).isTrue();
        Files.createFile(go);
        starting.join();
        deleting.join();
        assertThat(bundle.state.root()).isEmptyDirectory();
    }
}
