package dev.gatun.clients;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.cli.Pty;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Docker's engine. */
@Tag("clients")
@Timeout(value = 3, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DockerTest {
    @TempDir
    static Path folder;

    private static Docker docker;

    @BeforeAll
    static void begin() {
        docker = new Docker(folder);
    }

    @AfterAll
    static void end() {
        if (docker != null) {
            docker.close();
        }
    }

    private static String inspect(String container, String template) {
        return docker.run("inspect", "--format", template, container)
                .succeeded()
                .text();
    }

    private static String state(String container) {
        return inspect(container, "{{.State.Status}} {{.State.ExitCode}}");
    }

    /** Starts a container in the background that is there until it is told to end. */
    private static void start(String name, String... options) {
        var words = new java.util.ArrayList<>(List.of("run", "--detach", "--name=" + name));
        words.addAll(List.of(options));
        words.addAll(List.of(Docker.IMAGE, "sh", "-c", "trap 'exit 7' TERM; echo begun; while :; do sleep 0.1; done"));
        docker.run(words.toArray(String[]::new)).succeeded();
        Room.await("the container begins", () -> docker.run("logs", name).out().contains("begun"));
    }

    private static void remove(String name) {
        docker.run("rm", "--force", name).succeeded();
    }

    private static String shown(List<String> options, String script) {
        return docker.sh(options, script).succeeded().text();
    }

    @Test
    void theEngineKnowsTheRuntime() {
        assertThat(docker.run("info", "--format={{.DefaultRuntime}} {{json .Runtimes}}")
                        .succeeded()
                        .text())
                .startsWith("tested ")
                .contains("\"tested\":{\"path\":\"" + RuntimeUnderTest.path() + "\"");
    }

    @Test
    void runShowsWhatTheCommandWritesAndEndsAsItDoes() {
        Room.Result result = docker.sh(List.of("--env=NAME=gatun"), "echo hello $NAME; echo oh >&2; exit 7");
        assertThat(result.endedWith(7).out()).isEqualTo("hello gatun\n");
        assertThat(result.err()).isEqualTo("oh\n");
    }

    @Test
    void whatCannotBeRunIsToldFromWhatFails() {
        assertThat(docker.run("run", "--rm", Docker.IMAGE, "no-such-command")
                        .endedWith(127)
                        .err())
                .contains("executable file not found in $PATH");
        docker.run("run", "--rm", Docker.IMAGE, "/bin/no-such-command").endedWith(127);
        assertThat(docker.run("run", "--rm", Docker.IMAGE, "/etc/passwd")
                        .endedWith(126)
                        .err())
                .contains("permission denied");
    }

    @Test
    void runAtATerminalIsATerminal() throws InterruptedException {
        try (var terminal = new Pty(31, 97)) {
            Process process = docker.start(
                    terminal,
                    "run",
                    "--rm",
                    "-it",
                    Docker.IMAGE,
                    "sh",
                    "-c",
                    "tty; read line; echo \"got $line\"; until stty size | grep '31 97'; do sleep 0.05; done; exit 4");
            terminal.await("/dev/pts/0");
            terminal.type("words\n");
            terminal.await("got words").await("31 97");
            assertThat(process.waitFor()).isEqualTo(4);
        }
    }

    @Test
    void execRunsBesidesTheCommand() throws InterruptedException {
        start("busy", "--env=NAME=gatun");
        Room.Result result = docker.run(
                "exec",
                "--env=MORE=less",
                "--workdir=/tmp",
                "--user=guest",
                "busy",
                "sh",
                "-c",
                "echo $NAME $MORE $PWD $(id -un) $(id -G); exit 8");
        assertThat(result.endedWith(8).text()).isEqualTo("gatun less /tmp guest 1000 10");
        assertThat(docker.run("exec", "busy", "no-such-command").endedWith(126).out())
                .contains("executable file not found in $PATH");
        docker.run("exec", "busy", "/etc/passwd").endedWith(126);
        docker.run("exec", "--detach", "busy", "touch", "/tmp/detached").succeeded();
        Room.await(
                "the detached command",
                () -> docker.run("exec", "busy", "ls", "/tmp").text().equals("detached"));
        try (var terminal = new Pty(24, 80)) {
            Process process = docker.start(
                    terminal, "exec", "-it", "busy", "sh", "-c", "tty; read line; echo \"got $line\"; exit 5");
            terminal.await("/dev/pts/0");
            terminal.type("words\n");
            terminal.await("got words");
            assertThat(process.waitFor()).isEqualTo(5);
        }
        remove("busy");
    }

    @Test
    void aContainerInTheBackgroundIsLoggedStoppedAndStartedAgain() {
        start("background");
        assertThat(state("background")).isEqualTo("running 0");
        docker.run("stop", "--time=20", "background").succeeded();
        assertThat(state("background"))
                .as("after the command has caught SIGTERM")
                .isEqualTo("exited 7");
        assertThat(docker.run("logs", "background").succeeded().text()).isEqualTo("begun");
        docker.run("start", "background").succeeded();
        Room.await(
                "the command runs again",
                () -> docker.run("logs", "background").lines().size() == 2);
        docker.run("restart", "--time=20", "background").succeeded();
        Room.await(
                "the command runs anew",
                () -> docker.run("logs", "background").lines().size() == 3);
        remove("background");
    }

    @Test
    void killSendsAnySignal() {
        start("target");
        docker.run("kill", "--signal=TERM", "target").succeeded();
        assertThat(docker.run("wait", "target").succeeded().text()).isEqualTo("7");
        docker.run("start", "target").succeeded();
        docker.run("kill", "target").succeeded();
        assertThat(docker.run("wait", "target").succeeded().text()).isEqualTo("137");
        assertThat(docker.run("kill", "target").err()).contains("is not running");
        remove("target");
    }

    @Test
    void pauseHoldsEveryProcess() throws InterruptedException {
        docker.run("run", "-d", "--name=beating", Docker.IMAGE, "sh", "-c", "while :; do echo beat; sleep 0.05; done")
                .succeeded();
        Room.await("it beats", () -> docker.run("logs", "beating").lines().size() > 1);
        docker.run("pause", "beating").succeeded();
        assertThat(inspect("beating", "{{.State.Status}}")).isEqualTo("paused");
        Thread.sleep(100);
        int beats = docker.run("logs", "beating").lines().size();
        Thread.sleep(300);
        assertThat(docker.run("logs", "beating").lines()).hasSize(beats);
        docker.run("unpause", "beating").succeeded();
        Room.await("it beats again", () -> docker.run("logs", "beating").lines().size() > beats);
        remove("beating");
    }

    @Test
    void anInitProcessIsPutInFront() {
        RuntimeUnderTest.needs("docker-init");
        assertThat(shown(List.of("--init"), "cat /proc/1/comm")).isEqualTo("docker-init");
    }

    @Test
    void users() {
        assertThat(shown(List.of("--user=1000:10"), "id -u; id -g").lines()).containsExactly("1000", "10");
        assertThat(shown(List.of("--user=guest"), "id -un; id -G").lines()).containsExactly("guest", "1000 10");
    }

    @Test
    void tooMuchMemoryEndsTheContainerAndIsSaid() {
        docker.run(
                        "run",
                        "--name=greedy",
                        "--memory=16m",
                        "--memory-swap=16m",
                        Docker.IMAGE,
                        "dd",
                        "if=/dev/zero",
                        "of=/dev/null",
                        "bs=100M",
                        "count=1")
                .endedWith(137);
        assertThat(inspect("greedy", "{{.State.OOMKilled}}")).isEqualTo("true");
        remove("greedy");
    }

    @Test
    void limitsAreSetMeasuredAndChanged() {
        start("limited", "--memory=64m", "--pids-limit=20", "--cpus=0.5");
        List<String> stats = List.of(docker.run("stats", "--no-stream", "--format={{.MemUsage}};{{.PIDs}}", "limited")
                .succeeded()
                .text()
                .split(";"));
        assertThat(stats.get(0)).endsWith("/ 64MiB").doesNotStartWith("0B");
        assertThat(Integer.parseInt(stats.get(1))).isBetween(1, 3);
        docker.run("update", "--memory=96m", "--memory-swap=96m", "limited").succeeded();
        assertThat(docker.run(
                                "exec",
                                "limited",
                                "sh",
                                "-c",
                                "cat /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null || cat /sys/fs/cgroup/memory.max")
                        .succeeded()
                        .text())
                .isEqualTo(Integer.toString(96 << 20));
        assertThat(docker.run("top", "limited").succeeded().out()).contains("trap 'exit 7' TERM");
        assertThat(docker.sh(List.of("--pids-limit=5"), "i=0; while [ $i -lt 8 ]; do sleep 1 & i=$((i+1)); done; wait")
                        .err())
                .contains("can't fork");
        remove("limited");
    }

    @Test
    void optionsReachTheContainer() throws IOException {
        Path shared = Files.createDirectories(folder.resolve("shared"));
        Files.writeString(shared.resolve("given"), "from the host\n");
        assertThat(shown(
                                List.of(
                                        "--read-only",
                                        "--cap-drop=all",
                                        "--security-opt=no-new-privileges",
                                        "--sysctl=net.ipv4.ip_forward=0",
                                        "--hostname=somewhere",
                                        "--workdir=/tmp",
                                        "--volume=" + shared + ":/data",
                                        "--tmpfs=/scratch:size=1m",
                                        "--shm-size=2m"),
                                "cat /data/given; echo back > /data/taken; hostname; pwd; cat /proc/sys/net/ipv4/ip_forward; "
                                        + "grep CapEff /proc/self/status | cut -f2; grep NoNewPrivs /proc/self/status | cut -f2; touch /file 2>&1; "
                                        + "touch /scratch/file && echo scratch")
                        .lines())
                .containsExactly(
                        "from the host",
                        "somewhere",
                        "/tmp",
                        "0",
                        "0000000000000000",
                        "1",
                        "touch: /file: Read-only file system",
                        "scratch");
        assertThat(shared.resolve("taken")).hasContent("back");
        assertThat(shown(List.of("--security-opt=seccomp=unconfined"), "grep Seccomp: /proc/self/status"))
                .isEqualTo("Seccomp:\t0");
        assertThat(shown(List.of(), "grep Seccomp: /proc/self/status")).isEqualTo("Seccomp:\t2");
    }

    @Test
    void containersReachEachOtherOverABridge() {
        docker.run("network", "create", "--subnet=10.89.8.0/24", "wire").succeeded();
        docker.run(
                        "run",
                        "-d",
                        "--network=wire",
                        "--ip=10.89.8.5",
                        "--name=far",
                        Docker.IMAGE,
                        "nc",
                        "-ll",
                        "-p",
                        "8000",
                        "-e",
                        "echo",
                        "over the bridge")
                .succeeded();
        Room.await(
                "the server listens",
                () -> docker.run("exec", "far", "netstat", "-ltn").out().contains(":8000"));
        assertThat(docker.run("run", "--rm", "--network=wire", Docker.IMAGE, "nc", "10.89.8.5", "8000")
                        .succeeded()
                        .text())
                .isEqualTo("over the bridge");
        remove("far");
        docker.run("network", "rm", "wire").succeeded();
    }

    @Test
    void healthIsChecked() {
        docker.run(
                        "run",
                        "-d",
                        "--name=patient",
                        "--health-cmd=test -e /tmp/well",
                        "--health-interval=200ms",
                        "--health-retries=1",
                        Docker.IMAGE,
                        "sleep",
                        "1000")
                .succeeded();
        Room.await(
                "it is ill",
                () -> inspect("patient", "{{.State.Health.Status}}").equals("unhealthy"));
        docker.run("exec", "patient", "touch", "/tmp/well").succeeded();
        Room.await(
                "it is well",
                () -> inspect("patient", "{{.State.Health.Status}}").equals("healthy"));
        remove("patient");
    }

    @Test
    void anImageIsBuilt() throws IOException {
        Path context = Files.createDirectories(folder.resolve("context"));
        Files.writeString(context.resolve("Dockerfile"), """
                FROM %s
                RUN echo one > /made && chown 1000:1000 /made
                USER guest
                RUN echo two >> /made
                """.formatted(Docker.IMAGE));
        docker.run("build", "--tag=built", context.toString()).succeeded();
        assertThat(docker.run("run", "--rm", "built", "sh", "-c", "id -un; cat /made")
                        .succeeded()
                        .lines())
                .containsExactly("guest", "one", "two");
    }
}
