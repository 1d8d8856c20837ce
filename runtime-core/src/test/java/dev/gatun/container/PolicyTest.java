package dev.gatun.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.linux.Block;
import dev.gatun.linux.Fd;
import dev.gatun.linux.Socket;
import dev.gatun.linux.SocketCalls;
import dev.gatun.linux.Structs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How the kernel is told to treat the process: scheduler, I/O priority, memory, personality, labels, keyring; and ways in. */
@Tag("kernel")
class PolicyTest {
    private final TestBundle bundle = new TestBundle();

    @AfterEach
    void clean() {
        bundle.close();
    }

    private String stat(int pid, int field) throws IOException {
        String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
        return stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[field - 3];
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {policy: 'SCHED_BATCH', nice: 5}                                   | 3 | 5  | 0
            {policy: 'SCHED_OTHER', nice: -3}                                  | 0 | -3 | 0
            {policy: 'SCHED_IDLE'}                                             | 5 | 0  | 0
            {policy: 'SCHED_FIFO', priority: 7, flags: ['SCHED_FLAG_RESET_ON_FORK']} | 1 | 0 | 7
            {policy: 'SCHED_RR', priority: 3}                                  | 2 | 0  | 3
            """)
    void theSchedulerIsTheConfigured(String json, String policy, String nice, String priority) throws IOException {
        bundle.set("process.scheduler", json);
        if (Files.exists(Path.of("/sys/fs/cgroup/cpu/cpu.rt_runtime_us"))) {
            bundle.set("linux.resources.cpu", "{realtimeRuntime: 1000}");
        }
        int pid = bundle.startIdle();
        assertThat(stat(pid, 41)).isEqualTo(policy);
        if (json.contains("nice")) {
            assertThat(stat(pid, 19)).isEqualTo(nice);
        }
        assertThat(stat(pid, 40)).isEqualTo(priority);
    }

    @Test
    void aSchedulerThatNoLinuxHasIsRefused() {
        bundle.set("process.scheduler", "{policy: 'SCHED_ISO'}");
        assertThatThrownBy(bundle::start)
                .hasMessage("process.scheduler.policy: no Linux has SCHED_ISO, whose number is only reserved");
    }

    @Test
    void anImpossibleSchedulerIsNamed() {
        bundle.set("process.scheduler", "{policy: 'SCHED_DEADLINE', runtime: 10, deadline: 5, period: 3}");
        assertThatThrownBy(bundle::start)
                .hasMessageStartingWith("set the scheduler (process.scheduler) to SCHED_DEADLINE: EINVAL");
    }

    @Test
    void theIoPriorityIsTheConfigured() {
        bundle.set("process.ioPriority", "{class: 'IOPRIO_CLASS_IDLE', priority: 4}")
                .script("ionice -p $$");
        bundle.link("bin/ionice", "busybox");
        assertThat(bundle.run().text()).startsWith("idle");
    }

    @Test
    void theMemoryPolicyIsTheConfigured() {
        bundle.set("linux.memoryPolicy", "{mode: 'MPOL_BIND', nodes: '0', flags: ['MPOL_F_STATIC_NODES']}");
        assertThat(bundle.run("cat /proc/self/numa_maps").text()).contains("bind=static:0");
    }

    @Test
    void aMemoryNodeThatTheMachineDoesNotHaveIsAnError() {
        bundle.set("linux.memoryPolicy", "{mode: 'MPOL_BIND', nodes: '0-1023'}")
                .set("linux.memoryPolicy.nodes", "'1023'");
        assertThatThrownBy(bundle::start)
                .hasMessageStartingWith("set the memory policy (linux.memoryPolicy) to MPOL_BIND 1023: EINVAL");
    }

    @Test
    void thePersonalityIsTheConfigured() {
        bundle.set("linux.personality", "{domain: 'LINUX32'}").script("uname -m; cat /proc/self/personality");
        bundle.link("bin/uname", "busybox");
        assertThat(bundle.run().lines()).last().isEqualTo("00000008");
    }

    @Test
    void anAddedProcessGetsThemToo() {
        bundle.set("process.scheduler", "{policy: 'SCHED_BATCH', nice: 5}")
                .set("linux.personality", "{domain: 'LINUX32'}")
                .startIdle();
        assertThat(bundle.exec("cat /proc/self/personality; cut -d' ' -f19 /proc/self/stat")
                        .lines())
                .containsExactly("00000008", "5");
    }

    @Test
    void anAddedProcessKeepsToItsProcessors() {
        bundle.startIdle();
        String allowed = "grep Cpus_allowed_list /proc/self/status";
        assertThat(bundle.exec(allowed, "execCPUAffinity", "{initial: '0', final: '0'}")
                        .text())
                .endsWith("\t0");
        assertThat(bundle.exec(allowed, "execCPUAffinity", "{initial: '0'}").text())
                .endsWith("\t0");
        assertThatThrownBy(() -> bundle.exec(allowed, "execCPUAffinity", "{final: '5-3'}"))
                .hasMessage("process.execCPUAffinity.final: \"5-3\" is not a list such as 0-3,7");
    }

    @Test
    void listsOfNumbersAreBits() {
        assertThat(PolicyOps.bits("f", "")).isEmpty();
        assertThat(PolicyOps.bits("f", "0-3,7")).containsExactly(0x8f, 0, 0, 0, 0, 0, 0, 0);
        assertThat(PolicyOps.bits("f", " 64 ")).hasSize(16).endsWith(1, 0, 0, 0, 0, 0, 0, 0);
        for (String wrong : List.of("-", "3-1", "1,", "99999999999", "70000")) {
            assertThatThrownBy(() -> PolicyOps.bits("f", wrong))
                    .isInstanceOf(ContainerException.class)
                    .hasMessageStartingWith("f: \"" + wrong + "\"");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            process.apparmorProfile | /sys/module/apparmor         | process.apparmorProfile: "l" cannot be applied, as this kernel runs without AppArmor
            process.selinuxLabel    | /sys/fs/selinux/enforce      | process.selinuxLabel: selinux label is specified in config, but selinux is disabled or not supported
            linux.mountLabel        | /sys/fs/selinux/enforce      | linux.mountLabel: selinux label is specified in config, but selinux is disabled or not supported
            """)
    void labelsNeedTheirModule(String field, Path sign, String message) {
        bundle.set(field, "'l'").args("/bin/true");
        if (Files.exists(sign)) {
            assertThatThrownBy(bundle::start).isInstanceOf(ContainerException.class);
        } else {
            assertThatThrownBy(bundle::start).hasMessage(message);
        }
    }

