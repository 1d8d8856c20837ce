package dev.gatun.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gatun.linux.Arch;
import dev.gatun.linux.Errno;
import dev.gatun.linux.Syscall;
import dev.gatun.oci.State;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** SCMP_ACT_NOTIFY: an agent answers calls of the container. */
@Tag("kernel")
class SeccompAgentTest {
    private static final String ANSWER = "No space left on device";

    private final TestBundle bundle = new TestBundle();
    private final Path socket = bundle.folder.resolve("agent");

    @AfterEach
    void clean() {
        bundle.close();
    }

    private Agent agent(Syscall... goOn) {
        List<Integer> numbers =
                List.of(goOn).stream().map(call -> call.number(Arch.current())).toList();
        return new Agent(bundle.kernel, socket, Errno.ENOSPC.number(), numbers);
    }

    private void notified(String more, boolean noNewPrivileges) {
        bundle.set("process.noNewPrivileges", Boolean.toString(noNewPrivileges));
        bundle.set(
                "linux.seccomp",
                "{defaultAction: 'SCMP_ACT_ALLOW', listenerPath: '" + socket
                        + "', listenerMetadata: 'of a test', syscalls:" + " [{names: ['mkdir', 'mkdirat'" + more
                        + "], action: 'SCMP_ACT_NOTIFY'}]}");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theAgentAnswersAProcessThatIsRun(boolean noNewPrivileges) {
        notified("", noNewPrivileges);
        bundle.script("echo me $$; mkdir /tmp/a 2>&1");
        try (Agent agent = agent()) {
            int pid = bundle.start().status().pid();
            assertThat(bundle.end().text()).contains("me 1").contains(ANSWER);
            check(agent, State.Status.CREATING, pid, pid);
            assertThat(agent.calls).hasSize(1);
        }
    }

    private void check(Agent agent, State.Status status, int process, int init) {
        // the descriptor comes with the first part, and once
        assertThat(agent.parts.getFirst()).isEqualTo(1);
        assertThat(agent.parts.stream().mapToInt(i -> i).sum()).isEqualTo(agent.states.size());
        JsonNode told = agent.states.getLast();
        assertThat(told.toString()).startsWith("{\"ociVersion\":\"1.3.0\",\"fds\":[\"seccompFd\"],");
        assertThat(told.path("pid").asInt()).isEqualTo(process);
        assertThat(told.path("metadata").asText()).isEqualTo("of a test");
        State state = State.parse(told.path("state").toString().getBytes(java.nio.charset.StandardCharsets.UTF_8));
        assertThat(state.id()).isEqualTo(bundle.id);
        assertThat(state.status()).isEqualTo(status);
        assertThat(state.pid()).hasValue(init);
        assertThat(state.bundle()).isEqualTo(bundle.folder.toString());
    }

    @Test
    void theAgentAnswersAProcessThatIsCreatedAndStarted() {
        notified("", true);
        bundle.script("mkdir /tmp/a 2>&1");
        try (Agent agent = agent()) {
            int pid = bundle.create().status().pid();
            assertThat(agent.states).isEmpty();
            bundle.containers.start(bundle.containerId());
            assertThat(bundle.end().text()).contains(ANSWER);
            check(agent, State.Status.CREATED, pid, pid);
        }
    }

    @Test
    void theAgentAnswersAHookInTheContainer() {
        notified("", true);
        bundle.add("hooks.startContainer", "{path: '/bin/mkdir', args: ['mkdir', '/tmp/a']}");
        bundle.args("/bin/true");
        try (Agent agent = agent()) {
            bundle.create();
            assertThatThrownBy(() -> bundle.containers.start(bundle.containerId()))
                    .hasMessageStartingWith("hooks.startContainer[0]: /bin/mkdir: exit status 1")
                    .hasMessageContaining(ANSWER);
            assertThat(agent.calls).hasSize(1);
        }
    }

    @Test
    void theAgentAnswersAProcessThatIsAdded() {
        notified("", true);
        try (Agent agent = agent()) {
            int init = bundle.startIdle();
            assertThat(bundle.exec("mkdir /tmp/a 2>&1").text()).contains(ANSWER);
            assertThat(agent.states).hasSize(2);
            int process = agent.states.getLast().path("pid").asInt();
            assertThat(process).isNotEqualTo(init);
            check(agent, State.Status.RUNNING, process, init);
        }
    }

    @Test
    void whatGatunItselfNeedsMayBeNotifiedButForWrite() {
        notified(", 'read', 'capset', 'execve', 'sendmsg', 'close'", false);
        try (Agent agent = agent(Syscall.READ, Syscall.CAPSET, Syscall.EXECVE, Syscall.CLOSE)) {
            assertThat(bundle.run("mkdir /tmp/a 2>&1").text()).contains(ANSWER);
            assertThat(agent.calls)
                    .startsWith(
                            Syscall.READ.number(Arch.current()),
                            Syscall.CAPSET.number(Arch.current()),
                            Syscall.EXECVE.number(Arch.current()));
        }
    }

    @Test
    void theKernelIsAskedToWaitKillably() {
        notified("", true);
        bundle.set("linux.seccomp.flags", "['SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV', 'SECCOMP_FILTER_FLAG_TSYNC']");
        try (Agent agent = agent()) {
            assertThat(bundle.run("mkdir /tmp/a 2>&1").text()).contains(ANSWER);
            assertThat(agent.calls).hasSize(1);
        }
    }

    @Test
    void withoutItsAgentNoContainerIsRun() {
        notified("", true);
        assertThatThrownBy(() -> bundle.run("true"))
                .isInstanceOf(ContainerException.class)
                .hasMessage("connect to linux.seccomp.listenerPath " + socket + ": ENOENT (No such file or directory)");
        assertThat(bundle.state.list()).isEmpty();
    }

    @Test
    void withoutItsAgentACreatedContainerIsNotStarted() {
        notified("", true);
        bundle.script("echo started");
        bundle.create();
        assertThatThrownBy(() -> bundle.containers.start(bundle.containerId()))
                .isInstanceOf(ContainerException.class)
                .hasMessageContaining("connect to linux.seccomp.listenerPath");
        assertThat(bundle.end().text()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "defaultAction: 'SCMP_ACT_NOTIFY', listenerPath: '/a' | linux.seccomp.defaultAction: SCMP_ACT_NOTIFY is for"
                        + " listed calls only",
                "defaultAction: 'SCMP_ACT_ALLOW', listenerPath: '/a', syscalls: [{names: ['bind', 'write'], action:"
                        + " 'SCMP_ACT_NOTIFY'}] | linux.seccomp.syscalls[0].action: SCMP_ACT_NOTIFY is not for write",
                "defaultAction: 'SCMP_ACT_ALLOW', syscalls: [{names: ['bind'], action: 'SCMP_ACT_NOTIFY'}] |"
                        + " linux.seccomp.listenerPath: missing; SCMP_ACT_NOTIFY needs it"
            })
    void whatCannotWorkIsRefused(String profile, String message) {
        bundle.set("linux.seccomp", "{" + profile + "}");
        assertThatThrownBy(() -> bundle.run("true")).hasMessageStartingWith(message);
    }
}
