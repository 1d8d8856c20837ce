package dev.gatun.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KernelTest {
    private final Kernel kernel = Kernel.load();

    @Test
    void aFailedCallIsToldWithItsArgumentsAndErrno() {
        Call call = FileCalls.openat(FileCalls.CURRENT_DIRECTORY, "/no/such\n", Fcntl.O_WRONLY | Fcntl.O_CREAT, 0644);
        assertThatThrownBy(() -> kernel.call(call))
                .isInstanceOfSatisfying(SyscallException.class, failed -> {
                    assertThat(failed.errno()).isEqualTo(2);
                    assertThat(failed.is(Errno.ENOENT)).isTrue();
                    assertThat(failed.is(Errno.EPERM)).isFalse();
                    assertThat(failed.call()).isEqualTo("openat(AT_FDCWD, \"/no/such\\n\", O_WRONLY|O_CREAT, 0644)");
                })
                .hasMessage(
                        "openat(AT_FDCWD, \"/no/such\\n\", O_WRONLY|O_CREAT, 0644): ENOENT (No such file or directory)");
    }

    @Test
    void anErrnoWithoutANameIsGivenAsANumber() {
        assertThat(Errno.describe(4000)).isEqualTo("errno 4000");
        assertThat(Errno.of(41)).isEmpty();
    }

    @Test
    void oneBlockHasOneAddressInACall() {
        // both halves of a descriptor pair in one word: the same block as input and as output would differ otherwise
        var ends = Block.buffer(8, "&ends");
        kernel.call(FileCalls.pipe2(ends, Fcntl.O_CLOEXEC));
        try (var read = new Fd(kernel, ends.getInt32(0), "read");
                var write = new Fd(kernel, ends.getInt32(4), "write")) {
            var content = Block.content("abc");
            var vector = new Block(2 * Structs.IOVEC_SIZE, "vector")
                    .field(Structs.IOVEC_BASE, content)
                    .int64(Structs.IOVEC_LENGTH, 3)
                    .field(Structs.IOVEC_SIZE + Structs.IOVEC_BASE, content)
                    .int64(Structs.IOVEC_SIZE + Structs.IOVEC_LENGTH, 2);
            kernel.call(Call.of(Syscall.WRITEV, write, vector, Word.of(2)));
            var buffer = Block.buffer(16, "&buffer");
            assertThat(kernel.call(FileCalls.read(read, buffer))).isEqualTo(5);
            assertThat(new String(buffer.getBytes(0, 5), StandardCharsets.UTF_8))
                    .isEqualTo("abcab");
        }
    }

    @Test
    void aDescriptorIsClosedOnce() {
        var first = new Fd(kernel, kernel.call(FileCalls.memfdCreate("first", Fcntl.MFD_CLOEXEC)), "first");
        first.close();
        // the lowest free number is given again: a second close of the first would close the second
        var second = new Fd(
                kernel, kernel.call(FileCalls.fcntl(Word.fd(0), Fcntl.F_DUPFD_CLOEXEC, first.number())), "second");
        first.close();
        assertThat(kernel.attempt(FileCalls.fcntl(second, Fcntl.F_GETFD, 0))).isEqualTo(Fcntl.FD_CLOEXEC);
        second.close();
        assertThat(kernel.attempt(FileCalls.fcntl(second, Fcntl.F_GETFD, 0))).isEqualTo(-Errno.EBADF.number());
    }

    @Test
    void closingIsNotRepeatedAfterASignal() {
        // the descriptor is free even then, and its number may be another's already
        long result = OwnThread.run("test", () -> {
            Seccomp.refuse(Syscall.CLOSE, Errno.EINTR.number()).forEach(kernel::call);
            return kernel.attempt(FileCalls.close(Word.fd(-1)));
        });
        assertThat(result).isEqualTo(-Errno.EINTR.number());
    }

    @Test
    void aPathIsPassedInUtf8(@TempDir Path folder) throws Exception {
        String path = folder.resolve("lock").toString() + "-ß-水-😀";
        kernel.call(FileCalls.mkdirat(FileCalls.CURRENT_DIRECTORY, path, 0700));
        assertThat(kernel.attempt(
                        FileCalls.openat(FileCalls.CURRENT_DIRECTORY, path, Fcntl.O_PATH | Fcntl.O_CLOEXEC, 0)))
                .satisfies(fd -> new Fd(kernel, fd, "folder").close())
                .isGreaterThan(2);
        kernel.call(FileCalls.unlinkat(FileCalls.CURRENT_DIRECTORY, path, Fcntl.AT_REMOVEDIR));
        try (var files = Files.list(folder)) {
            assertThat(files).isEmpty();
        }
    }

    @Test
    void aCallHasAtMostSixArguments() {
        assertThatThrownBy(() -> Call.of(
                        Syscall.GETPID, Word.NULL, Word.NULL, Word.NULL, Word.NULL, Word.NULL, Word.NULL, Word.NULL))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("getpid takes at most six arguments");
    }

    @Test
    void textsThatTheKernelWouldCutShortAreRefused() {
        assertThatThrownBy(() -> new Text("a\0b"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"a\\x00b\"");
        assertThatThrownBy(() -> SocketCalls.bind(Word.fd(-1), "x".repeat(108)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at most 107 bytes");
        assertThatThrownBy(() -> SocketCalls.interfaceFlags("a-name-of-16-bytes", Socket.IFF_UP))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at most 15 bytes");
    }

    @Test
    void textsAreQuotedAsInC() {
        assertThat(Text.quoted("a\"b\\c\n\t\r\u0001\u007fü")).isEqualTo("\"a\\\"b\\\\c\\n\\t\\r\\x01\\x7fü\"");
    }

    @Test
    void callsPrintTheirArgumentsAsStraceDoes() {
        var out = Block.buffer(8, "&ends");
        assertThat(List.of(
                                FileCalls.pipe2(out, 0),
                                FileCalls.dup3(Word.fd(3), 0, Fcntl.O_CLOEXEC),
                                FileCalls.mknodat(Word.fd(3), "null", Stat.S_IFCHR | 0666, Device.number(1, 3)),
                                FileCalls.openat2(Word.fd(3), "etc", Fcntl.O_PATH, 0, Fcntl.RESOLVE_IN_ROOT),
                                FileCalls.fchownat(Word.fd(3), "", -1, 5, Fcntl.AT_EMPTY_PATH),
                                ProcessCalls.clone3(Sched.CLONE_NEWNS | Sched.CLONE_NEWPID, Signal.SIGCHLD),
                                ProcessCalls.execve("/bin/sh", List.of("sh", "-c", "exit 1"), List.of("A=b")),
                                ProcessCalls.capset(Capability.CAP_KILL.bit(), 0, 0),
                                ProcessCalls.setRlimit(Rlimit.RLIMIT_CORE, 0, -1),
                                ProcessCalls.setgroups(List.of(0, -2)),
                                ProcessCalls.setresuid(1000),
                                ProcessCalls.setSignalMask(ProcessCalls.allSignals()),
                                SocketCalls.sendmsg(
                                        Word.fd(4),
                                        SocketCalls.message(Block.content("hi"), SocketCalls.rights(Word.fd(5)))),
                                FileCalls.ioctl(
                                        Word.fd(4),
                                        Socket.SIOCSIFFLAGS,
                                        SocketCalls.interfaceFlags("lo", Socket.IFF_UP)))
                        .stream()
                        .map(Call::toString))
                .containsExactly(
                        "pipe2(&ends, 0)",
                        "dup3(3, 0, O_CLOEXEC)",
                        "mknodat(3, \"null\", 020666, makedev(1, 3))",
                        "openat2(3, \"etc\", {flags=O_PATH, resolve=RESOLVE_IN_ROOT}, 24)",
                        "fchownat(3, \"\", -1, 5, AT_EMPTY_PATH)",
                        "clone3({flags=CLONE_NEWNS|CLONE_NEWPID, exit_signal=SIGCHLD}, 88)",
                        "execve(\"/bin/sh\", [\"sh\", \"-c\", \"exit 1\"], [/* 1 variables */])",
                        "capset({_LINUX_CAPABILITY_VERSION_3, 0}, {effective=CAP_KILL, permitted=0, inheritable=0})",
                        "prlimit64(0, RLIMIT_CORE, {rlim_cur=0, rlim_max=RLIM64_INFINITY}, NULL)",
                        "setgroups(2, [0, 4294967294])",
                        "setresuid(1000, 1000, 1000)",
                        "rt_sigprocmask(SIG_SETMASK, ~[], NULL, 8)",
                        "sendmsg(4, {msg_iov=[\"hi\"], msg_control=[{SCM_RIGHTS, [5]}]}, MSG_NOSIGNAL)",
                        "ioctl(4, SIOCSIFFLAGS, {ifr_name=\"lo\", ifr_flags=IFF_UP})");
    }

    @Test
    void openFlagsPrintTheirAccessMode() {
        assertThat(print(new OpenFlags(0))).isEqualTo("O_RDONLY");
        assertThat(print(new OpenFlags(Fcntl.O_DIRECTORY | Fcntl.O_CLOEXEC)))
                .isEqualTo("O_RDONLY|O_DIRECTORY|O_CLOEXEC");
        assertThat(print(new OpenFlags(Fcntl.O_RDWR))).isEqualTo("O_RDWR");
        assertThat(print(new OpenFlags(Fcntl.O_PATH | Fcntl.O_NOFOLLOW))).isEqualTo("O_NOFOLLOW|O_PATH");
    }

    private static String print(Arg arg) {
        var out = new StringBuilder();
        arg.print(out);
        return out.toString();
    }
}
