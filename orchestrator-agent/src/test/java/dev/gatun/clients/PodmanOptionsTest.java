package dev.gatun.clients;

import static org.assertj.core.api.Assertions.assertThat;

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

/** What podman's options do inside a container. */
@Tag("clients")
@Timeout(value = 3, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PodmanOptionsTest {
    @TempDir
    static Path folder;

    private static Podman podman;

    @BeforeAll
    static void begin() {
        podman = new Podman(folder);
    }

    @AfterAll
    static void end() {
        if (podman != null) {
            podman.close();
        }
    }

    private static String shown(List<String> options, String script) {
        return podman.sh(options, script).succeeded().text();
    }

    @Test
    void readOnly() {
        Room.Result result = podman.sh(List.of("--read-only"), "echo x > /file");
        assertThat(result.endedWith(1).err()).contains("Read-only file system");
        assertThat(shown(List.of("--read-only"), "echo x > /tmp/file && cat /tmp/file"))
                .as("the usual tmpfs")
                .isEqualTo("x");
        assertThat(podman.sh(List.of("--read-only", "--read-only-tmpfs=false"), "echo x > /tmp/file")
                        .status())
                .isOne();
    }

    @Test
    void capabilities() {
        assertThat(shown(List.of("--cap-drop=all"), "grep Cap /proc/self/status | cut -f2 | sort -u"))
                .isEqualTo("0000000000000000");
        assertThat(shown(List.of("--cap-drop=all", "--cap-add=chown"), "grep CapEff /proc/self/status | cut -f2"))
                .isEqualTo("0000000000000001");
        assertThat(podman.sh(List.of("--cap-drop=all"), "chown 1 /root").status())
                .isNotZero();
    }

    @Test
    void seccompProfile() {
        Path profile = podman.file("seccomp.json", """
                {"defaultAction": "SCMP_ACT_ALLOW",
                 "syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38}]}
                """);
        Room.Result result =
                podman.sh(List.of("--security-opt=seccomp=" + profile), "grep Seccomp: /proc/self/status; mkdir /new");
        assertThat(result.endedWith(1).out()).isEqualTo("Seccomp:\t2\n");
        assertThat(result.err()).contains("Function not implemented");
        assertThat(shown(List.of("--security-opt=seccomp=unconfined"), "grep Seccomp: /proc/self/status; mkdir /new"))
                .isEqualTo("Seccomp:\t0");
    }

    @Test
    void theDefaultSeccompProfileForbidsWhatItShould() {
        String script = "grep Seccomp: /proc/self/status; swapoff /none";
        Room.Result usual = podman.sh(List.of("--cap-add=sys_admin"), script);
        assertThat(usual.out()).isEqualTo("Seccomp:\t2\n");
        assertThat(usual.err()).contains("Operation not permitted");
        assertThat(podman.sh(List.of("--cap-add=sys_admin", "--security-opt=seccomp=unconfined"), script)
                        .err())
                .contains("No such file or directory");
    }

    @Test
    void noNewPrivileges() {
        assertThat(shown(List.of("--security-opt=no-new-privileges"), "grep NoNewPrivs /proc/self/status"))
                .isEqualTo("NoNewPrivs:\t1");
    }

    @Test
    void user() {
        assertThat(shown(List.of("--user=1000:10"), "id -u; id -g").lines()).containsExactly("1000", "10");
        assertThat(shown(List.of("--user=guest"), "id -un; id -G; grep CapEff /proc/self/status | cut -f2")
                        .lines())
                .containsExactly("guest", "1000 10", "0000000000000000");
        assertThat(shown(List.of("--user=1000", "--group-add=77"), "id -G").split(" "))
                .contains("1000", "77");
    }

    @Test
    void userNamespaces() {
        List<String> maps = List.of("--uidmap=0:100000:5000", "--gidmap=0:200000:5000");
        assertThat(shown(
                                maps,
                                "tr -s ' ' </proc/self/uid_map; tr -s ' ' </proc/self/gid_map; id -u; touch /made; stat -c %u /made")
                        .lines()
                        .map(String::strip))
                .containsExactly("0 100000 5000", "0 200000 5000", "0", "0");
        assertThat(podman.run("run", "--rm", "--uidmap=0:100000:5000", "--network=bridge", Podman.IMAGE, "id", "-u")
                        .succeeded()
                        .text())
                .isEqualTo("0");
        assertThat(podman.run(
                                "run",
                                "--rm",
                                "--uidmap=0:100000:5000",
                                "--user=guest",
                                Podman.IMAGE,
                                "cat",
                                "/proc/self/uid_map")
                        .succeeded()
                        .text()
                        .strip())
                .matches("0 +100000 +5000");
    }

    @Test
    void sysctl() {
        assertThat(shown(
                                List.of("--sysctl=net.ipv4.ip_forward=1", "--sysctl=kernel.msgmax=9000"),
                                "cat /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/msgmax")
                        .lines())
                .containsExactly("1", "9000");
    }

    @Test
    void anInitProcessReapsOrphans() {
        RuntimeUnderTest.needs("catatonit");
        assertThat(shown(
                        List.of("--init"),
                        "cat /proc/1/comm; (sleep 0.1 &); sleep 0.5; grep -l 'State:.Z' /proc/[0-9]*/status; exit 0"))
                .isEqualTo("podman-init");
    }

    @Test
    void volumes() throws IOException {
        Path shared = podman.folder("shared");
        Files.writeString(shared.resolve("given"), "from the host\n");
        assertThat(shown(List.of("--volume=" + shared + ":/data"), "cat /data/given; echo back > /data/taken"))
                .isEqualTo("from the host");
        assertThat(shared.resolve("taken")).hasContent("back");
        assertThat(podman.sh(List.of("--volume=" + shared + ":/data:ro"), "echo x > /data/more")
                        .endedWith(1)
                        .err())
                .contains("Read-only file system");

        shown(List.of("--volume=kept:/data"), "echo lasting > /data/file");
        assertThat(shown(List.of("--volume=kept:/elsewhere"), "cat /elsewhere/file"))
                .isEqualTo("lasting");
        podman.run("volume", "rm", "kept").succeeded();
        assertThat(shown(
                        List.of("--tmpfs=/scratch:size=1m,mode=1770"),
                        "stat -c %a /scratch; grep ' /scratch ' /proc/mounts"))
                .startsWith("1770")
                .contains("tmpfs", "size=1024k");
        assertThat(shown(List.of("--mount=type=bind,source=" + shared + "/given,target=/data/one,ro"), "cat /data/one"))
                .isEqualTo("from the host");
    }

    @Test
    void hostnameAndWorkFolderAndUlimits() {
        assertThat(shown(
                                List.of(
                                        "--hostname=somewhere",
                                        "--workdir=/data",
                                        "--ulimit=nofile=77:88",
                                        "--ulimit=nproc=512:512",
                                        "--shm-size=2m",
                                        "--oom-score-adj=500"),
                                "hostname; pwd; ulimit -n; ulimit -Hn; cat /proc/self/oom_score_adj; df -k /dev/shm | tail -1 | tr -s ' ' | cut -d' ' -f2")
                        .lines())
                .containsExactly("somewhere", "/data", "77", "88", "500", "2048");
    }

    @Test
    void devices() {
        assertThat(shown(
                        List.of("--device=/dev/null:/dev/nothing:rw"),
                        "echo x > /dev/nothing; stat -c '%F %t %T' /dev/nothing"))
                .isEqualTo("character special file 1 3");
        assertThat(shown(List.of("--privileged"), "echo x > /dev/kmsg; ls /dev | wc -l")
                        .strip())
                .matches("[0-9]{2,}");
    }

    @Test
    void namespacesOfTheHostAndOfOtherContainers() throws IOException {
        assertThat(shown(List.of("--ipc=host", "--uts=host", "--pid=host"), "readlink /proc/self/ns/uts"))
                .isEqualTo(Files.readSymbolicLink(Path.of("/proc/self/ns/uts")).toString());
        String id = podman.start("--name=shared", "--ipc=shareable");
        assertThat(shown(List.of("--pid=container:shared"), "tr '\\0' ' ' </proc/1/cmdline"))
                .contains("trap");
        String net = podman.run("exec", id, "sh", "-c", "readlink /proc/self/ns/net; readlink /proc/self/ns/ipc")
                .succeeded()
                .text();
        assertThat(podman.run(
                                "run",
                                "--rm",
                                "--network=container:shared",
                                "--ipc=container:shared",
                                Podman.IMAGE,
                                "sh",
                                "-c",
                                "readlink /proc/self/ns/net; readlink /proc/self/ns/ipc")
                        .succeeded()
                        .text())
                .isEqualTo(net);
        podman.run("rm", "--force", "--time=0", id).succeeded();
    }

    @Test
    void hooksOfAFolderAreRun() throws IOException {
        Path hooks = podman.folder("hooks.d");
        Path hook = podman.file("hook", "#!/bin/sh\ncat > " + folder + "/hook-$1.json\n");
        Files.setPosixFilePermissions(hook, java.nio.file.attribute.PosixFilePermissions.fromString("rwxr-xr-x"));
        for (String stage : List.of("prestart", "poststart", "poststop")) {
            podman.file("hooks.d/" + stage + ".json", """
                    {"version": "1.0.0", "hook": {"path": "%s", "args": ["hook", "%s"]},
                     "when": {"always": true}, "stages": ["%s"]}
                    """.formatted(hook, stage, stage));
        }
        podman.run("--hooks-dir=" + hooks, "run", "--name=hooked", "--network=none", Podman.IMAGE, "true")
                .succeeded();
        String id = podman.inspect("hooked", "{{.Id}}");
        podman.run("rm", "hooked").succeeded();
        for (String stage : List.of("prestart", "poststart", "poststop")) {
            assertThat(folder.resolve("hook-" + stage + ".json"))
                    .content()
                    .as(stage)
                    .contains(id);
        }
    }
}