    @Test
    void labelsAreWrittenBeforeTheRootIsEntered() {
        bundle.set("process.apparmorProfile", "'p'")
                .set("process.selinuxLabel", "'s'")
                .set("linux.mountLabel", "'m'");
        var listing = Blueprint.alone(bundle.kernel, bundle.bundle()).listing().toString();
        assertThat(listing)
                .containsSubsequence(
                        "openat(host_proc, \"self/attr/exec\"",
                        "write(attribute, \"s\", 1)",
                        "openat(host_proc, \"self/attr/apparmor/exec\"",
                        "write(attribute, \"exec p\", 6)",
                        "\"context\", \"m\"",
                        "pivot_root");
        assertThat(listing).doesNotContain("fsconfig(proc_config, FSCONFIG_SET_STRING, \"context\"");
    }

    @Test
    void theKeyringIsTheContainersOwn() {
        bundle.keyring = Optional.of(CreateOptions.keyringOf(bundle.containerId()));
        bundle.set("linux.maskedPaths", "[]").script("cat /proc/keys");
        String keys = bundle.run().text();
        assertThat(keys).contains("_ses.test");
    }

    @Test
    void anAddedProcessSharesTheKeyring() {
        bundle.keyring = Optional.of(CreateOptions.keyringOf(bundle.containerId()));
        bundle.set("linux.maskedPaths", "[]").startIdle();
        List<String> inside = bundle.exec("grep _ses.test /proc/keys").lines();
        assertThat(inside).singleElement().asString().contains("_ses.test");
    }

    @Test
    void anAddedProcessOfAUserNamespaceSharesTheKeyring() {
        bundle.keyring = Optional.of(CreateOptions.keyringOf(bundle.containerId()));
        bundle.userNamespace().set("linux.maskedPaths", "[]").startIdle();
        assertThat(bundle.exec("grep _ses.test /proc/keys").lines())
                .singleElement()
                .asString()
                .contains("_ses.test");
    }

    @Test
    void withoutPivotTheRootIsTheContainers() {
        bundle.pivots = false;
        assertThat(bundle.run("ls -d /out /etc; cat /proc/self/mountinfo | cut -d' ' -f5 | sort | head -1")
                        .lines())
                .contains("/out", "/")
                .doesNotContain("/etc");
    }

    @Test
    void theProcessIsSentAsADescriptor() throws IOException {
        Path path = bundle.folder.resolve("pidfd.sock");
        try (var socket = socket()) {
            bundle.kernel.call(SocketCalls.bind(socket, path.toString()));
            bundle.kernel.call(SocketCalls.listen(socket, 1));
            bundle.pidfdSocket = Optional.of(path);
            int pid = bundle.args("/bin/sleep", "1000").create().status().pid();
            try (var connection = new Fd(bundle.kernel, bundle.kernel.call(SocketCalls.accept4(socket)), "c")) {
                var content = Block.buffer(64, "&name");
                var control = Block.buffer(Structs.CMSG_ONE_FD_SIZE, "&rights");
                bundle.kernel.call(SocketCalls.recvmsg(
                        connection, SocketCalls.message(content, control).output(), Socket.MSG_CMSG_CLOEXEC));
                try (var pidfd = new Fd(bundle.kernel, control.getInt32(Structs.CMSGHDR_SIZE), "pidfd")) {
                    assertThat(Files.readString(Path.of("/proc/self/fdinfo/" + pidfd.number())))
                            .contains("Pid:\t" + pid);
                }
                assertThat(new String(content.getBytes(0, 5), StandardCharsets.UTF_8))
                        .isEqualTo("pidfd");
            }
        }
    }

    private Fd socket() {
        return new Fd(
                bundle.kernel,
                bundle.kernel.call(SocketCalls.socket(Socket.AF_UNIX, Socket.SOCK_STREAM | Socket.SOCK_CLOEXEC)),
                "listener");
    }
}
