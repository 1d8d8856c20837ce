package dev.gatun.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Containers that podman ties together: pods, networks, and what runs beside a container's command. */
@Tag("clients")
@Timeout(value = 3, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PodmanPodTest {
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
            podman.run("pod", "rm", "--all", "--force", "--time=0");
            podman.close();
        }
    }

    @Test
    void theContainersOfAPodShareANetwork() {
        RuntimeUnderTest.needs("catatonit");
        podman.run("pod", "create", "--name=pair", "--network=none").succeeded();
        podman.run(
                        "run",
                        "-d",
                        "--pod=pair",
                        "--name=server",
                        Podman.IMAGE,
                        "nc",
                        "-ll",
                        "-p",
                        "8000",
                        "-e",
                        "echo",
                        "hello")
                .succeeded();
        Room.await(
                "the server listens",
                () -> podman.run("exec", "server", "netstat", "-ltn").out().contains(":8000"));
        assertThat(podman.run("run", "--rm", "--pod=pair", Podman.IMAGE, "nc", "127.0.0.1", "8000")
                        .succeeded()
                        .text())
                .isEqualTo("hello");
        podman.run("pod", "stop", "--time=0", "pair").succeeded();
        podman.run("pod", "start", "pair").succeeded();
        assertThat(podman.inspect("server", "{{.State.Status}}")).isEqualTo("running");
        podman.run("pod", "rm", "--force", "--time=0", "pair").succeeded();
        assertThat(podman.run("ps", "--all", "--quiet", "--filter=name=server").text())
                .isEmpty();
    }

    @Test
    void containersReachEachOtherOverABridge() {
        RuntimeUnderTest.needs("iptables");
        podman.run("network", "create", "--disable-dns", "--subnet=10.89.7.0/24", "wire")
                .succeeded();
        podman.run(
                        "run",
                        "-d",
                        "--network=wire",
                        "--ip=10.89.7.5",
                        "--name=far",
                        Podman.IMAGE,
                        "nc",
                        "-ll",
                        "-p",
                        "8000",
                        "-e",
                        "echo",
                        "over the bridge")
                .succeeded();
        Room.await(
                "the server listens",
                () -> podman.run("exec", "far", "netstat", "-ltn").out().contains(":8000"));
        assertThat(podman.run("run", "--rm", "--network=wire", Podman.IMAGE, "nc", "10.89.7.5", "8000")
                        .succeeded()
                        .text())
                .isEqualTo("over the bridge");
        podman.run("rm", "--force", "--time=0", "far").succeeded();
        podman.run("network", "rm", "wire").succeeded();
    }

    @Test
    void healthIsChecked() {
        podman.run(
                        "run",
                        "-d",
                        "--network=none",
                        "--name=patient",
                        "--health-cmd=test -e /tmp/well",
                        "--health-interval=disable",
                        "--health-retries=1",
                        Podman.IMAGE,
                        "sleep",
                        "1000")
                .succeeded();
        assertThat(podman.run("healthcheck", "run", "patient").status()).isOne();
        podman.run("exec", "patient", "touch", "/tmp/well").succeeded();
        podman.run("healthcheck", "run", "patient").succeeded();
        podman.run("rm", "--force", "--time=0", "patient").succeeded();
    }

    @Test
    void aPodIsPlayedFromKubernetesYaml() {
        RuntimeUnderTest.needs("catatonit");
        Path yaml = podman.file("pod.yaml", """
                apiVersion: v1
                kind: Pod
                metadata:
                  name: played
                spec:
                  restartPolicy: Never
                  containers:
                  - name: one
                    image: localhost/busybox
                    imagePullPolicy: Never
                    command: ["sh", "-c", "echo $GREETING > /both/file; echo written; sleep 1000"]
                    env: [{name: GREETING, value: kubernetes}]
                    volumeMounts: [{name: both, mountPath: /both}]
                    resources: {limits: {memory: 64Mi}}
                  - name: two
                    image: localhost/busybox
                    imagePullPolicy: Never
                    command: ["sleep", "1000"]
                    volumeMounts: [{name: both, mountPath: /both}]
                    securityContext: {runAsUser: 1000, readOnlyRootFilesystem: true}
                  volumes:
                  - name: both
                    hostPath: {path: %s, type: Directory}
                """.formatted(podman.folder("both")));
        podman.run("play", "kube", "--network=none", yaml.toString()).succeeded();
        Room.await(
                "the first container writes",
                () -> podman.run("logs", "played-one").out().contains("written"));
        assertThat(podman.run("exec", "played-two", "sh", "-c", "id -u; cat /both/file")
                        .succeeded()
                        .lines())
                .containsExactly("1000", "kubernetes");
        podman.run("play", "kube", "--down", yaml.toString()).succeeded();
        assertThat(podman.run("ps", "--all", "--quiet", "--filter=name=played").text())
                .isEmpty();
    }
}
