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

/** containerd, through its own command. */
@Tag("clients")
@Timeout(value = 3, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ContainerdTest {
    @TempDir
    static Path folder;

    private static Containerd containerd;

    @BeforeAll
    static void begin() {
        containerd = new Containerd(folder);
    }

    @AfterAll
    static void end() {
        if (containerd != null) {
            containerd.close();
        }
    }

    private static Room.Result ctr(String... words) {
        return containerd.ctr(words);
    }

    private static void detached(String id, String script, String... options) {
        var all = new java.util.ArrayList<>(List.of("--detach"));
        all.addAll(List.of(options));
        ctr(Containerd.run(all, id, "sh", "-c", script)).succeeded();
    }

    private static void remove(String id) {
        ctr("task", "delete", "--force", id).succeeded();
        ctr("container", "delete", id).succeeded();
    }

    private static String state(String id) {
        return ctr("task", "ls").lines().stream()
                .filter(line -> line.startsWith(id + " "))
                .map(line -> line.replaceFirst(".* ", ""))
                .findFirst()
                .orElse("");
    }

    @Test
    void runShowsWhatTheCommandWritesAndEndsAsItDoes() {
        Room.Result result = ctr(Containerd.run(
                List.of("--rm", "--env=NAME=gatun"),
                "foreground",
                "sh",
                "-c",
                "echo hello $NAME; echo oh >&2; exit 7"));
        assertThat(result.endedWith(7).out()).isEqualTo("hello gatun\n");
        assertThat(result.err()).contains("oh\n");
        assertThat(ctr("container", "ls", "--quiet").lines()).doesNotContain("foreground");
    }

    @Test
    void whatCannotBeRunIsSaid() {
        Room.Result result = ctr(Containerd.run(List.of("--rm"), "wrong", "no-such-command"));
        assertThat(result.status()).isNotZero();
        assertThat(result.err()).contains("exec: \"no-such-command\": executable file not found in $PATH");
        assertThat(result.err()).doesNotContain("unable to retrieve OCI runtime error");
        ctr("container", "delete", "wrong");
    }

    @Test
    void runAtATerminalIsATerminal() throws InterruptedException {
        try (var terminal = new Pty(31, 97)) {
            Process process = Room.start(
                    containerd
                            .room()
                            .builder(
                                    terminal.commandLine(
                                            containerd.commandLine(
                                                    Containerd.run(
                                                            List.of("--rm", "--tty"),
                                                            "terminal",
                                                            "sh",
                                                            "-c",
                                                            "tty; read line; echo \"got $line\"; until stty size | grep '31 97'; do sleep 0.05; done; exit 4")))));
            terminal.await("/dev/pts/0");
            terminal.type("words\n");
            terminal.await("got words").await("31 97");
            assertThat(process.waitFor()).isEqualTo(4);
        }
    }

    @Test
    void aDetachedTaskRunsIsKilledAndDeleted() {
        detached("detached", "sleep 1000");
        assertThat(state("detached")).isEqualTo("RUNNING");
        assertThat(ctr("task", "ps", "detached").succeeded().lines()).hasSize(2);
        ctr("task", "kill", "--signal=SIGKILL", "detached").succeeded();
        Room.await("its end", () -> state("detached").equals("STOPPED"));
        assertThat(ctr("task", "delete", "detached").endedWith(0).out()).isEmpty();
        ctr("container", "delete", "detached").succeeded();
        assertThat(ctr("container", "ls", "--quiet").lines()).doesNotContain("detached");
    }

    @Test
    void execRunsBesidesTheCommand() {
        detached("busy", "sleep 1000", "--env=NAME=gatun");
        Room.Result result = ctr(
                "task",
                "exec",
                "--exec-id=one",
                "--cwd=/tmp",
                "--user=1000",
                "busy",
                "sh",
                "-c",
                "echo $NAME $PWD $(id -u); exit 8");
        assertThat(result.endedWith(8).out()).isEqualTo("gatun /tmp 1000\n");
        assertThat(ctr("task", "exec", "--exec-id=two", "busy", "no-such-command")
                        .err())
                .contains("executable file not found in $PATH");
        ctr("task", "exec", "--detach", "--exec-id=three", "busy", "sh", "-c", "echo here > /tmp/detached")
                .succeeded();
        Room.await(
                "the detached command",
                () -> ctr("task", "exec", "--exec-id=four", "busy", "cat", "/tmp/detached")
                        .text()
                        .equals("here"));
        remove("busy");
    }

    @Test
    void execAtATerminalIsATerminal() throws InterruptedException {
        detached("shown", "sleep 1000");
        try (var terminal = new Pty(24, 80)) {
            Process process = Room.start(containerd
                    .room()
                    .builder(terminal.commandLine(containerd.commandLine(
                            "task",
                            "exec",
                            "--tty",
                            "--exec-id=one",
                            "shown",
                            "sh",
                            "-c",
                            "tty; read line; echo \"got $line\"; exit 5"))));
            terminal.await("/dev/pts/0");
            terminal.type("words\n");
            terminal.await("got words");
            assertThat(process.waitFor()).isEqualTo(5);
        }
        remove("shown");
    }

    @Test
    void pauseHoldsATask() throws IOException, InterruptedException {
        Path beats = folder.resolve("beats");
        Files.createFile(beats);
        detached(
                "beating",
                "while :; do echo beat >> /beats; sleep 0.05; done",
                "--mount=type=bind,src=" + beats + ",dst=/beats,options=rbind:rw");
        Room.await("it beats", () -> beats.toFile().length() > 0);
        ctr("task", "pause", "beating").succeeded();
        assertThat(state("beating")).isEqualTo("PAUSED");
        long length = Files.size(beats);
        Thread.sleep(300);
        assertThat(Files.size(beats)).isEqualTo(length);
        ctr("task", "resume", "beating").succeeded();
        assertThat(state("beating")).isEqualTo("RUNNING");
        Room.await("it beats again", () -> beats.toFile().length() > length);
        remove("beating");
    }

    @Test
    void limitsHoldAndAreMeasured() {
        detached("limited", "sleep 1000", "--memory-limit=67108864", "--cpus=0.5");
        Room.Result metrics = ctr("task", "metrics", "limited").succeeded();
        assertThat(metrics.out()).containsPattern("memory.usage_in_bytes +[1-9][0-9]*|memory.usage +[1-9][0-9]*");
        assertThat(metrics.out()).containsPattern("memory.limit_in_bytes +67108864|memory.usage_limit +67108864");
        remove("limited");
        ctr(Containerd.run(
                        List.of("--rm", "--memory-limit=16777216"),
                        "greedy",
                        "dd",
                        "if=/dev/zero",
                        "of=/dev/null",
                        "bs=100M",
                        "count=1"))
                .endedWith(137);
    }

    @Test
    void optionsReachTheContainer() {
        assertThat(ctr(Containerd.run(
                                List.of(
                                        "--rm",
                                        "--read-only",
                                        "--cwd=/data",
                                        "--seccomp",
                                        "--cap-drop=CAP_CHOWN",
                                        "--no-pivot"),
                                "options",
                                "sh",
                                "-c",
                                "pwd; touch /file 2>&1; grep Seccomp: /proc/self/status"))
                        .succeeded()
                        .lines())
                .containsExactly("/data", "touch: /file: Read-only file system", "Seccomp:\t2");
        assertThat(ctr(Containerd.run(
                                List.of("--rm", "--net-host", "--privileged"), "host", "readlink", "/proc/self/ns/net"))
                        .succeeded()
                        .text())
                .isEqualTo(containerd
                        .room()
                        .run(List.of("readlink", "/proc/self/ns/net"))
                        .text());
    }

    @Test
    void aUserNamespaceIsMapped() {
        assertThat(ctr(Containerd.run(
                                List.of("--rm", "--uidmap=0:100000:65536", "--gidmap=0:100000:65536"),
                                "mapped",
                                "sh",
                                "-c",
                                "id -u; tr -s ' ' < /proc/self/uid_map"))
                        .succeeded()
                        .text()
                        .lines()
                        .map(String::strip))
                .containsExactly("0", "0 100000 65536");
    }
}
