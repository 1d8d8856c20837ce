package dev.gatun.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.linux.Block;
import dev.gatun.linux.Fd;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.Signal;
import dev.gatun.oci.Namespace;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Processes that are added to a running container. */
@Tag("kernel")
class ExecTest {
    private final TestBundle bundle = new TestBundle();

    @AfterEach
    void clean() {
        bundle.close();
    }

    /** The links of a process's namespaces, as a shell sees its own. */
    private static String links() {
        return "cd /proc/self/ns; for n in "
                + String.join(
                        " ",
                        Arrays.stream(Namespace.Type.values())
                                .map(Namespaces::file)
                                .toList())
                + "; do readlink $n; done";
    }

    private static List<String> linksOf(int pid) throws IOException {
        var links = new ArrayList<String>();
        for (Namespace.Type type : Namespace.Type.values()) {
            links.add(Files.readSymbolicLink(Path.of("/proc/" + pid + "/ns/" + Namespaces.file(type)))
                    .toString());
        }
        return links;
    }

    @Test
    void theProcessIsInAllNamespacesOfTheContainer() throws IOException {
        int pid = bundle.namespace("time", "").startIdle();
        assertThat(bundle.exec(links()).lines()).isEqualTo(linksOf(pid));
    }

    @Test
    void theProcessIsInTheUserNamespaceOfTheContainer() throws IOException {
        int pid = bundle.userNamespace().namespace("time", "").startIdle();
        assertThat(bundle.exec(links() + "; id").lines()).isEqualTo(with(linksOf(pid), "uid=0 gid=0"));
    }

    private static List<String> with(List<String> lines, String last) {
        var all = new ArrayList<>(lines);
        all.add(last);
        return all;
    }

    @Test
    void theProcessIsInTheNamespacesThatTheContainerHasJoined() throws IOException {
        try (var other = new TestBundle()) {
            bundle.namespace("network", "/proc/" + other.startIdle() + "/ns/net");
            int pid = bundle.startIdle();
            assertThat(bundle.exec(links()).lines()).isEqualTo(linksOf(pid));
        }
    }

    @Test
    void theProcessSeesTheContainersRoot() {
        bundle.startIdle();
        assertThat(bundle.exec("ls /").lines()).containsExactly("bin", "dev", "out", "proc", "sys");
    }

    @Test
    void theProcessSeesTheRootOfAContainerWithoutAMountNamespace() {
        bundle.withoutMounts().startIdle();
        assertThat(bundle.exec("ls /").lines()).containsExactly("bin", "dev", "out");
    }

    @Test
    void theProcessSeesTheRootOfAContainerWithoutAnyNamespace() {
        bundle.withoutMounts().set("linux.namespaces", "[]").remove("hostname").startIdle();
        assertThat(bundle.exec("ls /").lines()).containsExactly("bin", "dev", "out");
    }

    @Test
    void theExitStatusIsTheProcesss() {
        bundle.startIdle();
        assertThat(bundle.exec("exit 0").status()).isZero();
        assertThat(bundle.exec("exit 77").status()).isEqualTo(77);
        assertThat(bundle.exec("kill -9 $$").status()).isEqualTo(128 + Signal.SIGKILL);
    }

    @Test
    void theContainerRunsOnWhenTheProcessEnds() {
        int pid = bundle.startIdle();
        bundle.exec("exit 0");
        assertThat(bundle.state.get(bundle.containerId()).pid()).isEqualTo(pid);
    }

    @Test
    void theProcessHasUserFolderEnvironmentAndGroupsOfItsOwn() {
        bundle.file("etc/passwd", "lock:x:1000:1000::/home/lock:/bin/sh\n", "rw-r--r--");
        bundle.startIdle();
        assertThat(bundle.exec(
                                "id; pwd; echo $A $HOME; grep ^Umask /proc/self/status",
                                "user",
                                "{uid: 1000, gid: 1001, umask: 63, additionalGids: [7]}",
                                "cwd",
                                "'/bin'",
                                "env",
                                "['PATH=/bin', 'A=b']")
                        .lines())
                .containsExactly("uid=1000(lock) gid=1001 groups=7", "/bin", "b /home/lock", "Umask:\t0077");
    }

