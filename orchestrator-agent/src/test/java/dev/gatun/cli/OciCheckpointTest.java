package dev.gatun.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code gatun-oci checkpoint} and {@code restore} as their callers see them. A script stands where CRIU would: what is
 * tested is what Gatun does around it.
 */
@Tag("kernel")
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OciCheckpointTest {
    @TempDir
    Path folder;

    private Rootfs rootfs;
    private Gatun gatun;

    @BeforeEach
    void begin() {
        rootfs = Rootfs.in(folder.resolve("rootfs"));
        gatun = new Gatun(folder);
    }

    @AfterEach
    void end() {
        gatun.close();
    }

    private Gatun.Result runWith(String criu, String... words) throws IOException {
        Path script = Files.createDirectories(folder.resolve("bin")).resolve("criu");
        Files.writeString(script, "#!/bin/sh\necho \"$@\" > " + folder + "/arguments\n" + criu + "\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        var builder = gatun.builder(Gatun.commandLine(words));
        builder.environment().put("PATH", folder.resolve("bin") + ":" + System.getenv("PATH"));
        builder.redirectOutput(folder.resolve("out").toFile())
                .redirectError(folder.resolve("err").toFile());
        int status = gatun.start(builder).result().status();
        return new Gatun.Result(
                status, Files.readString(folder.resolve("out")), Files.readString(folder.resolve("err")));
    }

    private String runDetached() {
        String bundle = gatun.bundle(rootfs, "sleep", "1000").toString();
        gatun.run("gatun-oci", "run", "--detach", "--bundle", bundle, "one").succeeded();
        return bundle;
    }

    @Test
    void enginesAskWhetherItIsThere() {
        assertThat(gatun.run("gatun-oci", "checkpoint", "--help").succeeded().out())
                .contains("--image-path");
        assertThat(gatun.run("gatun-oci", "restore", "--lsm-mount-context").failedWith(1))
                .contains("flag needs an argument");
    }

    @Test
    void aCheckpointEndsTheContainerUnlessItIsToGoOn() throws IOException {
        runDetached();
        String images = folder.resolve("images").toString();
        runWith("exit 0", "gatun-oci", "checkpoint", "--image-path", images, "--leave-running", "one")
                .succeeded();
        assertThat(folder.resolve("arguments")).content().contains("dump --tree ", "--leave-running");
        assertThat(folder.resolve("images/descriptors.json")).content().startsWith("[\"");
        assertThat(gatun.containers()).containsExactly("one");
        runWith("exit 0", "gatun-oci", "checkpoint", "--image-path", images, "--file-locks", "one")
                .succeeded();
        assertThat(gatun.containers()).isEmpty();
    }

    @Test
    void whatCriuSaysIsPassedOnAndTheContainerStays() throws IOException {
        runDetached();
        String images = folder.resolve("images").toString();
        String criu = "echo '(00.1) Error (criu/x.c:1): no such luck' > " + images + "/dump.log; exit 3";
        assertThat(runWith(criu, "gatun-oci", "checkpoint", "--image-path", images, "one")
                        .failedWith(1))
                .contains("criu dump: exit status 3", "no such luck", images + "/dump.log");
        assertThat(gatun.containers()).containsExactly("one");
    }

    @Test
    void aRestoredContainerRunsUnderItsName() throws IOException {
        String bundle = runDetached();
        String images = folder.resolve("images").toString();
        String[] checkpoint = {"gatun-oci", "checkpoint", "--image-path", images, "one"};
        runWith("exit 0", checkpoint).succeeded();
        String criu =
                "while [ $# -gt 0 ]; do [ \"$1\" != --pidfile ] || file=$2; [ \"$1\" != --root ] || root=$2; shift;"
                        + " done; ls $root > " + folder + "/root; sleep 1000 & echo $! > $file";
        runWith(criu, "gatun-oci", "restore", "-d", "--image-path", images, "--bundle", bundle, "-no-subreaper", "one")
                .succeeded();
        assertThat(folder.resolve("root")).hasContent("bin\ndev\nproc\nsys");
        assertThat(gatun.run("gatun-oci", "state", "one").json().field("status").string())
                .isEqualTo("running");
        gatun.run("gatun-oci", "delete", "--force", "one").succeeded();
        assertThat(gatun.stateOf("one")).doesNotExist();
    }

    @Test
    void aRestoreThatFailsLeavesNothing() throws IOException {
        String bundle = runDetached();
        String images = folder.resolve("images").toString();
        runWith("exit 0", "gatun-oci", "checkpoint", "--image-path", images, "one")
                .succeeded();
        assertThat(runWith("exit 1", "gatun-oci", "restore", "-d", "--image-path", images, "-b", bundle, "two")
                        .failedWith(1))
                .contains("criu restore: exit status 1");
        assertThat(gatun.stateOf("two")).doesNotExist();
        assertThat(Files.readString(Path.of("/proc/self/mountinfo"))).doesNotContain(folder.toString());
    }
}
