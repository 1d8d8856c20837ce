package dev.gatun.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.container.SpecTemplate;
import dev.gatun.json.JsonValue;
import dev.gatun.linux.Block;
import dev.gatun.linux.Fd;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.Socket;
import dev.gatun.linux.SocketCalls;
import dev.gatun.linux.Structs;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code gatun-oci}, verb by verb, as engines call it. */
@Tag("kernel")
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OciLifecycleTest {
    @TempDir
    static Path shared;

    @TempDir
    Path folder;

    private static final int RUNNERS = 4;

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

    private Gatun.Result oci(String... words) {
        var all = new String[words.length + 1];
        all[0] = "gatun-oci";
        System.arraycopy(words, 0, all, 1, words.length);
        return gatun.run(all);
    }

    private String status(String id) {
        return oci("state", id).json().field("status").string();
    }

    @Test
    void aContainerIsCreatedStartedKilledAndDeleted() throws Exception {
        String bundle = gatun.bundle(
                        new SpecTemplate(List.of("sh", "-c", "echo started > /began; exec sleep 1000")).usual(), rootfs)
                .toString();
        Path pidFile = gatun.path("pid");
        Instant before = Instant.now();
        oci("create", "--bundle", bundle, "--pid-file", pidFile.toString(), "one")
                .succeeded();

        JsonValue state = oci("state", "one").json();
        String pid = Files.readString(pidFile);
        assertThat(pid).as("without a line's end").matches("[0-9]+");
        assertThat(state.fields().keySet())
                .containsExactly("ociVersion", "id", "pid", "status", "bundle", "rootfs", "created", "owner");
        assertThat(state.field("id").string()).isEqualTo("one");
        assertThat(state.field("status").string()).isEqualTo("created");
        assertThat(state.field("pid").int32()).isEqualTo(Integer.parseInt(pid));
        assertThat(state.field("bundle").string()).isEqualTo(bundle);
        assertThat(state.field("rootfs").string()).isEqualTo(rootfs.toString());
        assertThat(state.field("owner").string()).isEmpty();
        assertThat(Instant.parse(state.field("created").string())).isBetween(before, Instant.now());
        assertThat(rootfs.folder().resolve("began")).doesNotExist();

        assertThat(oci("create", "--bundle", bundle, "one").failedWith(1))
                .contains("container with given ID already exists");
        assertThat(status("one")).as("after an attempt to take its name").isEqualTo("created");

        oci("start", "one").succeeded();
        Gatun.await("the command", () -> Files.exists(rootfs.folder().resolve("began")));
        assertThat(status("one")).isEqualTo("running");
        assertThat(oci("start", "one").failedWith(1)).contains("cannot start an already running container");
        assertThat(oci("delete", "one").failedWith(1)).contains("not stopped: running");

        oci("kill", "one", "KILL").succeeded();
        Gatun.await("its end", () -> !Gatun.isAlive(Long.parseLong(pid)));
        state = oci("state", "one").json();
        assertThat(state.field("status").string()).isEqualTo("stopped");
        assertThat(state.field("pid").int32()).isZero();
        assertThat(oci("kill", "one", "9").failedWith(1)).contains("container not running");
        assertThat(oci("start", "one").failedWith(1)).contains("cannot start a container that has stopped");
        assertThat(oci("exec", "one", "true").failedWith(255)).contains("stopped container");

        oci("delete", "one").succeeded();
        assertThat(oci("state", "one").failedWith(1)).contains("container \"one\" does not exist");
        assertThat(gatun.stateOf("one")).doesNotExist();
    }

    @Test
    void verbsOnAnUnknownContainerSayThatItDoesNotExist() {
        for (String verb : List.of("state", "start", "kill", "delete")) {
            assertThat(oci(verb, "nobody").failedWith(1)).as(verb).contains("container \"nobody\" does not exist");
        }
        assertThat(oci("exec", "nobody", "true").failedWith(255)).contains("container \"nobody\" does not exist");
        assertThat(oci("delete", "--force", "nobody").succeeded().out()).isEmpty();
        assertThat(oci("state", "../one").failedWith(1)).contains("invalid container ID");
    }

    @Test
    void aCreatedContainerIsKilledByNameAndARunningOneDeletedByForce() throws Exception {
        String bundle = gatun.bundle(rootfs, "sleep", "1000").toString();
        oci("create", "-b", bundle, "two").succeeded();
        oci("delete", "two").succeeded();

        Path pidFile = gatun.path("pid");
        oci("run", "--detach", "--pid-file", pidFile.toString(), "-b", bundle, "two")
                .succeeded();
        assertThat(status("two")).isEqualTo("running");
        oci("delete", "--force", "two").succeeded();
        assertThat(Gatun.isAlive(Long.parseLong(Files.readString(pidFile)))).isFalse();
        assertThat(gatun.containers()).isEmpty();
    }

    /** Runs a command several times at once; all but one fail with {@code loss}. */
    private void race(String loss, String... words) throws InterruptedException {
        List<Gatun.Result> results;
        try (var runners = Executors.newCachedThreadPool()) {
            results = runners.invokeAll(Collections.<Callable<Gatun.Result>>nCopies(RUNNERS, () -> oci(words))).stream()
                    .map(Future::resultNow)
                    .toList();
        }
        assertThat(results).filteredOn(result -> result.status() == 0).hasSize(1);
        assertThat(results)
                .filteredOn(result -> result.status() != 0)
                .allSatisfy(result -> assertThat(result.failedWith(1)).contains(loss));
    }

    @Test
    void ofSeveralCommandsAtOnceOneIsFirst() throws InterruptedException {
        String bundle = gatun.bundle(rootfs, "sleep", "1000").toString();
        race("container with given ID already exists", "create", "-b", bundle, "two");
        race("cannot start an already running container", "start", "two");
        oci("kill", "two", "KILL").succeeded();
        Gatun.await("its end", () -> status("two").equals("stopped"));
        race("container \"two\" does not exist", "delete", "two");
        assertThat(gatun.containers()).isEmpty();
    }

    @Test
    void containersAreListedAsATableAsJsonAndByName() {
        assertThat(oci("list").succeeded().out()).matches("ID +PID +STATUS +BUNDLE +CREATED +OWNER\n");
        assertThat(oci("list", "--format", "json").json().elements()).isEmpty();
        assertThat(oci("list", "-q").succeeded().out()).isEmpty();

        String bundle = gatun.bundle(rootfs, "true").toString();
        oci("create", "-b", bundle, "b").succeeded();
        String second = gatun.bundle(rootfs, "true").toString();
        oci("create", "-b", second, "a-rather-long-name").succeeded();
        String[] lines = oci("list").succeeded().out().split("\n");
        assertThat(lines).hasSize(3);
        assertThat(lines[1]).matches("a-rather-long-name +[0-9]+ +created +\\S+ +\\S+Z +root");
        assertThat(lines[2].indexOf("created")).isEqualTo(lines[0].indexOf("STATUS"));
        assertThat(oci("list", "--quiet").succeeded().out()).isEqualTo("a-rather-long-name\nb\n");
        List<JsonValue> json = oci("list", "--format=json").json().elements();
        assertThat(json.stream().map(container -> container.field("id").string()))
                .containsExactly("a-rather-long-name", "b");
        assertThat(json.getFirst().field("bundle").string()).isEqualTo(second);
        assertThat(oci("list", "-f", "yaml").failedWith(1)).contains("yaml");
    }

    @Test
    void whatCannotBeExecutedIsAnErrorOfCreate() {
        String bundle = gatun.bundle(rootfs, "no-such-command").toString();
        assertThat(oci("create", "-b", bundle, "three").failedWith(1))
                .contains("exec: \"no-such-command\": executable file not found in $PATH");
        assertThat(oci("run", "-b", bundle, "three").failedWith(1)).contains("executable file not found in $PATH");
        String absolute = gatun.bundle(rootfs, "/bin/nothing").toString();
        assertThat(oci("create", "-b", absolute, "three").failedWith(1)).contains("No such file or directory");
        assertThat(gatun.containers()).isEmpty();
        assertThat(gatun.stateOf("three")).doesNotExist();
    }

    @Test
    void aTerminalIsSentToTheConsoleSocketAsOneDescriptor() throws Exception {
        Path socket = gatun.path("console.sock");
        String bundle = gatun.bundle(
                        new SpecTemplate(List.of("sh", "-c", "tty; stty size; read line; echo got $line"))
                                .usual()
                                .terminal(Optional.empty()),
                        rootfs)
                .toString();
        assertThat(oci("create", "-b", bundle, "tty").failedWith(1)).contains("--console-socket");
        assertThat(oci("run", "-b", bundle, "--console-socket", socket.toString(), "tty")
                        .failedWith(1))
                .contains("--detach");
        assertThat(oci("create", "-b", bundle, "--console-socket", socket.toString(), "tty")
                        .failedWith(1))
                .contains(socket.toString(), "No such file or directory");
        try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            oci("create", "-b", bundle, "--console-socket", socket.toString(), "tty")
                    .succeeded();
            assertThat(gatun.stateOf("tty")).isDirectory();
        }
        String none = gatun.bundle(rootfs, "true").toString();
        assertThat(oci("create", "-b", none, "--console-socket", socket.toString(), "none")
                        .failedWith(1))
                .contains("process.terminal is false");
    }

    @Test
    void theDescriptorInTheConsoleSocketIsTheContainersTerminal() throws Exception {
        Path path = gatun.path("console.sock");
        String bundle = gatun.bundle(
                        new SpecTemplate(List.of("sh", "-c", "tty; read line; echo got $line"))
                                .usual()
                                .terminal(Optional.empty()),
                        rootfs)
                .toString();
        try (var server = new Fd(
                Gatun.KERNEL,
                Gatun.KERNEL.call(SocketCalls.socket(Socket.AF_UNIX, Socket.SOCK_STREAM | Socket.SOCK_CLOEXEC)),
                "server")) {
            Gatun.KERNEL.call(SocketCalls.bind(server, path.toString()));
            Gatun.KERNEL.call(SocketCalls.listen(server, 1));
            oci("run", "-d", "-b", bundle, "--console-socket", path.toString(), "tty")
                    .succeeded();
            try (var line = new Fd(Gatun.KERNEL, Gatun.KERNEL.call(SocketCalls.accept4(server)), "line");
                    Fd terminal = receive(line)) {
                assertThat(read(terminal, 12)).isEqualTo("/dev/pts/0\r\n");
                Gatun.KERNEL.call(FileCalls.write(terminal, Block.content("hello\n")));
                assertThat(read(terminal, 18)).isEqualTo("hello\r\ngot hello\r\n");
                assertThat(Gatun.KERNEL.call(FileCalls.read(line, Block.buffer(16, "&more"))))
                        .as("more messages")
                        .isZero();
            }
        }
    }

    private static Fd receive(Fd line) {
        var content = Block.buffer(4096, "&name");
        var control = Block.buffer(256, "&rights");
        Block message = SocketCalls.message(content, control).output();
        assertThat(Gatun.KERNEL.call(SocketCalls.recvmsg(line, message, Socket.MSG_CMSG_CLOEXEC)))
                .as("the length of the name")
                .isPositive();
        assertThat(control.getInt64(Structs.CMSGHDR_LENGTH))
                .as("one descriptor")
                .isEqualTo(Structs.CMSGHDR_SIZE + Integer.BYTES);
        assertThat(message.getInt64(Structs.MSGHDR_CONTROLLEN)).isEqualTo(Structs.CMSG_ONE_FD_SIZE);
        return new Fd(Gatun.KERNEL, control.getInt32(Structs.CMSGHDR_SIZE), "terminal");
    }

    private static String read(Fd terminal, int length) {
        var text = new StringBuilder();
        while (text.length() < length) {
            var buffer = Block.buffer(length - text.length(), "&shown");
            int read = (int) Gatun.KERNEL.call(FileCalls.read(terminal, buffer));
            text.append(new String(buffer.getBytes(0, read), StandardCharsets.UTF_8));
        }
        return text.toString();
    }
}
