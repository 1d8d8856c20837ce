package dev.gatun.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.json.JsonReader;
import dev.gatun.json.JsonValue;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code gatun-oci run}: a container in the foreground, and what is left when it has ended. */
@Tag("kernel")
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OciRunTest {
    @TempDir
    static Path shared;

    @TempDir
    Path folder;

    private static Rootfs rootfs;
    private Gatun gatun;

    @BeforeAll
    static void makeRootfs() {
        rootfs = Rootfs.in(shared);
    }

    @BeforeEach
    void begin() {
        gatun = new Gatun(folder);
    }

    @AfterEach
    void end() {
        gatun.close();
    }

    private String bundle(String script) {
        return gatun.bundle(rootfs, "sh", "-c", script).toString();
    }

    @Test
    void inputOutputErrorsAndTheExitStatusAreTheContainers() {
        String bundle = bundle("read line; echo out $line; echo err >&2; exit 7");
        Gatun.Result result = gatun.start("gatun-oci", "run", "--bundle", bundle, "one")
                .type("hello\n")
                .result();
        assertThat(result).isEqualTo(new Gatun.Result(7, "out hello\n", "err\n"));
        assertThat(gatun.stateOf("one")).doesNotExist();
    }

    @Test
    void aContainerKilledByASignalGivesTheStatusThatAShellGives() {
        var running = gatun.start("gatun-oci", "run", "--bundle", bundle("echo ready; sleep 1000"), "one")
                .awaitOutput("ready")
                .awaitRelay();
        gatun.run("gatun-oci", "kill", "one", "SIGKILL").succeeded();
        assertThat(running.end()).isEqualTo(new Gatun.Result(137, "ready\n", ""));
        assertThat(gatun.containers()).isEmpty();
    }

    /** The relay that removes them is no Java program, and a program knows no recursion. */
    @Test
    void groupsThatItMadeBelowItsOwnAreRemovedAtItsEnd() throws IOException {
        Path bundle = gatun.bundle(
                rootfs,
                "sh",
                "-c",
                "cd /sys/fs/cgroup; for d in . *; do [ -f $d/cgroup.procs ] || continue;"
                        + " mkdir -p $d/a/b $d/a/c/.d $d/e && echo made; done");
        Path config = bundle.resolve("config.json");
        Matcher mount = Pattern.compile("(\"type\": \"cgroup2?\"[^]]*)\"ro\"").matcher(Files.readString(config));
        assertThat(mount.find()).isTrue();
        Files.writeString(config, mount.replaceFirst("$1\"rw\""));

        Gatun.Result result = gatun.run("gatun-oci", "run", "--bundle", bundle.toString(), "one");

        assertThat(result.succeeded().out()).contains("made");
        assertThat(Gatun.groupsOf(bundle)).isEmpty();
    }

    @Test
    void aContainerIsKeptIfThatIsAskedFor() {
        String bundle = bundle("exit 0");
        gatun.run("gatun-oci", "run", "--keep", "-b", bundle, "kept").succeeded();
        assertThat(gatun.run("gatun-oci", "state", "kept")
                        .json()
                        .field("status")
                        .string())
                .isEqualTo("stopped");
        gatun.run("gatun-oci", "delete", "kept").succeeded();
        assertThat(gatun.containers()).isEmpty();
    }

    @Test
    void theBundleIsTheWorkingFolderIfNoneIsNamed() {
        Path bundle = gatun.bundle(rootfs, "echo", "from here");
        var builder = new ProcessBuilder(Gatun.commandLine("gatun-oci", "--root", "states", "run", "one"));
        builder.environment().remove("GATUN_ROOT");
        builder.directory(bundle.toFile());
        assertThat(gatun.start(builder).result().succeeded().out()).isEqualTo("from here\n");
        assertThat(bundle.resolve("states")).isEmptyDirectory();
    }

    @Test
    void anEmptyEnvironmentAndNoInputAreEnough() {
        String bundle = gatun.bundle(rootfs, "env").toString();
        var builder = new ProcessBuilder(
                Gatun.commandLine("gatun-oci", "--root", gatun.path("states").toString(), "run", "-b", bundle, "one"));
        builder.environment().clear();
        builder.redirectInput(Path.of("/dev/null").toFile());
        assertThat(gatun.start(builder).result().succeeded().out())
                .isEqualTo("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\nHOME=/\n");
    }

    @Test
    void aFailureIsOneLineInTheLogAndOneOnStandardError() throws Exception {
        Path log = gatun.path("log.json");
        String bundle = gatun.bundle(rootfs, "no-such-command").toString();
        String[] words = {"gatun-oci", "--log", log.toString(), "--log-format", "json", "run", "-b", bundle, "one"};
        Instant before = Instant.now();
        String error = gatun.run(words).failedWith(1);
        List<String> lines = Files.readAllLines(log);
        assertThat(lines).hasSize(1);
        JsonValue entry = JsonReader.parse(lines.getFirst().getBytes(StandardCharsets.UTF_8));
        assertThat(entry.fields().keySet()).containsExactly("level", "msg", "time");
        assertThat(entry.field("level").string()).isEqualTo("error");
        assertThat("gatun-oci: " + entry.field("msg").string() + "\n").isEqualTo(error);
        assertThat(Instant.parse(entry.field("time").string())).isBetween(before, Instant.now());
        assertThat(gatun.stateOf("one")).doesNotExist();
    }

    /** podman reads the whole log as one object, which is an error. */
    @Test
    void aWarningIsForPeopleAlone() throws Exception {
        String usual = Files.readString(gatun.bundle(rootfs, "true").resolve("config.json"));
        String bundle = gatun.bundle(usual.replace("CAP_KILL", "CAP_FLY")).toString();
        Path log = gatun.path("log.json");
        Gatun.Result result =
                gatun.run("gatun-oci", "--log", log.toString(), "--log-format", "json", "create", "-b", bundle, "one");
        assertThat(result.status()).isZero();
        assertThat(result.err()).matches("gatun-oci: warning: process.capabilities: left out[^\n]+: CAP_FLY\n");
        assertThat(log).doesNotExist();
    }

    @Test
    void aSuccessLeavesNoLog() {
        Path log = gatun.path("log.json");
        String bundle = bundle("exit 0");
        gatun.run("gatun-oci", "--log=" + log, "--log-format=json", "run", "-b", bundle, "one")
                .succeeded();
        assertThat(log).doesNotExist();
    }

    @Test
    void aWrongBundleIsOneLine() throws Exception {
        String good = Files.readString(gatun.bundle(rootfs, "true").resolve("config.json"));
        String missing = gatun.path("missing").toString();
        Map<String, String> wrong = Map.of(
                good.replace(rootfs.toString(), missing), missing,
                good.replace("\"mqueue\"", "\"nofs\""), "nofs",
                good.replace("\"cgroup\"\n", "\"galaxy\"\n"), "galaxy",
                good.replace("\"cwd\": \"/\"", "\"cwd\": \"relative\""), "process.cwd",
                good.replace("\"args\"", "\"arguments\""), "process.args",
                good.substring(0, good.length() / 2), "config.json",
                "[".repeat(100_000), "config.json");
        int n = 0;
        for (Map.Entry<String, String> each : wrong.entrySet()) {
            assertThat(each.getKey()).as("a change for " + each.getValue()).isNotEqualTo(good);
            String id = "wrong" + n++;
            String error = gatun.run(
                            "gatun-oci",
                            "run",
                            "-b",
                            gatun.bundle(each.getKey()).toString(),
                            id)
                    .failedWith(1);
            assertThat(error).contains(each.getValue());
            assertThat(gatun.stateOf(id)).doesNotExist();
        }
        assertThat(gatun.run("gatun-oci", "run", "-b", missing, "one").failedWith(1))
                .contains(missing);
    }
}
