package dev.gatun.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Images from the command line: made, run, changed, sent, fetched and removed. */
@Tag("kernel")
@Timeout(value = 4, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ImageVerbsTest {
    private static final String ID = "[0-9a-f]{64}\n";

    @TempDir
    Path folder;

    private Gatun gatun;

    @BeforeEach
    void begin() {
        gatun = new Gatun(folder);
    }

    @AfterEach
    void end() {
        for (String id : gatun.containers()) {
            gatun.run("gatun-oci", "delete", "--force", id);
        }
        gatun.close();
    }

    private String gatun(String... words) {
        var line = Stream.concat(Stream.of("gatun"), Stream.of(words)).toArray(String[]::new);
        return gatun.run(line).succeeded().out();
    }

    private void shell() {
        assertThat(gatun("image", "from-host", "shell", "/usr/bin/busybox", "--cmd=/usr/bin/busybox", "--cmd=sh"))
                .matches(ID);
    }

    private static String[] busybox(String... words) {
        return Stream.concat(Stream.of("busybox"), Stream.of(words)).toArray(String[]::new);
    }

    private String run(List<String> options, String image, String... words) {
        var line = Stream.of(Stream.of("run", "--rm"), options.stream(), Stream.of(image), Stream.of(words))
                .flatMap(part -> part)
                .toArray(String[]::new);
        return gatun(line);
    }

    @Test
    void anImageGoesFromTheHostToARegistryAndBack() throws Exception {
        shell();
        gatun(
                "run",
                "--name=writer",
                "shell",
                "busybox",
                "sh",
                "-c",
                "echo kept > /note; busybox rm /etc/nsswitch.conf");

        try (var registry = Registry.start(folder.resolve("registry"), "")) {
            String name = registry.host() + "/test/noted:1";
            assertThat(gatun("commit", "writer", name, "-c", "CMD [\"busybox\",\"cat\",\"/note\"]"))
                    .matches(ID);
            assertThat(gatun("push", "-q", name)).matches("sha256:" + ID);
            gatun("rmi", name);
            assertThat(gatun("images", "-q")).hasLineCount(1);
            assertThat(gatun.run("gatun", "run", "--pull=never", name).failedWith(125))
                    .contains("is not here");

            assertThat(gatun.run("gatun", "pull", "-q", "--platform=linux/s390x", name)
                            .err())
                    .matches("gatun: warning: " + name + " is for linux/[a-z0-9]+, not for linux/s390x\n");
            assertThat(gatun("pull", "-q", name)).matches(ID);
        } finally {
            gatun("rmi", "-f", "shell");
        }
        Path home = gatun.path("home");
        String name = gatun("images", "--format=json").replaceAll("(?s).*\"(127.0.0.1:[^\"]*)\".*", "$1");
        assertThat(run(List.of(), name)).isEqualTo("kept\n");
        assertThat(run(List.of(), name, busybox("ls", "/etc"))).isEqualTo("group\npasswd\n");
        assertThat(home.resolve("lib/images/index.json")).content().contains("noted:1");
    }

    @Test
    void aContainerHasAUserNamespaceOfItsOwn() {
        shell();
        var mapped = List.of("--uidmap=0:100000:65536");
        assertThat(run(mapped, "shell", busybox("stat", "-c", "%u:%g", "/", "/usr/bin/busybox")))
                .isEqualTo("0:0\n0:0\n");
        assertThat(run(mapped, "shell", busybox("cat", "/proc/self/gid_map")).strip())
                .matches("0 +100000 +65536");
        assertThat(gatun.run("gatun", "run", "--userns=keep-id", "shell").failedWith(125))
                .contains("--userns: \"keep-id\" is not one of host, auto, auto:size=N");
        assertThat(gatun.run("gatun", "compile", "-o", folder.resolve("file").toString(), mapped.getFirst(), "./")
                        .failedWith(1))
                .contains("a compiled program has nobody beside it");
    }

    @Test
    void theConfigurationOfAnImageIsHonoured() {
        shell();
        gatun(
                "run",
                "--name=base",
                "shell",
                "busybox",
                "sh",
                "-c",
                "busybox mkdir -p /data && echo content > /data/file && busybox chown 65534 /data"
                        + " && echo app:x:7:8::/:/bin/sh >> /etc/passwd");
        gatun(
                "commit",
                "base",
                "configured",
                "-c",
                "ENTRYPOINT [\"busybox\",\"sh\",\"-c\"]",
                "-c",
                "CMD [\"busybox id -u; busybox id -g; busybox pwd; echo $NAME; busybox cat /data/file\"]",
                "-c",
                "ENV NAME=value of it",
                "-c",
                "USER=app",
                "-c",
                "WORKDIR=/new/folder",
                "-c",
                "VOLUME=/data",
                "-c",
                "EXPOSE=8080",
                "-c",
                "LABEL=owner=me",
                "-c",
                "STOPSIGNAL=SIGINT");

        assertThat(run(List.of(), "configured")).isEqualTo("7\n8\n/new/folder\nvalue of it\ncontent\n");
        assertThat(run(
                        List.of("-u", "0", "-w", "/", "-e", "NAME=other"),
                        "configured",
                        "busybox id -u; busybox pwd; echo $NAME"))
                .isEqualTo("0\n/\nother\n");
        assertThat(run(List.of("--entrypoint=busybox"), "configured", "stat", "-c", "%u", "/data"))
                .isEqualTo("65534\n");
        assertThat(run(List.of("--entrypoint=busybox"), "configured", "grep", "-c", " /data ", "/proc/self/mountinfo"))
                .isEqualTo("1\n");
        gatun("run", "-d", "--name=waits", "--entrypoint=busybox", "configured", "sleep", "1000");
        assertThat(gatun("inspect", "waits"))
                .contains("\"org.opencontainers.image.stopSignal\": \"SIGINT\"")
                .contains("\"org.opencontainers.image.exposedPorts\": \"8080/tcp\"")
                .contains("\"owner\": \"me\"", "\"ImageName\": \"docker.io/library/configured:latest\"")
                .contains("\"Status\": \"running\"");
        assertThat(gatun("inspect", "configured")).contains("\"WorkingDir\": \"/new/folder\"", "\"8080/tcp\": {}");
        assertThat(gatun("history", "configured").lines().toList())
                .hasSize(3)
                .satisfies(lines -> assertThat(lines.get(1)).contains("gatun commit base"))
                .satisfies(lines -> assertThat(lines.get(2)).contains("gatun image from-host"));
    }

    @Test
    void aContainerThatIsGoneLeavesNothing() throws Exception {
        shell();
        assertThat(run(List.of(), "shell", busybox("touch", "/new"))).isEmpty();
        assertThat(run(List.of(), "shell", busybox("ls", "/"))).doesNotContain("new");
        gatun("image", "prune");
        assertThat(gatun.path("home/lib/snapshots/containers")).isEmptyDirectory();
        assertThat(gatun.containers()).isEmpty();
        gatun("rmi", "shell");
        assertThat(gatun.path("home/lib/images/blobs/sha256")).isEmptyDirectory();
        assertThat(filesIn(gatun.path("home/lib/snapshots"))).containsExactlyInAnyOrder("containers", "work");
    }

    @Test
    void aContainerThatDoesNotStartLeavesNothing() {
        shell();
        assertThat(gatun.run("gatun", "run", "shell", "/nothing").failedWith(127))
                .contains("/nothing");
        assertThat(gatun.path("home/lib/snapshots/containers")).isEmptyDirectory();
    }

    @Test
    void anImageInUseIsKept() {
        shell();
        gatun("run", "-d", "--name=user", "shell", "busybox", "sleep", "1000");
        assertThat(gatun.run("gatun", "rmi", "shell").failedWith(125)).contains("in use by the containers [user]");
        gatun("prune", "-a");
        assertThat(gatun("images", "-q")).hasLineCount(1);
        gatun.run("gatun-oci", "delete", "--force", "user");
        gatun("prune", "-a");
        assertThat(gatun("images", "-q")).isEmpty();
    }

    @Test
    void archivesGoToSkopeoAndBack() throws Exception {
        shell();
        Path archive = gatun.path("shell.tar");
        gatun("save", "-q", "-o", archive.toString(), "shell");
        for (String form : List.of("oci-archive", "docker-archive")) {
            var skopeo = new ProcessBuilder("skopeo", "inspect", "--raw", form + ":" + archive).start();
            String out = new String(skopeo.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(skopeo.waitFor()).as(form + out).isZero();
            assertThat(out).contains("\"layers\"");
        }
        String id = gatun("images", "-q");
        gatun("rmi", "shell");
        assertThat(gatun("load", "-q", "-i", archive.toString()))
                .isEqualTo("Loaded image: docker.io/library/shell:latest\n");
        assertThat(gatun("images", "-q")).isEqualTo(id);
        assertThat(run(List.of(), "shell", busybox("echo", "loaded"))).isEqualTo("loaded\n");
    }

    @Test
    void aContainersFilesBecomeAnImage() {
        shell();
        gatun("run", "--name=source", "shell", "busybox", "touch", "/made");
        Path archive = gatun.path("files.tar");
        gatun("export", "-o", archive.toString(), "source");
        assertThat(gatun("import", "-c", "CMD [\"busybox\",\"ls\",\"/made\"]", archive.toString(), "imported"))
                .matches(ID);
        assertThat(run(List.of(), "imported")).isEqualTo("/made\n");
        gatun("tag", "imported", "localhost/other:2");
        assertThat(gatun("images")).contains("localhost/other", "docker.io/library/imported");
        assertThat(gatun("rmi", "imported")).isEqualTo("Untagged: docker.io/library/imported:latest\n");
        assertThat(run(List.of(), "localhost/other:2")).isEqualTo("/made\n");
    }

    @Test
    void whatIsNoArchiveIsRefusedAndLeavesNoImage() throws Exception {
        Files.writeString(gatun.path("text"), "no archive at all");
        assertThat(gatun.run("gatun", "import", "./text", "x").failedWith(125)).contains("layer");
        assertThat(gatun("images", "-q")).isEmpty();
    }

    @Test
    void aDamagedLayerIsNamedAndPulledAgain() throws Exception {
        shell();
        try (var registry = Registry.start(folder.resolve("registry"), "")) {
            String name = registry.host() + "/shell:1";
            gatun("tag", "shell", name);
            gatun("push", "-q", name);
            gatun("rmi", "-f", "shell");
            gatun("rmi", "-f", name);
            gatun("save", "-q", "--format=oci-dir", "-o", gatun.path("layout").toString(), pulled(name));
            Path layer = largest(gatun.path("home/lib/images/blobs/sha256"));
            byte[] content = Files.readAllBytes(layer);
            content[content.length / 2] ^= 1;
            Files.write(layer, content);
            removeSnapshots();

            var verified = gatun.run("gatun", "image", "verify");
            assertThat(verified.status()).isEqualTo(1);
            assertThat(verified.out()).contains(layer.getFileName().toString(), name);
            var ran = gatun.run("gatun", "run", "--rm", name, "busybox", "echo", "repaired");
            assertThat(ran.out()).as(ran.err()).isEqualTo("repaired\n");
            assertThat(ran.err()).contains(layer.getFileName().toString(), "pulled again");
            gatun("image", "verify");
        }
    }

    private String pulled(String name) {
        gatun("pull", "-q", name);
        return name;
    }

    private void removeSnapshots() throws IOException {
        try (Stream<Path> files = Files.walk(gatun.path("home/lib/snapshots"))) {
            for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(file);
            }
        }
    }

    private static Path largest(Path blobs) throws IOException {
        try (Stream<Path> files = Files.list(blobs)) {
            return files.max((a, b) ->
                            Long.compare(a.toFile().length(), b.toFile().length()))
                    .orElseThrow();
        }
    }

    private static List<String> filesIn(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }
}
