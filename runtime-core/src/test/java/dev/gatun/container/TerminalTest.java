package dev.gatun.container;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.linux.Block;
import dev.gatun.linux.Fd;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.ProcessCalls;
import dev.gatun.linux.Signal;
import dev.gatun.linux.Socket;
import dev.gatun.linux.SocketCalls;
import dev.gatun.linux.Structs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The container's terminal. */
@Tag("kernel")
class TerminalTest {
    private static final int TIMEOUT_MILLIS = 10_000;

    private final TestBundle bundle = new TestBundle().set("process.terminal", "true");

    @AfterEach
    void clean() {
        bundle.close();
    }

    /** Runs a shell command whose output is the terminal's, and returns that. */
    private String run(String script) {
        bundle.args("/bin/sh", "-c", script);
        try (Fd terminal = bundle.start().terminal().orElseThrow()) {
            return readToEnd(terminal);
        }
    }

    private String readToEnd(Fd terminal) {
        var text = new StringBuilder();
        String part = readSome(terminal);
        while (!part.isEmpty()) {
            text.append(part);
            part = readSome(terminal);
        }
        bundle.end();
        return text.toString();
    }

    /** What the terminal shows next; empty at its end, when nobody has its other end open any longer. */
    private String readSome(Fd terminal) {
        assertThat(bundle.kernel.attempt(ProcessCalls.ppollReadable(terminal, TIMEOUT_MILLIS)))
                .isNotZero();
        var buffer = Block.buffer(4096, "&buffer");
        long length = bundle.kernel.attempt(FileCalls.read(terminal, buffer));
        return length <= 0 ? "" : new String(buffer.getBytes(0, (int) length), StandardCharsets.UTF_8);
    }

    private String readUntil(Fd terminal, String end) {
        var text = new StringBuilder();
        while (!text.toString().contains(end)) {
            String part = readSome(terminal);
            assertThat(part).as(text.toString()).isNotEmpty();
            text.append(part);
        }
        return text.toString();
    }

    private void write(Fd terminal, String text) {
        bundle.kernel.call(FileCalls.write(terminal, Block.content(text)));
    }

    @Test
    void theStandardDescriptorsAreTheTerminal() {
        assertThat(
                        run(
                                "tty; ls /proc/1/fd; readlink /proc/1/fd/0 /proc/1/fd/0; readlink /proc/1/fd/1; readlink /proc/1/fd/2"))
                .startsWith("/dev/pts/0\r\n")
                .endsWith("/dev/pts/0\r\n/dev/pts/0\r\n");
    }

    @Test
    void nothingButTheStandardDescriptorsIsInside() {
        assertThat(run("ls -1 /proc/1/fd; true").lines()).containsExactly("0", "1", "2");
    }

    @Test
    void theTerminalHasTheSizeThatIsConfigured() {
        bundle.set("process.consoleSize", "{height: 33, width: 111}");
        assertThat(run("stty size")).isEqualTo("33 111\r\n");
    }

    @Test
    void theTerminalIsTheControllingOne() {
        assertThat(run("echo hello >/dev/tty")).isEqualTo("hello\r\n");
    }

    @Test
    void theTerminalIsTheConsoleToo() {
        assertThat(run("stat -c %t:%T /dev/console; echo hello >/dev/console")).isEqualTo("88:0\r\nhello\r\n");
    }

    @Test
    void theTerminalBelongsToTheUser() {
        bundle.set("process.user.uid", "1000");
        assertThat(run("stat -c '%u %a' $(tty); cat /dev/null >$(tty) && echo writable"))
                .isEqualTo("1000 620\r\nwritable\r\n");
    }

    @Test
    void aConsoleThatTheImageHasAsALinkIsNotFollowed() {
        Path trap = bundle.file("out/trap", "trap", "rw-rw-rw-");
        bundle.link("dev/console", "/out/trap");
        bundle.set("mounts", """
                [{destination: '/proc', type: 'proc', source: 'proc'},
                 {destination: '/dev/pts', type: 'devpts', source: 'devpts', options: ['newinstance', 'ptmxmode=0666']}]""");
        bundle.args("/bin/sh", "-c", "echo hello >/dev/console");
        try (Fd terminal = bundle.start().terminal().orElseThrow()) {
            readToEnd(terminal);
        } catch (ContainerException refused) {
            assertThat(refused).hasMessageContaining("/dev/console");
        }
        assertThat(trap).hasContent("trap");
    }

