package dev.gatun.clients;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.cli.Pty;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The life of podman's containers, from {@code run} to {@code rm}. */
@Tag("clients")
@Timeout(value = 3, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PodmanLifecycleTest {
    @TempDir
    static Path folder;

    private static Podman podman;

    @BeforeAll
    static void begin() {
        podman = new Podman(folder);
    }

    @AfterAll
    static void end() {
        if (podman != null) {
            podman.close();
        }
    }

    private static String state(String container) {
        return podman.inspect(container, "{{.State.Status}} {{.State.ExitCode}}");
    }

    @Test
    void runShowsWhatTheCommandWritesAndEndsAsItDoes() {
        Room.Result result = podman.sh(List.of("--env=NAME=gatun"), "echo hello $NAME; echo oh >&2; exit 7");
        assertThat(result.endedWith(7).out()).isEqualTo("hello gatun\n");
        assertThat(result.err()).isEqualTo("oh\n");
    }

    @Test
    void whatCannotBeRunIsToldFromWhatFails() {
        String[] run = {"run", "--rm", "--network=none", Podman.IMAGE};
        assertThat(podman.run(with(run, "/bin/no-such-command")).endedWith(127).err())
                .contains("no-such-command");
        assertThat(podman.run(with(run, "no-such-command")).endedWith(127).err())
                .contains("executable file not found in $PATH");
        assertThat(podman.run(with(run, "/etc/passwd")).endedWith(126).err()).containsIgnoringCase("permission denied");
        podman.run("run", "--no-such-option", Podman.IMAGE, "true").endedWith(125);
        podman.run(with(run, "sh", "-c", "sh -c 'kill -9 $$'; exit $?")).endedWith(137);
    }

    private static String[] with(String[] words, String... more) {
        var all = new String[words.length + more.length];
        System.arraycopy(words, 0, all, 0, words.length);
        System.arraycopy(more, 0, all, words.length, more.length);
        return all;
    }

    @Test
    void runAtATerminalIsATerminal() throws InterruptedException {
        try (var terminal = new Pty(31, 97)) {
            Process process = podman.start(
                    terminal,
                    "run",
                    "--rm",
                    "-it",
                    "--network=none",
                    Podman.IMAGE,
                    "sh",
                    "-c",
                    "tty; read line; stty size; echo \"got $line\"; exit 4");
            terminal.await("/dev/pts/0");
            terminal.type("words\n");
            terminal.await("31 97").await("got words");
            assertThat(process.waitFor()).isEqualTo(4);
        }
    }

    @Test
    void execAtATerminalIsATerminal() throws InterruptedException {
        String id = podman.start();
        try (var terminal = new Pty(24, 80)) {
            Process process = podman.start(
                    terminal, "exec", "-it", id, "sh", "-c", "tty; read line; stty size; echo \"got $line\"; exit 5");
            terminal.await("/dev/pts/0");
            terminal.type("words\n");
            terminal.await("24 80").await("got words");
            assertThat(process.waitFor()).isEqualTo(5);
        }
        podman.run("rm", "--force", "--time=0", id).succeeded();
    }

    @Test
    void aContainerInTheBackgroundIsLoggedStoppedAndStartedAgain() {
        String id = podman.start("--name=background");
        assertThat(state(id)).isEqualTo("running 0");
        assertThat(podman.run("ps", "--format={{.Names}} {{.Status}}").lines())
                .anyMatch(line -> line.startsWith("background Up "));

        podman.run("stop", "--time=20", id).succeeded();
        assertThat(state(id)).as("after the command has caught SIGTERM").isEqualTo("exited 7");
        assertThat(podman.run("logs", id).succeeded().lines()).containsExactly("begun");

        podman.run("start", id).succeeded();
        Room.await(
                "the command runs again", () -> podman.run("logs", id).lines().size() == 2);
        podman.run("restart", "--time=20", id).succeeded();
        Room.await("the command runs anew", () -> podman.run("logs", id).lines().size() == 3);
        assertThat(state(id)).isEqualTo("running 0");

        podman.run("rm", "--force", "--time=0", id).succeeded();
        assertThat(podman.run("ps", "--all", "--quiet", "--filter=name=background")
                        .succeeded()
                        .text())
                .isEmpty();
    }

    @Test
    void waitTellsTheStatusOfACommandThatEndedByItself() {
        String id = podman.run("run", "-d", "--network=none", Podman.IMAGE, "sh", "-c", "sleep 0.3; exit 9")
                .succeeded()
                .text();
        assertThat(podman.run("wait", id).succeeded().text()).isEqualTo("9");
        podman.run("rm", id).succeeded();
    }

    @Test
    void createAndStartAreTwoSteps() {
        String id = podman.run("create", "--network=none", Podman.IMAGE, "echo", "now")
                .succeeded()
                .text();
        assertThat(podman.inspect(id, "{{.State.Status}}")).isEqualTo("created");
        assertThat(podman.run("start", "--attach", id).succeeded().out()).isEqualTo("now\n");
        podman.run("init", id).endedWith(0);
        assertThat(podman.inspect(id, "{{.State.Status}}")).isEqualTo("initialized");
        podman.run("rm", "--force", id).succeeded();
    }

    @Test
    void execRunsBesidesTheCommand() {
        String id = podman.start("--env=NAME=gatun");
        Room.Result result = podman.run(
                "exec",
                "--env=MORE=less",
                "--workdir=/tmp",
                "--user=guest",
                id,
                "sh",
                "-c",
                "echo $NAME $MORE $PWD $(id -un) $(id -G); exit 8");
        assertThat(result.endedWith(8).text()).isEqualTo("gatun less /tmp guest 1000 10");
        assertThat(podman.run("exec", id, "no-such-command").endedWith(127).err())
                .contains("executable file not found in $PATH");
        assertThat(podman.run("exec", id, "/etc/passwd").endedWith(126).err())
                .containsIgnoringCase("permission denied");
        podman.run("exec", "--detach", id, "touch", "/tmp/detached").succeeded();
        Room.await(
                "the detached command",
                () -> podman.run("exec", id, "ls", "/tmp").text().equals("detached"));
        assertThat(podman.run("exec", "--privileged", id, "grep", "CapEff", "/proc/self/status")
                        .succeeded()
                        .text())
                .isNotEqualTo(podman.run("exec", id, "grep", "CapEff", "/proc/self/status")
                        .succeeded()
                        .text());
        podman.run("rm", "--force", "--time=0", id).succeeded();
    }

    @Test
    void killSendsAnySignal() {
        String id = podman.start();
        podman.run("kill", "--signal=TERM", id).succeeded();
        podman.run("wait", id).succeeded();
        assertThat(state(id)).isEqualTo("exited 7");
        podman.run("start", id).succeeded();
        podman.run("kill", id).succeeded();
        podman.run("wait", id).succeeded();
        assertThat(state(id)).isEqualTo("exited 137");
        assertThat(podman.run("kill", id).status())
                .as("of a container that has ended")
                .isEqualTo(125);
        podman.run("rm", id).succeeded();
    }

    @Test
    void aStubbornContainerIsKilledWhenItsTimeIsUp() {
        String id = podman.run("run", "-d", "--network=none", Podman.IMAGE, "sh", "-c", "trap '' TERM; sleep 1000")
                .succeeded()
                .text();
        podman.run("stop", "--time=1", id).succeeded();
        assertThat(state(id)).isEqualTo("exited 137");
        podman.run("rm", id).succeeded();
    }

    @Test
    void pauseHoldsEveryProcess() throws InterruptedException {
        String id = podman.run(
                        "run",
                        "-d",
                        "--network=none",
                        Podman.IMAGE,
                        "sh",
                        "-c",
                        "while :; do echo beat; sleep 0.05; done")
                .succeeded()
                .text();
        Room.await("it beats", () -> podman.run("logs", id).lines().size() > 1);
        podman.run("pause", id).succeeded();
        assertThat(podman.inspect(id, "{{.State.Status}}")).isEqualTo("paused");
        Thread.sleep(100);
        int beats = podman.run("logs", id).lines().size();
        Thread.sleep(300);
        assertThat(podman.run("logs", id).lines()).hasSize(beats);
        assertThat(podman.run("exec", id, "true").status()).as("exec, paused").isNotZero();

        podman.run("unpause", id).succeeded();
        assertThat(podman.inspect(id, "{{.State.Status}}")).isEqualTo("running");
        Room.await("it beats again", () -> podman.run("logs", id).lines().size() > beats);
        podman.run("rm", "--force", "--time=0", id).succeeded();
    }

    @Test
    void aRestartPolicyBringsACommandBack() {
        String id = podman.run(
                        "run",
                        "-d",
                        "--network=none",
                        "--restart=on-failure:2",
                        Podman.IMAGE,
                        "sh",
                        "-c",
                        "echo once; exit 3")
                .succeeded()
                .text();
        Room.await("two more attempts", () -> podman.run("logs", id).lines().size() == 3);
        Room.await("its end", () -> state(id).equals("exited 3"));
        podman.run("rm", id).succeeded();
    }

    @Test
    void manyContainersAreRemovedAtOnce() {
        for (int i = 0; i < 3; i++) {
            podman.start("--label=many");
        }
        List<String> ids =
                podman.run("ps", "--quiet", "--no-trunc", "--filter=label=many").lines();
        assertThat(ids).hasSize(3);
        podman.run("rm", "--force", "--time=0", ids.get(0), ids.get(1), ids.get(2))
                .succeeded();
        assertThat(podman.run("ps", "--all", "--quiet", "--filter=label=many").text())
                .isEmpty();
    }

    @Test
    void infoNamesTheRuntimeAndItsVersion() {
        assertThat(podman.run("info", "--format={{.Host.OCIRuntime.Path}} {{.Host.OCIRuntime.Version}}")
                        .succeeded()
                        .text())
                .startsWith(RuntimeUnderTest.path() + " ")
                .containsPattern("version [0-9]+\\.[0-9]+");
    }
}