    @Test
    void theProcessHasCapabilitiesAndLimitsOfItsOwn() {
        bundle.startIdle();
        assertThat(bundle.exec(
                                "grep -E '^(Cap|NoNew)' /proc/self/status; grep 'open files' /proc/self/limits",
                                "capabilities",
                                "{bounding: ['CAP_KILL'], permitted: ['CAP_KILL'], effective: ['CAP_KILL']}",
                                "noNewPrivileges",
                                "false",
                                "rlimits",
                                "[{type: 'RLIMIT_NOFILE', soft: 64, hard: 128}]")
                        .lines())
                .map(line -> line.replaceAll("\\s+", " "))
                .containsExactly(
                        "CapInh: 0000000000000000",
                        "CapPrm: 0000000000000020",
                        "CapEff: 0000000000000020",
                        "CapBnd: 0000000000000020",
                        "CapAmb: 0000000000000000",
                        "NoNewPrivs: 0",
                        "Max open files 64 128 files");
    }

    @Test
    void nothingIsInheritableOrAllowedUnlessItIsListed() {
        bundle.startIdle();
        dev.gatun.oci.Process process = bundle.process("grep ^Cap /proc/self/status");
        assertThat(bundle.exec(process).lines()).contains("CapInh:\t0000000000000000", "CapAmb:\t0000000000000000");
        bundle.remove("process.capabilities");
        assertThat(bundle.exec("grep ^Cap /proc/self/status").lines())
                .allMatch(line -> line.endsWith("\t0000000000000000"));
    }

    @Test
    void onlyTheStandardDescriptorsAreInside() {
        bundle.startIdle();
        assertThat(bundle.exec("ls /proc/$$/fd; true").lines()).containsExactly("0", "1", "2");
    }

    @Test
    void noSignalIsBlockedOrIgnored() throws IOException {
        bundle.startIdle();
        dev.gatun.oci.Process sleep = dev.gatun.oci.Process.parse(
                "{\"cwd\": \"/\", \"user\": {\"uid\": 0, \"gid\": 0}, \"args\": [\"/bin/sleep\", \"1000\"]}"
                        .getBytes(StandardCharsets.UTF_8));
        Containers.Executed executed =
                bundle.containers.exec(bundle.containerId(), bundle.bundle().spec(), sleep, bundle.options());
        assertThat(Files.readAllLines(Path.of("/proc/" + executed.pid() + "/status")))
                .contains("SigBlk:\t0000000000000000", "SigIgn:\t0000000000000000");
        // it ends with the container, which is gone only when whoever has added it has waited for it
        bundle.containers.kill(bundle.containerId(), Signal.SIGKILL);
        assertThat(bundle.containers.await(executed)).isEqualTo(137);
    }

    @Test
    void theProcessLeadsASessionOfItsOwn() {
        bundle.startIdle();
        assertThat(bundle.exec("[ \"$(cut -d' ' -f6 /proc/$$/stat)\" = $$ ]").status())
                .isZero();
    }

    @Test
    void theWorkingFolderMustBeThere() {
        bundle.startIdle();
        assertThatThrownBy(() -> bundle.exec("true", "cwd", "'/nowhere'"))
                .isInstanceOf(ContainerException.class)
                .hasMessage("go to the working folder \"/nowhere\": ENOENT (No such file or directory)");
    }

    @Test
    void theWorkingFolderCannotBeAFolderOfTheHost() {
        bundle.startIdle();
        for (int number = 3; number < 20; number++) {
            String folder = "'/proc/self/fd/" + number + "'";
            assertThatThrownBy(() -> bundle.exec("true", "cwd", folder))
                    .isInstanceOf(ContainerException.class)
                    .hasMessageStartingWith("go to the working folder");
        }
    }