    @Test
    void whatIsTypedReachesTheCommand() {
        bundle.args("/bin/sh", "-c", "echo ready; read line; echo \"got $line\"");
        try (Fd terminal = bundle.start().terminal().orElseThrow()) {
            readUntil(terminal, "ready\r\n");
            write(terminal, "something\n");
            assertThat(readToEnd(terminal)).isEqualTo("something\r\ngot something\r\n");
        }
    }

    @Test
    void controlCInterruptsTheCommand() {
        bundle.args("/bin/sh", "-c", "trap 'echo caught; exit 5' INT; echo ready; while true; do sleep 0.01; done");
        try (Fd terminal = bundle.start().terminal().orElseThrow()) {
            readUntil(terminal, "ready\r\n");
            write(terminal, "\003");
            assertThat(readUntil(terminal, "caught\r\n")).contains("caught");
            assertThat(bundle.end().status()).isEqualTo(5);
        }
    }

    @Test
    void theCommandIsHungUpWhenTheTerminalIsClosed() {
        bundle.args("/bin/sleep", "1000");
        bundle.start().terminal().orElseThrow().close();
        // the first process of a pid namespace gets signals that it handles only
        bundle.containers.kill(bundle.containerId(), Signal.SIGKILL);
        assertThat(bundle.end().status()).isEqualTo(137);
    }

    @Test
    void aCreatedContainerHasItsTerminalAlready() {
        bundle.args("/bin/sh", "-c", "stty size").set("process.consoleSize", "{height: 5, width: 6}");
        try (Fd terminal = bundle.create().terminal().orElseThrow()) {
            bundle.containers.start(bundle.containerId());
            assertThat(readToEnd(terminal)).isEqualTo("5 6\r\n");
        }
    }

    @Test
    void aTerminalInAUserNamespaceBelongsToItsUser() {
        bundle.userNamespace().set("process.user.uid", "1000");
        assertThat(run("stat -c %u $(tty); stat -c %t:%T /dev/console")).isEqualTo("1000\r\n88:0\r\n");
    }

    @Test
    void theConsoleSocketGetsOneDescriptorAndAName() throws IOException {
        Path path = bundle.folder.resolve("console");
        bundle.consoleSocket = Optional.of(path);
        bundle.args("/bin/sh", "-c", "echo hello");
        try (Fd listening = new Fd(
                bundle.kernel,
                bundle.kernel.call(SocketCalls.socket(Socket.AF_UNIX, Socket.SOCK_STREAM | Socket.SOCK_CLOEXEC)),
                "console_socket")) {
            bundle.kernel.call(SocketCalls.bind(listening, path.toString()));
            bundle.kernel.call(SocketCalls.listen(listening, 1));
            assertThat(bundle.start().terminal()).isEmpty();
            try (Fd line = new Fd(bundle.kernel, bundle.kernel.call(SocketCalls.accept4(listening)), "line")) {
                var name = Block.buffer(256, "name");
                // room for more than one, which must not come
                var control = Block.buffer(256, "rights");
                Block message = SocketCalls.message(name, control).output();
                long length = bundle.kernel.call(SocketCalls.recvmsg(line, message, Socket.MSG_CMSG_CLOEXEC));
                assertThat(new String(name.getBytes(0, (int) length), StandardCharsets.UTF_8))
                        .isEqualTo("/dev/ptmx");
                assertThat(message.getInt64(Structs.MSGHDR_CONTROLLEN)).isEqualTo(Structs.CMSG_ONE_FD_SIZE);
                assertThat(control.getInt64(Structs.CMSGHDR_LENGTH)).isEqualTo(Structs.CMSGHDR_SIZE + Integer.BYTES);
                try (Fd terminal = new Fd(bundle.kernel, control.getInt32(Structs.CMSGHDR_SIZE), "terminal")) {
                    assertThat(Files.readSymbolicLink(Path.of(terminal.path())).toString())
                            .endsWith("ptmx");
                    assertThat(bundle.kernel.call(SocketCalls.recvmsg(line, message, 0)))
                            .isZero();
                    assertThat(readToEnd(terminal)).isEqualTo("hello\r\n");
                }
            }
        }
    }
}
