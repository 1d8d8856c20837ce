package dev.gatun.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** buildah: images built by commands that run in containers. */
@Tag("clients")
@Timeout(value = 3, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BuildahTest {
    @TempDir
    static Path folder;

    private static Room room;

    @BeforeAll
    static void begin() throws IOException {
        RuntimeUnderTest.needs("buildah");
        Path configuration = Files.writeString(folder.resolve("containers.conf"), """
                [containers]
                default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
                """);
        room = new Room(folder).with("CONTAINERS_CONF", configuration.toString());
        Path context = Files.createDirectories(folder.resolve("base"));
        Image.layer(context);
        Files.writeString(context.resolve("Dockerfile"), """
                FROM scratch
                ADD layer.tar /
                ENV PATH=/bin
                CMD ["sh"]
                """);
        buildah("bud", "--tag=base", context.toString()).succeeded();
    }

    @AfterAll
    static void end() {
        if (room != null) {
            buildah("rm", "--all");
            room.close();
        }
    }

    private static Room.Result buildah(String... words) {
        var line = new ArrayList<>(List.of(
                "buildah",
                "--storage-driver=vfs",
                "--root",
                folder.resolve("storage").toString(),
                "--runroot=/run/buildah"));
        line.addAll(List.of(words));
        return room.run(line);
    }

    private static Room.Result bud(String dockerfile, String... options) throws IOException {
        Path context = Files.createTempDirectory(folder, "context");
        Files.writeString(context.resolve("Dockerfile"), dockerfile);
        var words = new ArrayList<>(List.of(
                "bud", "--isolation=oci", "--runtime=" + RuntimeUnderTest.path(), "--network=none", "--tag=built"));
        words.addAll(List.of(options));
        words.add(context.toString());
        return buildah(words.toArray(String[]::new));
    }

    /** Runs a command in a new container of the image that was built. */
    private static String inBuilt(String script) {
        String container = buildah("from", "--pull-never", "built").succeeded().text();
        String output = buildah(
                        "run",
                        "--isolation=oci",
                        "--runtime=" + RuntimeUnderTest.path(),
                        "--network=none",
                        container,
                        "sh",
                        "-c",
                        script)
                .succeeded()
                .text();
        buildah("rm", container).succeeded();
        return output;
    }

    @Test
    void eachStepSeesWhatTheOneBeforeMade() throws IOException {
        Room.Result result = bud("""
                FROM base
                RUN echo one > /made && chown 1000:1000 /made
                WORKDIR /data
                USER guest
                RUN id -un; pwd; echo two >> /made
                USER root
                RUN ["sh", "-c", "echo three >> /made; cat /made"]
                """);
        assertThat(result.succeeded().out()).contains("guest\n/data\n", "one\ntwo\nthree\n");
        assertThat(inBuilt("cat /made; stat -c %u /made; pwd").lines())
                .containsExactly("one", "two", "three", "1000", "/data");
    }

    @Test
    void aStepThatFailsFailsTheBuild() throws IOException {
        Room.Result result = bud("""
                FROM base
                RUN echo before; exit 3
                RUN echo after
                """);
        assertThat(result.status()).isNotZero();
        assertThat(result.out()).contains("before").doesNotContain("after\n");
        assertThat(result.err()).contains("exit status 3");
        assertThat(bud("FROM base\nRUN [\"no-such-command\"]\n").err()).contains("no-such-command");
    }

    @Test
    void optionsOfABuildReachTheContainer() throws IOException {
        assertThat(bud(
                                """
                FROM base
                ARG WORD
                RUN echo "$WORD $(ulimit -n) $(grep NoNewPrivs /proc/self/status | cut -f2)"; cat /given/file; grep CapEff /proc/self/status
                """,
                                "--build-arg=WORD=gatun",
                                "--ulimit=nofile=77:88",
                                "--cap-drop=all",
                                "--volume=" + given() + ":/given:ro")
                        .succeeded()
                        .out())
                .contains("gatun 77 0\n", "from outside\n", "CapEff:\t0000000000000000\n");
    }

    private static Path given() throws IOException {
        Path given = Files.createDirectories(folder.resolve("given"));
        Files.writeString(given.resolve("file"), "from outside\n");
        return given;
    }

    @Test
    void runKeepsWhatItWritesInTheContainer() {
        String container = buildah("from", "--pull-never", "base").succeeded().text();
        String[] run = {
            "run",
            "--isolation=oci",
            "--runtime=" + RuntimeUnderTest.path(),
            "--network=none",
            container,
            "--",
            "sh",
            "-c",
            ""
        };
        run[run.length - 1] = "echo kept > /file; echo oh >&2; exit 6";
        assertThat(buildah(run).endedWith(6).err()).startsWith("oh\n");
        run[run.length - 1] = "cat /file";
        assertThat(buildah(run).succeeded().out()).isEqualTo("kept\n");
        buildah("rm", container).succeeded();
    }
}