    @Test
    void aCommandThatIsMissingIsAnErrorOfExec() {
        bundle.startIdle();
        var process = dev.gatun.oci.Process.parse(
                "{\"cwd\": \"/\", \"user\": {\"uid\": 0, \"gid\": 0}, \"args\": [\"nothing\"], \"env\": [\"PATH=/bin\"]}"
                        .getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> bundle.exec(process))
                .isInstanceOf(ContainerException.class)
                .hasMessage(
                        "exec: \"nothing\": executable file not found in $PATH: ENOENT (No such file or directory)");
    }

    @Test
    void aStoppedContainerTakesNoProcess() {
        bundle.args("/bin/true").start();
        bundle.containers.await(bundle.containerId());
        assertThatThrownBy(() -> bundle.exec("true")).hasMessage("cannot exec in a stopped container");
    }

    @Test
    void aCreatedContainerTakesAProcess() {
        bundle.args("/bin/sleep", "1000").create();
        assertThat(bundle.exec("echo hello").text()).isEqualTo("hello");
    }

    @Test
    void theProcessIdIsWrittenWithoutALinesEnd() throws IOException {
        bundle.startIdle();
        Path file = bundle.folder.resolve("pid");
        bundle.pidFile = Optional.of(file);
        Containers.Executed executed = bundle.containers.exec(
                bundle.containerId(), bundle.bundle().spec(), bundle.process("exit 0"), bundle.options());
        assertThat(Files.readString(file)).isEqualTo(Integer.toString(executed.pid()));
        assertThat(bundle.containers.await(executed)).isZero();
    }

    @Test
    void aPidFileThatCannotBeWrittenLeavesNoProcess() {
        bundle.startIdle();
        bundle.pidFile = Optional.of(bundle.folder.resolve("nowhere/pid"));
        bundle.bundle();
        Footprint before = Footprint.of(bundle.folder);
        assertThatThrownBy(() -> bundle.exec("while true; do :; done"))
                .hasMessage("write the pid file " + bundle.folder + "/nowhere/pid: no such file or directory");
        Footprint after = Footprint.of(bundle.folder);
        assertThat(after.children()).isEqualTo(before.children());
        assertThat(after.residents()).isEqualTo(before.residents());
        assertThat(after.descriptors()).isEqualTo(before.descriptors());
    }

    @Test
    void theProcessMayHaveATerminal() {
        bundle.startIdle();
        var process = dev.gatun.oci.Process.parse(
                ("{\"cwd\": \"/\", \"user\": {\"uid\": 1000, \"gid\": 0}, \"terminal\": true, \"env\": [\"PATH=/bin\"],"
                                + "\"consoleSize\": {\"height\": 12, \"width\": 34},"
                                + "\"args\": [\"/bin/sh\", \"-c\", \"tty; stty size; stat -c %u $(tty); echo x >/dev/tty\"]}")
                        .getBytes(StandardCharsets.UTF_8));
        Containers.Executed executed =
                bundle.containers.exec(bundle.containerId(), bundle.bundle().spec(), process, bundle.options());
        try (Fd terminal = executed.terminal().orElseThrow()) {
            assertThat(bundle.containers.await(executed)).isZero();
            var text = new StringBuilder();
            var buffer = Block.buffer(4096, "&buffer");
            // until nobody has the other end open any longer, and all that was written is read
            for (long length = 1; length > 0; ) {
                length = bundle.kernel.attempt(FileCalls.read(terminal, buffer));
                text.append(new String(buffer.getBytes(0, (int) Math.max(length, 0)), StandardCharsets.UTF_8));
            }
            assertThat(text).hasToString("/dev/pts/0\r\n12 34\r\n1000\r\nx\r\n");
        }
    }

    @Test
    void theHomeIsThatOfTheContainersOwnUsers() throws IOException {
        bundle.startIdle();
        bundle.file("etc/passwd", "root:x:0:0::/inside:/bin/sh\n", "rw-r--r--");
        assertThat(bundle.exec("echo $HOME").text()).isEqualTo("/inside");
    }
}
