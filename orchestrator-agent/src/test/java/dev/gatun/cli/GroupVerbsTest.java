package dev.gatun.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.json.JsonReader;
import dev.gatun.json.JsonValue;
import dev.gatun.linux.Signal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The verbs about control groups, as engines and people call them. */
@Tag("kernel")
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class GroupVerbsTest {
    private static final String EATER = "s=x; while :; do s=$s$s; done";

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

    private static JsonValue json(String text) {
        return JsonReader.parse(text.getBytes(StandardCharsets.UTF_8));
    }

    private void runs(String... command) {
        gatun.run(
                        "gatun-oci",
                        "run",
                        "--detach",
                        "-b",
                        gatun.bundle(rootfs, command).toString(),
                        "one")
                .succeeded();
    }

    @Test
    void aContainerIsPausedAndResumed() {
        runs("sleep", "1000");
        gatun.run("gatun-oci", "pause", "one").succeeded();
        assertThat(gatun.run("gatun-oci", "state", "one").json().field("status").string())
                .isEqualTo("paused");
        assertThat(gatun.run("gatun-oci", "exec", "one", "true").failedWith(255))
                .contains("paused container");
        assertThat(gatun.run("gatun-oci", "delete", "one").failedWith(1)).contains("not stopped: paused");
        gatun.run("gatun-oci", "resume", "one").succeeded();
        assertThat(gatun.run("gatun-oci", "resume", "one").failedWith(1)).contains("container not paused");
        gatun.run("gatun-oci", "exec", "one", "true").succeeded();
    }

    @Test
    void itsProcessesAndWhatTheyUseArePrinted() {
        runs("sh", "-c", "sleep 1000 & wait");
        Gatun.await(
                "both processes",
                () -> json(gatun.run("gatun-oci", "ps", "--format", "json", "one")
                                        .succeeded()
                                        .out())
                                .elements()
                                .size()
                        == 2);

        JsonValue event = json(
                gatun.run("gatun-oci", "events", "--stats", "one").succeeded().out());
        assertThat(event.field("type").string()).isEqualTo("stats");
        assertThat(event.field("id").string()).isEqualTo("one");
        JsonValue data = event.field("data");
        assertThat(data.field("pids").field("current").int64()).isEqualTo(2);
        assertThat(data.field("memory").field("usage").field("usage").int64()).isPositive();
        assertThat(data.field("cpu").field("usage").field("total").int64()).isPositive();

        String table = gatun.run("gatun", "stats", "--no-stream").succeeded().out();
        assertThat(table).contains("CPU %", "WORKING").containsPattern("(?m)^one ");
        JsonValue line = json(gatun.run("gatun", "stats", "--no-stream", "--json", "one")
                .succeeded()
                .out());
        assertThat(line.elements()).hasSize(1);
    }

    @Test
    void whatIsUsedIsShownAgainAndAgainUntilTheContainerEnds() {
        runs("sh", "-c", "while :; do :; done");
        var live = gatun.start("gatun", "stats", "--json", "one");
        Gatun.await("three lines", () -> live.out().lines().count() >= 3);
        gatun.run("gatun-oci", "delete", "--force", "one").succeeded();

        List<String> lines = live.end().succeeded().out().lines().toList();
        JsonValue last = json(lines.getLast()).elements().getFirst();
        assertThat(last.field("id").string()).isEqualTo("one");
        assertThat(last.field("processors").number()).isBetween(0.05, 1.1);
        assertThat(gatun.run("gatun", "stats", "one").failedWith(1)).contains("one");
    }

    @Test
    void theTableIsShownAgainInItsPlaceWhateverComesAndGoes() {
        runs("sleep", "1000");
        var live = gatun.start("gatun", "stats");
        live.awaitOutput("one ");
        gatun.run("gatun-oci", "delete", "--force", "one").succeeded();
        runs("sleep", "1001");
        int shown = live.out().length();
        Gatun.await("the table once more", () -> live.out().indexOf("one ", shown) > 0);
        live.signal(Signal.SIGINT);

        assertThat(live.end().out())
                .startsWith("\033[H\033[2JID ")
                .containsPattern("(?m)^one .* ([0-9.]+|-)/([0-9.]+|-)/([0-9.]+|-)$");
    }

    @Test
    void limitsAreUpdatedByOptionsAndByAFile() throws Exception {
        runs("sleep", "1000");
        gatun.run("gatun-oci", "update", "--pids-limit", "2", "one").succeeded();
        assertThat(gatun.run("gatun-oci", "exec", "one", "sh", "-c", "sleep 0; sleep 0; echo not reached")
                        .out())
                .doesNotContain("not reached");
        Path file = Files.writeString(gatun.path("resources"), "{\"pids\": {\"limit\": -1}}");
        gatun.run("gatun-oci", "update", "--resources", file.toString(), "one").succeeded();
        assertThat(gatun.run("gatun-oci", "exec", "one", "sh", "-c", "sleep 0; echo reached")
                        .succeeded()
                        .out())
                .contains("reached");
        assertThat(gatun.run("gatun-oci", "update", "--memory", "lots", "one").failedWith(1))
                .contains("--memory: \"lots\" is not a number of bytes");
    }

    /** What containerd, CRI-O and podman write: parts that are null, empty or all there, by standard input. */
    @Test
    void limitsAreUpdatedAsEnginesDo() {
        runs("sleep", "1000");
        update("""
                {"devices": null, "memory": {"limit": 104857600, "reservation": null, "swap": null, "kernel": null,
                  "kernelTCP": null, "swappiness": null, "disableOOMKiller": null, "useHierarchy": null},
                 "cpu": {"shares": 512, "quota": null, "period": null, "realtimeRuntime": null, "cpus": "", "mems": ""},
                 "pids": {"limit": 321}, "blockIO": null, "hugepageLimits": null, "network": null, "rdma": null,
                 "unified": null}""");
        assertThat(usage("pids", "limit")).isEqualTo(321);
        assertThat(usage("memory", "usage", "limit")).isEqualTo(104_857_600);

        update("{\"cpu\": {\"shares\": 256}, \"memory\": {}, \"pids\": null, \"unified\": {}}");
        update("{}");
        assertThat(usage("pids", "limit")).as("what is not said").isEqualTo(321);
        assertThat(usage("memory", "usage", "limit")).as("what is not said").isEqualTo(104_857_600);
    }

    private void update(String resources) {
        Gatun.Result result = gatun.start("gatun-oci", "update", "--resources=-", "one")
                .type(resources)
                .result();
        assertThat(result).isEqualTo(new Gatun.Result(0, "", ""));
    }

    private long usage(String... fields) {
        JsonValue value = json(gatun.run("gatun-oci", "events", "--stats", "one")
                        .succeeded()
                        .out())
                .field("data");
        for (String field : fields) {
            value = value.field(field);
        }
        return value.int64();
    }

    @Test
    void processesAsATableNeedTheHostsPs() {
        runs("sleep", "1000");
        ProcessBuilder withoutPs = gatun.builder(Gatun.commandLine("gatun-oci", "ps", "one"));
        withoutPs.environment().put("PATH", folder.toString());

        assertThat(gatun.start(withoutPs).result().failedWith(1))
                .isEqualTo(
                        "gatun-oci: the table of ps is made by the host's program ps, which is in no folder of $PATH:"
                                + " install it (procps), or use --format json\n");
    }

    @Test
    void whoRunsOutOfMemoryIsTold() {
        Gatun.Result result = gatun.run(
                "gatun",
                "run",
                "--name",
                "small",
                "-m",
                "16m",
                "--memory-swap",
                "16m",
                rootfs.folder().toString(),
                "sh",
                "-c",
                EATER);
        assertThat(result.status()).isEqualTo(137);
        assertThat(gatun.run("gatun-oci", "state", "small")
                        .json()
                        .field("oomKilled")
                        .bool())
                .isTrue();
    }

    @Test
    void eventsTellAgainAndAgainWhatIsUsedAndThatMemoryRanOut() {
        runs("sleep", "1000");
        var events = gatun.start("gatun-oci", "events", "--interval", "200ms", "one");
        events.awaitOutput("\"type\":\"stats\"");
        gatun.run("gatun-oci", "update", "--memory", "16m", "--memory-swap", "16m", "one")
                .succeeded();
        assertThat(gatun.run("gatun-oci", "exec", "one", "sh", "-c", EATER).status())
                .isEqualTo(137);
        events.awaitOutput("{\"type\":\"oom\",\"id\":\"one\"}");
        gatun.run("gatun-oci", "delete", "--force", "one").succeeded();

        assertThat(events.end().succeeded().out().lines())
                .allSatisfy(line -> assertThat(json(line).field("id").string()).isEqualTo("one"))
                .filteredOn(line -> json(line).field("type").string().equals("stats"))
                .hasSizeGreaterThan(1);
    }

    @Test
    void theListingShowsTheGroupBeforeTheClone() {
        String listing = gatun.run(
                        "gatun", "explain", "--pids-limit", "7", rootfs.folder().toString(), "true")
                .succeeded()
                .out();
        assertThat(listing).contains("pids.max\", O_WRONLY|O_CLOEXEC", "; set pids.max of /gatun-");
        assertThat(listing.indexOf("set pids.max")).isLessThan(listing.indexOf("clone3("));
    }

    @Test
    void infoTellsWhereTheControllersAre() {
        assertThat(gatun.run("gatun", "info").succeeded().out()).contains("control groups: ", "memory");
        assertThat(json(gatun.run("gatun", "info", "--json").succeeded().out())
                        .field("cgroups")
                        .field("controllers")
                        .field("memory")
                        .isPresent())
                .isTrue();
    }
}
