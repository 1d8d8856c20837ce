package dev.gatun.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.json.JsonValue;
import dev.gatun.linux.Signal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
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

/** {@code gatun explain} and {@code gatun compile}: a container's program to read, and to keep. */
@Tag("kernel")
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class GatunProgramTest {
    @TempDir
    static Path shared;

    @TempDir
    Path folder;

    private static Rootfs rootfs;
    private Gatun gatun;

    @BeforeAll
    static void makeRootfs() {
        rootfs = Rootfs.in(shared.resolve("rootfs"));
    }

    @BeforeEach
    void begin() {
        gatun = new Gatun(folder);
    }

    @AfterEach
    void end() {
        gatun.close();
    }

    private Path compile(String... command) {
        Path file = gatun.path("program");
        var words = new ArrayList<>(
                List.of("gatun", "compile", "-o", file.toString(), "--hostname", "lock", rootfs.toString()));
        words.addAll(List.of(command));
        assertThat(gatun.run(words.toArray(String[]::new)).succeeded().out()).isEmpty();
        return file;
    }

    @Test
    void explainShowsTheCallsAndMakesNoneOfThem() {
        String[] words = {
            "gatun",
            "explain",
            "--hostname",
            "lock",
            "-w",
            "/work",
            "-u",
            "7",
            "-e",
            "A=1",
            rootfs.toString(),
            "ls",
            "-l"
        };
        String text = gatun.run(words).succeeded().out();
        assertThat(text)
                .contains("clone3(", "sethostname(\"lock\"", "pivot_root(", "setresuid(7, 7, 7)", "execve(", "\"-l\"");
        assertThat(text.lines()).hasSizeGreaterThan(60);
        assertThat(rootfs.folder().resolve("work")).doesNotExist();
        assertThat(gatun.containers()).isEmpty();
    }

    @Test
    void explainAsJsonHasACallAndAReasonForEveryLine() {
        List<JsonValue> lines =
                gatun.run("gatun", "explain", "--json", "host", "true").json().elements();
        assertThat(lines).hasSizeGreaterThan(60);
        assertThat(lines).allSatisfy(line -> {
            assertThat(line.field("section").string()).isNotEmpty();
            assertThat(line.field("call").string()).isNotEmpty();
            assertThat(line.field("reason").string()).isNotEmpty();
        });
        assertThat(lines.toString()).isNotEmpty();
        assertThat(lines.stream()
                        .map(line -> line.field("call").string())
                        .filter(call -> call.startsWith("fsopen(\"overlay\"")))
                .hasSize(1);
    }

    @Test
    void explainNeedsNoPrivileges() throws Exception {
        Files.setPosixFilePermissions(shared, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
        Path copy = Files.createDirectory(gatun.path("classes"));
        assertThat(asNobody(copy, "gatun", "explain", rootfs.toString(), "true")
                        .succeeded()
                        .out())
                .contains("clone3(");
        assertThat(gatun.containers()).isEmpty();
    }

    private Gatun.Result asNobody(Path copy, String... words) {
        var line = new ArrayList<>(List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"));
        line.addAll(Gatun.readableCommandLine(copy, words));
        return gatun.runProcess(line);
    }

    @Test
    void aCompiledContainerNeedsNoJava() {
        Path program = compile("sh", "-c", "read line; hostname; echo got $line; echo err >&2; exit 7");
        assertThat(program).isExecutable();
        var builder = new ProcessBuilder(program.toString());
        builder.environment().clear();
        assertThat(gatun.start(builder).type("hello\n").result())
                .isEqualTo(new Gatun.Result(7, "lock\ngot hello\n", "err\n"));
    }

    @Test
    void aCompiledContainerPassesSignalsOn() {
        Path program = compile("sh", "-c", "trap 'echo got TERM; exit 9' TERM; echo ready; sleep 1000 & wait");
        var running = gatun.start(new ProcessBuilder(program.toString())).awaitOutput("ready");
        running.signal(Signal.SIGTERM);
        assertThat(running.end()).isEqualTo(new Gatun.Result(9, "ready\ngot TERM\n", ""));
    }

    @Test
    void aCompiledContainerSaysWhatFailed() {
        Path program = compile("no-such-command");
        Gatun.Result result =
                gatun.start(new ProcessBuilder(program.toString())).result();
        assertThat(result.failedWith(127))
                .isEqualTo(
                        "gatun: exec: \"no-such-command\": executable file not found in $PATH: ENOENT (No such file or"
                                + " directory)\n");
    }

    @Test
    void aProgramReplacesAnOlderOneWhileThatRuns() throws Exception {
        Path program = compile("sh", "-c", "echo ready; read line; echo old");
        var old = gatun.start(new ProcessBuilder(program.toString())).awaitOutput("ready");
        Object before = Files.getAttribute(program, "unix:ino");
        compile("echo", "new");
        assertThat(Files.getAttribute(program, "unix:ino"))
                .as("another file under its name")
                .isNotEqualTo(before);
        assertThat(gatun.start(new ProcessBuilder(program.toString())).result().out())
                .isEqualTo("new\n");
        assertThat(old.type("go on\n").result().out()).isEqualTo("ready\nold\n");
        try (var files = Files.list(folder)) {
            assertThat(files.filter(file -> file.getFileName().toString().startsWith(".gatun")))
                    .as("temporary files")
                    .isEmpty();
        }
    }

    @Test
    void whatCannotBeCompiledIsOneLine() {
        String root = rootfs.toString();
        assertThat(gatun.run("gatun", "compile", root, "true").failedWith(125)).contains("--output");
        assertThat(gatun.run("gatun", "compile", "-o", "/no/such/folder/x", root)
                        .failedWith(1))
                .contains("/no/such/folder/x");
        assertThat(gatun.run("gatun", "compile", "-t", "-o", "x", root).failedWith(1))
                .contains("terminal");
        assertThat(gatun.path("x")).doesNotExist();
    }
}
