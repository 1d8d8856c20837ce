package dev.gatun.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.linux.ProcessCalls;
import dev.gatun.linux.Signal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code gatun-oci exec}, in one container. */
@Tag("kernel")
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OciExecTest {
    private static final String PROCESS = """
            {"args": ["sh", "-c", "echo $GREETING from $(id -u); exit 9"], "env": ["PATH=/bin", "GREETING=hello"],
             "cwd": "/", "user": {"uid": 12, "gid": 34}}
            """;

    @TempDir
    static Path folder;

    private static Gatun gatun;

    @BeforeAll
    static void runContainer() {
        gatun = new Gatun(folder);
        String bundle = gatun.bundle(
                        Rootfs.in(folder.resolve("rootfs")).with("etc/passwd", "someone:x:12:34:::/bin/sh\n"),
                        "sleep",
                        "1000")
                .toString();
        gatun.run("gatun-oci", "run", "-d", "-b", bundle, "one").succeeded();
    }

    @AfterAll
    static void end() {
        gatun.close();
    }

    private static Gatun.Running start(String... words) {
        return gatun.start(command(words));
    }

    private static Gatun.Result exec(String... words) {
        return gatun.run(command(words));
    }

    private static String[] command(String... words) {
        var all = new String[words.length + 2];
        all[0] = "gatun-oci";
        all[1] = "exec";
        System.arraycopy(words, 0, all, 2, words.length);
        return all;
    }

    @Test
    void aProcessIsAddedWithItsInputOutputErrorsAndExitStatus() {
        Gatun.Result result = start("one", "sh", "-c", "read line; echo out $line; echo err >&2; exit 7", "-t", "--")
                .type("hello\n")
                .result();
        assertThat(result).isEqualTo(new Gatun.Result(7, "out hello\n", "err\n"));
        assertThat(exec("one", "echo", "-e", "a\\tb", "--tty", "--", "-d")
                        .succeeded()
                        .out())
                .isEqualTo("a\tb --tty -- -d\n");
    }

    @Test
    void optionsSayHowItDiffersFromTheContainersOwnProcess() {
        String script =
                "pwd; id -u; id -g; id -G; echo $A $B; echo $PATH; grep -c . /proc/self/status > /dev/null; tty";
        assertThat(exec(
                                "--cwd",
                                "/bin",
                                "-u",
                                "1",
                                "-g",
                                "7",
                                "--additional-gids=8",
                                "-e",
                                "A=1=2",
                                "--env",
                                "B=b",
                                "-e",
                                "PATH=/bin",
                                "one",
                                "sh",
                                "-c",
                                script)
                        .out())
                .isEqualTo("/bin\n1\n0\n0 7 8\n1=2 b\n/bin\nnot a tty\n");
        assertThat(exec("--user", "5:6", "one", "sh", "-c", "id -u; id -g; echo $HOME")
                        .succeeded()
                        .out())
                .isEqualTo("5\n6\n/\n");
    }

    @Test
    void aProcessIsReadFromAFile() throws Exception {
        Path file = gatun.path("process.json");
        Files.writeString(file, PROCESS);
        assertThat(exec("-p", file.toString(), "one")).isEqualTo(new Gatun.Result(9, "hello from 12\n", ""));
    }

    @Test
    void aDetachedProcessGoesOnByItself() throws Exception {
        Path pidFile = gatun.path("exec.pid");
        Path file = gatun.path("detached.json");
        Files.writeString(
                file, PROCESS.replace("exit 9", "touch /tmp-done; sleep 1000").replace("\"uid\": 12", "\"uid\": 0"));
        assertThat(exec("--pid-file", pidFile.toString(), "--process", file.toString(), "--detach", "one")
                        .status())
                .isZero();
        String pid = Files.readString(pidFile);
        assertThat(pid).as("without a line's end").matches("[0-9]+");
        Gatun.await("the process's work", () -> Files.exists(Path.of("/proc", pid, "root", "tmp-done")));
        assertThat(Files.readSymbolicLink(Path.of("/proc", pid, "ns/pid")))
                .isNotEqualTo(Files.readSymbolicLink(Path.of("/proc/self/ns/pid")));
        Gatun.KERNEL.call(ProcessCalls.kill(Long.parseLong(pid), Signal.SIGKILL));
    }

    @Test
    void gatunsOwnErrorsHaveAStatusThatTheProcessCouldHardlyGive() {
        assertThat(exec("one", "no-such-command").failedWith(255)).contains("executable file not found in $PATH");
        assertThat(exec("one").failedWith(255)).contains("process.args");
        assertThat(exec("--user", "root", "one", "true").failedWith(255)).contains("--user", "root");
        assertThat(exec("--user", "1:", "one", "true").failedWith(255)).contains("--user");
        assertThat(exec("--user", "4294967296", "one", "true").failedWith(255)).contains("4294967296");
        assertThat(exec("-t", "-d", "one", "true").failedWith(255)).contains("--console-socket");
        assertThat(exec("--cwd", "relative", "one", "true").failedWith(255)).contains("relative");
        assertThat(exec("-e", "NAME", "one", "true").failedWith(255)).contains("NAME");
        assertThat(exec("-p", "/no/such/file", "one").failedWith(255)).contains("/no/such/file");
    }

    @Test
    void aTerminalIsCarriedAlsoWhereTheCallerHasNone() {
        Gatun.Result result = start("-t", "one", "sh", "-c", "tty; read line; echo got $line; exit 5")
                .type("hello\n")
                .result();
        assertThat(result.status()).isEqualTo(5);
        assertThat(result.out()).contains("/dev/pts/", "got hello\r\n");
        assertThat(result.err()).isEmpty();
    }
}
