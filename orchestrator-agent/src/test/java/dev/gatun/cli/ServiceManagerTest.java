package dev.gatun.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.linux.Block;
import dev.gatun.linux.Fd;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.ProcessCalls;
import dev.gatun.linux.Socket;
import dev.gatun.linux.SocketCalls;
import dev.gatun.linux.Structs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code gatun-oci} as a service of a manager like systemd: sd_notify(3) and sd_listen_fds(3). */
@Tag("kernel")
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ServiceManagerTest {
    private static final int PATIENCE_MILLIS = 20_000;
    private static final int SHORT_MILLIS = 300;

    @TempDir
    static Path shared;

    @TempDir
    Path folder;

    private static Rootfs rootfs;
    private Gatun gatun;
    private Fd manager;

    @BeforeAll
    static void makeRootfs() {
        rootfs = Rootfs.in(shared);
    }

    @BeforeEach
    void begin() {
        gatun = new Gatun(folder);
        manager = listen(folder.resolve("manager").toString());
    }

    @AfterEach
    void end() {
        manager.close();
        gatun.close();
    }

    private static Fd socket() {
        return new Fd(
                Gatun.KERNEL,
                Gatun.KERNEL.call(SocketCalls.socket(Socket.AF_UNIX, Socket.SOCK_DGRAM | Socket.SOCK_CLOEXEC)),
                "socket");
    }

    private static Fd listen(String address) {
        Fd socket = socket();
        Gatun.KERNEL.call(SocketCalls.bind(socket, address));
        return socket;
    }

    private Gatun.Running startFor(String address, String... words) {
        var builder = gatun.builder(Gatun.commandLine(words));
        builder.environment().put("NOTIFY_SOCKET", address);
        return gatun.start(builder);
    }

    private Gatun.Running start(String... words) {
        return startFor(folder.resolve("manager").toString(), words);
    }

    /** As {@link #startFor}, where a container stays that keeps the standard streams. */
    private Gatun.Running startDetached(String address, String... words) {
        var builder = gatun.builder(Gatun.commandLine(words));
        builder.environment().put("NOTIFY_SOCKET", address);
        builder.redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(folder.resolve("errors").toFile());
        return gatun.start(builder);
    }

    private String bundle(String script) {
        return gatun.bundle(rootfs, "sh", "-c", script).toString();
    }

    /** Says something as the container would: its socket is a file of its state. */
    private void say(String id, String message) {
        Path path = gatun.stateOf(id).resolve("notify/notify.sock");
        Gatun.await("the container's socket", () -> Files.exists(path));
        try (Fd socket = socket()) {
            Gatun.await(
                    "somebody listens", () -> Gatun.KERNEL.attempt(SocketCalls.connect(socket, path.toString())) == 0);
            Gatun.KERNEL.call(FileCalls.write(socket, Block.content(message)));
        }
    }

    private boolean hears(int millis) {
        return Gatun.KERNEL.call(ProcessCalls.ppollReadable(manager, millis)) > 0;
    }

    private String hear() {
        assertThat(hears(PATIENCE_MILLIS)).as("a message").isTrue();
        var buffer = Block.buffer(4096, "&message");
        long length = Gatun.KERNEL.call(FileCalls.read(manager, buffer));
        return new String(buffer.getBytes(0, (int) length), StandardCharsets.UTF_8);
    }

    /** Takes the barrier, which the sender waits at until it is closed. */
    private Fd barrier() {
        assertThat(hears(PATIENCE_MILLIS)).as("a barrier").isTrue();
        var content = Block.buffer(64, "&message");
        var control = Block.buffer(Structs.CMSG_ONE_FD_SIZE, "&rights");
        long length = Gatun.KERNEL.call(
                SocketCalls.recvmsg(manager, SocketCalls.message(content, control), Socket.MSG_CMSG_CLOEXEC));
        assertThat(new String(content.getBytes(0, (int) length), StandardCharsets.UTF_8))
                .isEqualTo("BARRIER=1");
        return new Fd(Gatun.KERNEL, control.getInt32(Structs.CMSGHDR_SIZE), "barrier");
    }

    @Test
    void startWaitsForTheContainersWordAndPassesItOn() throws IOException {
        String bundle = bundle("echo $NOTIFY_SOCKET; ls /run/notify; exec sleep 1000");
        Path pidFile = gatun.path("pid");
        startDetached(
                        folder + "/manager",
                        "gatun-oci",
                        "create",
                        "--pid-file",
                        pidFile.toString(),
                        "--bundle",
                        bundle,
                        "one")
                .result();
        String pid = Files.readString(pidFile);
        var starting = start("gatun-oci", "start", "one");
        say("one", "STATUS=READY=1 soon");
        say("one", "READY=0");
        assertThat(hears(SHORT_MILLIS)).as("a message before it is ready").isFalse();
        say("one", "READY=1\nSTATUS=up");
        assertThat(List.of(hear(), hear())).containsExactly("READY=1\n", "MAINPID=" + pid + "\n");
        try (Fd _ = barrier()) {
            assertThat(Gatun.isAlive(starting.pid()))
                    .as("start waits at the barrier")
                    .isTrue();
        }
        starting.result().succeeded();
        gatun.run("gatun-oci", "delete", "--force", "one").succeeded();
        assertThat(gatun.stateOf("one")).doesNotExist();
    }

    @Test
    void aContainerThatEndsWithoutAWordKeepsNobodyWaiting() {
        startDetached(folder + "/manager", "gatun-oci", "create", "--bundle", bundle("exit 0"), "one")
                .result()
                .succeeded();
        start("gatun-oci", "start", "one").result().succeeded();
        assertThat(hears(0)).isFalse();
        gatun.run("gatun-oci", "delete", "one").succeeded();
    }

    @Test
    void aDetachedRunWaits() {
        var running = startDetached(
                folder + "/manager", "gatun-oci", "run", "--detach", "--bundle", bundle("exec sleep 1000"), "one");
        say("one", "READY=1");
        assertThat(hear()).isEqualTo("READY=1\n");
        assertThat(hear()).startsWith("MAINPID=");
        barrier().close();
        running.result().succeeded();
    }

    @Test
    void inTheForegroundTheWordPassesBesideTheRelay() {
        var running = start(
                        "gatun-oci",
                        "run",
                        "--bundle",
                        bundle("echo $NOTIFY_SOCKET; ls /run/notify; read line; echo got $line; exit 5"),
                        "one")
                .awaitOutput("/run/notify/notify.sock\nnotify.sock\n")
                .awaitRelay();
        say("one", "READY=1");
        assertThat(hear()).isEqualTo("READY=1\n");
        assertThat(hear()).isEqualTo("MAINPID=" + running.pid() + "\n");
        barrier().close();
        Gatun.Result result = running.type("on\n").result();
        assertThat(result.err()).isEmpty();
        assertThat(result.status()).isEqualTo(5);
        assertThat(result.out()).endsWith("got on\n");
        assertThat(gatun.stateOf("one")).doesNotExist();
    }

    @Test
    void anAbstractSocketIsReachedToo() {
        String name = "gatun-test-" + ProcessHandle.current().pid();
        manager.close();
        manager = listen("\0" + name);
        var running = startDetached("@" + name, "gatun-oci", "run", "-d", "--bundle", bundle("exec sleep 1000"), "one");
        say("one", "READY=1");
        assertThat(hear()).isEqualTo("READY=1\n");
        assertThat(hear()).startsWith("MAINPID=");
        barrier().close();
        running.result().succeeded();
    }

    @Test
    void aManagerThatIsGoneStopsNoContainer() {
        Gatun.Result result = startFor(folder + "/none", "gatun-oci", "run", "--bundle", bundle("echo runs"), "one")
                .result();
        assertThat(result.status()).isZero();
        assertThat(result.out()).isEqualTo("runs\n");
        assertThat(result.err()).contains("warning: NOTIFY_SOCKET: connect to " + folder + "/none: ENOENT");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void socketsThatWereHandedOverGoOn(boolean ours) throws IOException {
        Path file = Files.writeString(folder.resolve("handed"), "handed over\n");
        String bundle = bundle("echo $LISTEN_FDS $LISTEN_PID; cat <&3");
        var line = new ArrayList<String>(List.of(
                "sh",
                "-c",
                "exec 3<" + file + "; LISTEN_FDS=1 LISTEN_PID=" + (ours ? "$$" : "1") + " exec \"$@\"",
                "sh"));
        line.addAll(Gatun.commandLine("gatun-oci", "run", "--bundle", bundle, "one"));
        assertThat(gatun.runProcess(line).out()).isEqualTo(ours ? "1 1\nhanded over\n" : "\n");
    }
}
