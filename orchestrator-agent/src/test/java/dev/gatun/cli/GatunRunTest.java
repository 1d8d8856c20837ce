package dev.gatun.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.json.JsonValue;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code gatun run}, as people use it. */
@Tag("kernel")
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class GatunRunTest {
    @TempDir
    static Path shared;

    @TempDir
    Path folder;

    private static Rootfs rootfs;
    private Gatun gatun;

    @BeforeAll
    static void makeRootfs() {
        rootfs = Rootfs.in(shared.resolve("rootfs")).with("etc/passwd", """
                        root:x:0:0:root:/root:/bin/sh
                        1000:x:0:0:hostile:/root:/bin/sh
                        app:x:1000:100:an application:/home/app:/bin/sh
                        """).with("etc/group", """
                        root:x:0:
                        users:x:100:
                        audio:x:29:app
                        100:x:0:app
                        """);
    }

    @BeforeEach
    void begin() {
        gatun = new Gatun(folder);
    }

    @AfterEach
    void end() {
        gatun.close();
    }

    /** Runs in the root file system of this class, with options before it. */
    private Gatun.Result run(List<String> options, String... command) {
        return gatun.run(words(options, command));
    }

    private static String[] words(List<String> options, String... command) {
        var words = new ArrayList<>(List.of("gatun", "run", "--rm"));
        words.addAll(options);
        words.add(rootfs.toString());
        words.addAll(List.of(command));
        return words.toArray(String[]::new);
    }

    @Test
    void whatAContainerWritesToTheHostsCopyVanishes() {
        Path file = gatun.path("written");
        assertThat(gatun.run("gatun", "run", "--rm", "host", "sh", "-c", "echo here > " + file + "; cat " + file)
                        .succeeded()
                        .out())
                .isEqualTo("here\n");
        assertThat(file).doesNotExist();
        assertThat(gatun.containers()).isEmpty();
    }

    @Test
    void theExitStatusIsTheCommandsOrSaysWhatWentWrong() {
        assertThat(run(List.of(), "sh", "-c", "exit 7")).isEqualTo(new Gatun.Result(7, "", ""));
        assertThat(run(List.of(), "no-such-command").failedWith(127)).contains("executable file not found in $PATH");
        assertThat(run(List.of(), "/no/such/command").failedWith(127)).contains("/no/such/command");
        assertThat(run(List.of(), "/etc/passwd").failedWith(126)).contains("/etc/passwd", "EACCES");
        assertThat(run(List.of(), "/bin").failedWith(126)).contains("/bin");
        assertThat(run(List.of("-v", "/no/such/source:/mnt"), "true").failedWith(125))
                .contains("/no/such/source");
        assertThat(gatun.containers()).isEmpty();
    }

    @Test
    void aRootThatIsNoFolderIsRefusedWithAdvice() throws Exception {
        assertThat(gatun.run("gatun", "run", "--pull=never", "alpine:3", "ls").failedWith(125))
                .contains("image \"alpine:3\" is not here", "./alpine:3");
        assertThat(gatun.run("gatun", "run", "./nothing").failedWith(125)).contains("nothing: no such folder");
        assertThat(gatun.run("gatun", "run", "/").failedWith(125)).contains("\"host\" makes a copy");
        Files.createDirectory(gatun.path("folder"));
        Files.createSymbolicLink(gatun.path("link"), Path.of("folder"));
        assertThat(gatun.run("gatun", "run", "./link").failedWith(125)).contains("symbolic link");
    }

    @Test
    void aFolderIsARootAndALocalNameIsEnough() throws Exception {
        Path local = Files.createDirectory(gatun.path("local"));
        Files.createDirectory(local.resolve("bin"));
        Files.copy(rootfs.folder().resolve("bin/busybox"), local.resolve("bin/sh"));
        gatun.run("gatun", "run", "--rm", "./local", "sh", "-c", "echo kept > /file")
                .succeeded();
        assertThat(local.resolve("file")).hasContent("kept\n");
    }

    @Test
    void argumentsOfTheCommandAreItsOwn() {
        assertThat(run(List.of(), "echo", "--rm", "-it", "@/etc/passwd", "--", "-h", "$HOME", "")
                        .succeeded()
                        .out())
                .isEqualTo("--rm -it @/etc/passwd -- -h $HOME \n");
        assertThat(run(List.of("--"), "sh", "-c", "echo $#", "--", "--", "x").out())
                .isEqualTo("2\n");
        assertThat(run(List.of(), "--", "echo", "--", "-n").out()).isEqualTo("-- -n\n");
    }

    @Test
    void theEnvironmentIsTheContainersAndWhatIsPassed() {
        var builder = gatun.builder(Gatun.commandLine(
                words(List.of("-e", "A=1=2", "--env=B=", "-e", "MINE", "-e", "ABSENT", "-e", "PATH=/bin"), "env")));
        builder.environment().put("MINE", "of the caller");
        builder.environment().put("OTHER", "of the caller");
        assertThat(gatun.start(builder).result().succeeded().out().split("\n"))
                .containsExactlyInAnyOrder("A=1=2", "B=", "MINE=of the caller", "PATH=/bin", "HOME=/root");
    }

    @Test
    void volumesWorkingFolderAndHostnameAreAsAskedFor() throws Exception {
        Path data = Files.createDirectory(gatun.path("data"));
        Files.writeString(data.resolve("in"), "from the host\n");
        String script = "pwd; hostname; cat /data/in; echo back > /data/out; echo no > /fixed/out; cat /one";
        Gatun.Result result = run(
                List.of(
                        "-v",
                        "./data:/data",
                        "--volume",
                        data + ":/fixed:ro",
                        "-v",
                        data + "/in:/one:ro",
                        "-w",
                        "/new/place",
                        "--hostname",
                        "lock"),
                "sh",
                "-c",
                script);
        assertThat(result.out()).isEqualTo("/new/place\nlock\nfrom the host\nfrom the host\n");
        assertThat(result.err()).contains("/fixed/out", "Read-only file system");
        assertThat(data.resolve("out")).hasContent("back\n");
        assertThat(run(List.of("-v", "data:/data"), "true").failedWith(125)).contains("named volume");
        assertThat(run(List.of("-v", "/data"), "true").failedWith(125)).contains("SRC:DST");
        assertThat(run(List.of("-v", data + ":relative"), "true").failedWith(125))
                .contains("relative");
    }

    @Test
    void usersAreKnownByNameAndByNumberButNoNameIsTakenForANumber() {
        String script = "echo $(id -u):$(id -g):$(id -G):$HOME";
        assertThat(run(List.of("-u", "app"), "sh", "-c", script).succeeded().out())
                .isEqualTo("1000:100:100 0 29:/home/app\n");
        assertThat(run(List.of("-u", "1000"), "sh", "-c", script).succeeded().out())
                .isEqualTo("1000:100:100 0 29:/home/app\n");
        assertThat(run(List.of("-u", "app:100"), "sh", "-c", script).succeeded().out())
                .isEqualTo("1000:100:100:/home/app\n");
        assertThat(run(List.of("-u", "4321:audio"), "sh", "-c", script)
                        .succeeded()
                        .out())
                .isEqualTo("4321:29:29:/\n");
        assertThat(run(List.of("-u", "nobody"), "true").failedWith(125)).contains("\"nobody\"", "/etc/passwd");
        assertThat(run(List.of("-u", "app:none"), "true").failedWith(125)).contains("\"none\"", "/etc/group");
        assertThat(run(List.of("-u", "4294967296"), "true").failedWith(125)).contains("4294967296");
    }

    @Test
    void inputIsPassedOnOnlyIfThatIsAskedFor() {
        assertThat(gatun.start(words(List.of("-i"), "cat")).type("typed\n").result())
                .isEqualTo(new Gatun.Result(0, "typed\n", ""));
        assertThat(gatun.start(words(List.of(), "cat")).type("typed\n").result())
                .isEqualTo(new Gatun.Result(0, "", ""));
    }

    @Test
    void aContainerIsKeptUnderItsNameUntilItIsDeleted() {
        gatun.run("gatun", "run", "--name", "kept", rootfs.toString(), "true").succeeded();
        assertThat(gatun.run("gatun", "run", "--name", "kept", rootfs.toString(), "true")
                        .failedWith(125))
                .contains("container with given ID already exists: kept");
        assertThat(gatun.run("gatun", "run", "--name", "a/b", rootfs.toString(), "true")
                        .failedWith(125))
                .contains("invalid container ID");
        JsonValue state = gatun.run("gatun-oci", "state", "kept").json();
        assertThat(state.field("status").string()).isEqualTo("stopped");
        gatun.run("gatun-oci", "delete", "kept").succeeded();
        assertThat(gatun.stateOf("kept")).doesNotExist();
    }

    @Test
    void aDetachedContainerIsNamedListedAndLeavesItsExitStatus() throws Exception {
        String id = gatun.run(
                        "gatun",
                        "run",
                        "-d",
                        rootfs.toString(),
                        "sh",
                        "-c",
                        "while ! [ -e /end ]; do sleep 0.1; done; exit 7")
                .succeeded()
                .out()
                .strip();
        assertThat(id).matches("[0-9a-f]{12}");
        JsonValue listed =
                gatun.run("gatun-oci", "list", "-f", "json").json().elements().getFirst();
        assertThat(listed.field("id").string()).isEqualTo(id);
        assertThat(listed.field("status").string()).isEqualTo("running");
        assertThat(gatun.run("gatun-oci", "exec", id, "sh", "-c", "hostname; touch /end")
                        .succeeded()
                        .out())
                .isEqualTo(id + "\n");
        Path exit = gatun.stateOf(id).resolve("exit");
        Gatun.await("the exit status", () -> exit.toFile().length() > 0);
        assertThat(ByteBuffer.wrap(Files.readAllBytes(exit))
                        .order(ByteOrder.nativeOrder())
                        .getLong())
                .as("the status of wait(2)")
                .isEqualTo(7 << 8);
        gatun.run("gatun-oci", "delete", id).succeeded();
        assertThat(gatun.stateOf(id)).doesNotExist();
        Files.delete(rootfs.folder().resolve("end"));
    }

    @Test
    void optionsThatDoNotGoTogetherAreRefused() {
        assertThat(run(List.of("-d", "-t"), "true").failedWith(125)).contains("-d and -t");
        assertThat(run(List.of("-d"), "true").failedWith(125)).contains("-d and --rm");
    }

    @Test
    void aContainerHasTheSystemCallsThatEnginesAllow() {
        String status =
                "grep Seccomp: /proc/self/status; date >/dev/null && ls / | sort | wc -l >/dev/null && echo works";
        assertThat(run(List.of(), "sh", "-c", status).succeeded().out()).isEqualTo("Seccomp:\t2\nworks\n");
        assertThat(run(List.of("--security-opt", "seccomp=unconfined"), "sh", "-c", "grep Seccomp: /proc/self/status")
                        .succeeded()
                        .out())
                .doesNotContain("2");
    }

    @Test
    void aContainerHasTheSystemCallsOfAProfile() throws Exception {
        Path profile = Files.writeString(folder.resolve("profile.json"), """
                {"defaultAction": "SCMP_ACT_ALLOW", "archMap": [], "syscalls": [
                  {"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 28,
                   "excludes": {"caps": ["CAP_SYS_ADMIN"]}}]}
                """);
        String option = "seccomp=" + profile;
        assertThat(run(List.of("--security-opt", option), "sh", "-c", "mkdir /tmp/new 2>&1; true")
                        .succeeded()
                        .out())
                .contains("No space left on device");
        Files.writeString(profile, "{\"defaultAction\": \"SCMP_ACT_FORBID\"}");
        assertThat(run(List.of("--security-opt", option), "true").failedWith(125))
                .contains("--security-opt: " + profile + ": defaultAction: \"SCMP_ACT_FORBID\" is not one of");
        assertThat(run(List.of("--security-opt", "seccomp=/no/such/file"), "true")
                        .failedWith(125))
                .contains("--security-opt: read /no/such/file");
        assertThat(run(List.of("--security-opt", "label=disable"), "true").failedWith(125))
                .contains("--security-opt: \"label=disable\" is not one of seccomp=FILE, seccomp=unconfined");
    }
}
