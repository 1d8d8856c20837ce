package dev.gatun.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gatun.json.JsonReader;
import dev.gatun.oci.RuntimeSpec;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What both commands say about themselves, and about arguments that make no sense; no container is needed for that. */
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CommandLineTest {
    @TempDir
    Path folder;

    private Gatun gatun;

    @BeforeEach
    void begin() {
        gatun = new Gatun(folder);
    }

    @AfterEach
    void end() {
        gatun.close();
    }

    @Test
    void theVersionIsInTheFirstLinesThatEnginesRead() {
        assertThat(gatun.run("gatun-oci", "--version").succeeded().out())
                .matches("gatun-oci version [0-9]+\\.[0-9]+\\.[0-9]+\nspec: [0-9]+\\.[0-9]+\\.[0-9]+\n");
        assertThat(gatun.run("gatun", "--version").succeeded().out())
                .matches("gatun version [0-9]+\\.[0-9]+\\.[0-9]+\n");
    }

    @Test
    void everyVerbOfGatunOciHasHelp() {
        String all = gatun.run("gatun-oci", "--help").succeeded().out();
        for (String verb : List.of("create", "start", "run", "exec", "state", "list", "kill", "delete", "spec")) {
            assertThat(all).contains("  " + verb + " ");
            assertThat(gatun.run("gatun-oci", verb, "--help").succeeded().out())
                    .startsWith("Usage: gatun-oci " + verb + " ");
        }
    }

    @Test
    void everyVerbOfGatunHasHelp() {
        String all = gatun.run("gatun", "-h").succeeded().out();
        for (String verb : List.of("run", "explain", "compile")) {
            assertThat(all).contains("  " + verb + " ");
            assertThat(gatun.run("gatun", verb, "-h").succeeded().out()).startsWith("Usage: gatun " + verb + " ");
        }
    }

    @Test
    void argumentsThatMakeNoSenseAreOneLine() throws Exception {
        Path log = gatun.path("log.json");
        assertThat(gatun.run("gatun-oci", "--log", log.toString(), "--log-format", "json", "frobnicate")
                        .failedWith(1))
                .contains("frobnicate", "gatun-oci --help");
        assertThat(JsonReader.parse(Files.readAllBytes(log)).field("msg").string())
                .as("an engine reads the log only")
                .contains("frobnicate");
        assertThat(gatun.run("gatun-oci", "state", "--frobnicate", "one").failedWith(1))
                .contains("--frobnicate", "gatun-oci state --help");
        assertThat(gatun.run("gatun-oci", "create").failedWith(1)).contains("ID");
        assertThat(gatun.run("gatun-oci", "--root").failedWith(1)).contains("--root");
        assertThat(gatun.run("gatun-oci", "kill", "one", "NOSIGNAL").failedWith(1))
                .contains("NOSIGNAL");
        assertThat(gatun.run("gatun", "frobnicate").failedWith(125)).contains("frobnicate");
        assertThat(gatun.run("gatun", "run").failedWith(125)).contains("ROOT");
    }

    @Test
    void helpForAVerbThatIsNotThereIsAnError() {
        assertThat(gatun.run("gatun-oci", "teleport", "--help").failedWith(1)).contains("teleport");
    }

    @Test
    void aCommandWithoutAVerbShowsItsUsage() {
        Gatun.Result oci = gatun.run("gatun-oci");
        assertThat(oci.status()).isEqualTo(1);
        assertThat(oci.out()).isEmpty();
        assertThat(oci.err()).startsWith("Usage: gatun-oci ");
        assertThat(gatun.run("gatun").status()).isEqualTo(125);
    }

    @Test
    void aLogThatCannotBeWrittenIsSaidBesideTheErrorItself() {
        Gatun.Result result = gatun.run("gatun-oci", "--log", "/no/such/folder/log", "state", "one");
        assertThat(result.status()).isEqualTo(1);
        assertThat(result.err()).contains("/no/such/folder/log", "container \"one\" does not exist");
    }

    @Test
    void anOutputThatCannotBeWrittenIsAnError() {
        var builder = gatun.builder(Gatun.commandLine("gatun-oci", "list"))
                .redirectOutput(Path.of("/dev/full").toFile());
        Gatun.Result result = gatun.start(builder).result();
        assertThat(result.status()).isEqualTo(1);
        assertThat(result.err()).matches("gatun-oci: [^\n]*output[^\n]*\n");
    }

    @Test
    void theSpecThatIsWrittenIsValidAndNeverOverwritten() throws Exception {
        Path bundle = Files.createDirectory(gatun.path("bundle"));
        gatun.run("gatun-oci", "spec", "--bundle", bundle.toString()).succeeded();
        Path file = bundle.resolve("config.json");
        byte[] written = Files.readAllBytes(file);
        RuntimeSpec spec = RuntimeSpec.parse(written);
        assertThat(spec.startableProcess().args()).containsExactly("sh");
        assertThat(spec.startableProcess().terminal()).isTrue();
        assertThat(spec.root().path()).isEqualTo("rootfs");
        assertThat(new String(written, StandardCharsets.UTF_8)).endsWith("}\n");

        assertThat(gatun.run("gatun-oci", "spec", "-b", bundle.toString()).failedWith(1))
                .contains("config.json exists");
        assertThat(file).hasBinaryContent(written);
        assertThat(gatun.run("gatun-oci", "spec", "-b", "/no/such/folder").failedWith(1))
                .contains("/no/such/folder");
        assertThat(gatun.run("gatun-oci", "spec").succeeded().out()).isEmpty();
        assertThat(gatun.path("config.json")).hasBinaryContent(written);
    }

    @Test
    void theLaunchersTakeArgumentsOfAnyScriptInAnEmptyEnvironment() throws Exception {
        assumeTrue(Gatun.hasLaunchers(), "Java itself reads arguments as the locale says; the launchers see to it");
        Path bundle = Files.createDirectory(gatun.path("größe"));
        var line = new ArrayList<>(List.of("env", "-i"));
        line.addAll(Gatun.commandLine("gatun-oci", "spec", "-b", bundle.toString()));
        gatun.runProcess(line).succeeded();
        assertThat(bundle.resolve("config.json")).exists();
    }
}
