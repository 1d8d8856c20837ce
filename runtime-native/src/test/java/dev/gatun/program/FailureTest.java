package dev.gatun.program;

import static dev.gatun.linux.FileCalls.CURRENT_DIRECTORY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.linux.Block;
import dev.gatun.linux.Call;
import dev.gatun.linux.Capability;
import dev.gatun.linux.DirectBytes;
import dev.gatun.linux.Errno;
import dev.gatun.linux.Fcntl;
import dev.gatun.linux.Fd;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.Inotify;
import dev.gatun.linux.Kernel;
import dev.gatun.linux.Mount;
import dev.gatun.linux.MountCalls;
import dev.gatun.linux.OwnThread;
import dev.gatun.linux.Policy;
import dev.gatun.linux.PolicyCalls;
import dev.gatun.linux.Prctl;
import dev.gatun.linux.ProcessCalls;
import dev.gatun.linux.Rlimit;
import dev.gatun.linux.Sched;
import dev.gatun.linux.Seccomp;
import dev.gatun.linux.Signal;
import dev.gatun.linux.Socket;
import dev.gatun.linux.SocketCalls;
import dev.gatun.linux.Stat;
import dev.gatun.linux.Structs;
import dev.gatun.linux.Syscall;
import dev.gatun.linux.SyscallException;
import dev.gatun.linux.Text;
import dev.gatun.linux.Wait;
import dev.gatun.linux.Word;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every kind of op fails once, in a program and in this process, and whoever started it is told what failed and why. */
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FailureTest {
    private static final Word BAD = Word.fd(-1);
    private static final List<Call> NOTHING = List.of();
    private static final List<Call> NO_CAPABILITIES = List.of(ProcessCalls.capset(0, 0, 0));
    private static final String MISSING = "/no/such/path";

    @TempDir
    Path folder;

    /**
     * A call that fails.
     *
     * @param factory the method that made it
     * @param before calls that make it fail
     * @param call as it is expected to be printed
     */
    record Row(String factory, List<Call> before, Call call, String text, Errno errno) {
        @Override
        public String toString() {
            return factory + ": " + errno;
        }
    }

    /** Calls that fail for everybody. */
    static Stream<Row> unprivileged() {
        return Stream.of(files(), processes(), policies(), sockets()).flatMap(List::stream);
    }

    /** Calls that anybody but root fails at with EPERM, whatever else is wrong with them. */
    static Stream<Row> privileged() {
        return mounts().stream();
    }

    @ParameterizedTest
    @MethodSource("unprivileged")
    void aProgramTellsWhichOpFailed(Row row) {
        failInProgram(row);
    }

    @Tag("kernel")
    @ParameterizedTest
    @MethodSource("privileged")
    void aProgramOfRootTellsWhichOpFailed(Row row) {
        failInProgram(row);
    }

    @ParameterizedTest
    @MethodSource("unprivileged")
    void anExceptionTellsWhichCallFailed(Row row) {
        failInThisProcess(row);
    }

    @Tag("kernel")
    @ParameterizedTest
    @MethodSource("privileged")
    void anExceptionTellsRootWhichCallFailed(Row row) {
        failInThisProcess(row);
    }

    @Test
    void noFactoryIsForgotten() {
        List<String> failing =
                Stream.concat(unprivileged(), privileged()).map(Row::factory).toList();
        var factories = new ArrayList<String>();
        for (Class<?> type :
                List.of(FileCalls.class, MountCalls.class, PolicyCalls.class, ProcessCalls.class, SocketCalls.class)) {
            Arrays.stream(type.getDeclaredMethods())
                    .filter(method -> Modifier.isPublic(method.getModifiers()) && method.getReturnType() == Call.class)
                    // a program has no direct buffers; DirectBytesTest has these calls
                    .filter(method -> !List.of(method.getParameterTypes()).contains(DirectBytes.class))
                    .map(Method::getName)
                    .forEach(factories::add);
        }
        // overloads are there as often as they are declared
        assertThat(failing).containsExactlyInAnyOrderElementsOf(factories);
    }

    @Test
    void anyErrnoIsReported() {
        for (int errno : new int[] {1, 41, 62, 63, 64, 133, 134, 4095}) {
            Failure failure =
                    fail(Seccomp.refuse(Syscall.GETPPID, errno), Call.of(Syscall.GETPPID), "ask who started it");
            assertThat(failure).isEqualTo(new Failure("ask who started it", "getppid()", errno));
        }
    }

    private void failInProgram(Row row) {
        Failure failure = fail(row.before, row.call, "try to " + row.factory);
        assertThat(failure).isEqualTo(new Failure("try to " + row.factory, row.text, row.errno.number()));
        assertThat(failure.toString())
                .isEqualTo("try to " + row.factory + ": " + row.errno + " (" + row.errno.text() + ")");
        assertThat(failure.is(row.errno)).isTrue();
    }

    private Failure fail(List<Call> before, Call call, String purpose) {
        try (var programs = new Programs(folder);
                var running = programs.start((program, channel) -> {
                    for (Call first : before) {
                        program.call(first, "make the next op fail");
                    }
                    program.call(call, purpose);
                })) {
            // the first message is enough: a program that cannot exit reports that again and again
            return ((Channel.Failed) running.receive()).failure();
        }
    }

    private static void failInThisProcess(Row row) {
        Kernel kernel = Kernel.load();
        assertThatThrownBy(() -> OwnThread.run("test", () -> {
                    row.before.forEach(kernel::call);
                    return kernel.call(row.call);
                }))
                .isInstanceOfSatisfying(SyscallException.class, failed -> {
                    assertThat(failed.call()).isEqualTo(row.text);
                    assertThat(failed.errno()).isEqualTo(row.errno.number());
                })
                .hasMessage(row.text + ": " + row.errno + " (" + row.errno.text() + ")");
    }

    private static List<Row> files() {
        var buffer = Block.buffer(16, "&buffer");
        return List.of(
                row(
                        "openat",
                        FileCalls.openat(CURRENT_DIRECTORY, MISSING, Fcntl.O_RDONLY | Fcntl.O_DIRECTORY, 0),
                        "openat(AT_FDCWD, \"/no/such/path\", O_RDONLY|O_DIRECTORY, 0)",
                        Errno.ENOENT),
                row(
                        "openat2",
                        FileCalls.openat2(CURRENT_DIRECTORY, "/proc/self", Fcntl.O_PATH, 0, Fcntl.RESOLVE_NO_SYMLINKS),
                        "openat2(AT_FDCWD, \"/proc/self\", {flags=O_PATH, resolve=RESOLVE_NO_SYMLINKS}, 24)",
                        Errno.ELOOP),
                row("close", FileCalls.close(BAD), "close(-1)", Errno.EBADF),
                row(
                        "closeRange",
                        FileCalls.closeRange(5, 3, Fcntl.CLOSE_RANGE_CLOEXEC),
                        "close_range(5, 3, CLOSE_RANGE_CLOEXEC)",
                        Errno.EINVAL),
                row("dup3", FileCalls.dup3(Word.fd(0), 0, Fcntl.O_CLOEXEC), "dup3(0, 0, O_CLOEXEC)", Errno.EINVAL),
                row("fcntl", FileCalls.fcntl(BAD, Fcntl.F_GETFD, 0), "fcntl(-1, F_GETFD, 0)", Errno.EBADF),
                row("read", FileCalls.read(BAD, buffer), "read(-1, &buffer, 16)", Errno.EBADF),
                row("write", FileCalls.write(BAD, Block.content("x\n")), "write(-1, \"x\\n\", 2)", Errno.EBADF),
                row("lseek", FileCalls.lseek(BAD, 5, Fcntl.SEEK_DATA), "lseek(-1, 5, SEEK_DATA)", Errno.EBADF),
                row("ftruncate", FileCalls.ftruncate(BAD, 5), "ftruncate(-1, 5)", Errno.EBADF),
                row("fsync", FileCalls.fsync(BAD), "fsync(-1)", Errno.EBADF),
                row("syncfs", FileCalls.syncfs(BAD), "syncfs(-1)", Errno.EBADF),
                row("getdents64", FileCalls.getdents64(BAD, buffer), "getdents64(-1, &buffer, 16)", Errno.EBADF),
                row(
                        "linkat",
                        FileCalls.linkat(BAD, "a", BAD, "b", Fcntl.AT_SYMLINK_FOLLOW),
                        "linkat(-1, \"a\", -1, \"b\", AT_SYMLINK_FOLLOW)",
                        Errno.EBADF),
                row(
                        "renameat2",
                        FileCalls.renameat2(BAD, "a", BAD, "b", Fcntl.RENAME_NOREPLACE),
                        "renameat2(-1, \"a\", -1, \"b\", RENAME_NOREPLACE)",
                        Errno.EBADF),
                row(
                        "utimensat",
                        FileCalls.utimensat(CURRENT_DIRECTORY, MISSING, 1, 2, Fcntl.AT_SYMLINK_NOFOLLOW),
                        "utimensat(AT_FDCWD, \"/no/such/path\", [UTIME_OMIT, {1 s, 2 ns}], AT_SYMLINK_NOFOLLOW)",
                        Errno.ENOENT),
                row(
                        "futimens",
                        FileCalls.futimens(BAD, 1, 2),
                        "utimensat(-1, NULL, [UTIME_OMIT, {1 s, 2 ns}], 0)",
                        Errno.EBADF),
                row(
                        "setxattr",
                        FileCalls.setxattr(MISSING, "user.a", Block.content("v")),
                        "setxattr(\"/no/such/path\", \"user.a\", \"v\", 1, 0)",
                        Errno.ENOENT),
                row(
                        "getxattr",
                        FileCalls.getxattr(MISSING, "user.a", buffer),
                        "getxattr(\"/no/such/path\", \"user.a\", &buffer, 16)",
                        Errno.ENOENT),
                row(
                        "listxattr",
                        FileCalls.listxattr(MISSING, buffer),
                        "listxattr(\"/no/such/path\", &buffer, 16)",
                        Errno.ENOENT),
                row(
                        "mkdirat",
                        FileCalls.mkdirat(CURRENT_DIRECTORY, "/", 0755),
                        "mkdirat(AT_FDCWD, \"/\", 0755)",
                        Errno.EEXIST),
                row(
                        "mknodat",
                        FileCalls.mknodat(CURRENT_DIRECTORY, "/", Stat.S_IFIFO | 0600, 0),
                        "mknodat(AT_FDCWD, \"/\", 010600, makedev(0, 0))",
                        Errno.EEXIST),
                row(
                        "symlinkat",
                        FileCalls.symlinkat("target", CURRENT_DIRECTORY, "/"),
                        "symlinkat(\"target\", AT_FDCWD, \"/\")",
                        Errno.EEXIST),
                row(
                        "unlinkat",
                        FileCalls.unlinkat(CURRENT_DIRECTORY, MISSING, Fcntl.AT_REMOVEDIR),
                        "unlinkat(AT_FDCWD, \"/no/such/path\", AT_REMOVEDIR)",
                        Errno.ENOENT),
                row(
                        "fchownat",
                        FileCalls.fchownat(CURRENT_DIRECTORY, MISSING, 0, -1, Fcntl.AT_SYMLINK_NOFOLLOW),
                        "fchownat(AT_FDCWD, \"/no/such/path\", 0, -1, AT_SYMLINK_NOFOLLOW)",
                        Errno.ENOENT),
                row(
                        "fchmodat",
                        FileCalls.fchmodat(CURRENT_DIRECTORY, MISSING, 0700),
                        "fchmodat(AT_FDCWD, \"/no/such/path\", 0700)",
                        Errno.ENOENT),
                row("fchmod", FileCalls.fchmod(BAD, 0), "fchmod(-1, 0)", Errno.EBADF),
                row("fchdir", FileCalls.fchdir(BAD), "fchdir(-1)", Errno.EBADF),
                row("chdir", FileCalls.chdir("/dev/null"), "chdir(\"/dev/null\")", Errno.ENOTDIR),
                row("chroot", FileCalls.chroot("/dev/null"), "chroot(\"/dev/null\")", Errno.ENOTDIR),
                refused("umask", Syscall.UMASK, FileCalls.umask(022), "umask(022)", Errno.EPERM),
                row(
                        "flock",
                        FileCalls.flock(BAD, Fcntl.LOCK_EX | Fcntl.LOCK_NB),
                        "flock(-1, LOCK_EX|LOCK_NB)",
                        Errno.EBADF),
                row(
                        "statx",
                        FileCalls.statx(
                                CURRENT_DIRECTORY,
                                MISSING,
                                Fcntl.AT_SYMLINK_NOFOLLOW,
                                Block.buffer(Structs.STATX_SIZE, "&status")),
                        "statx(AT_FDCWD, \"/no/such/path\", AT_SYMLINK_NOFOLLOW, 0x7ff, &status)",
                        Errno.ENOENT),
                row(
                        "readlinkat",
                        FileCalls.readlinkat(CURRENT_DIRECTORY, "/", buffer),
                        "readlinkat(AT_FDCWD, \"/\", &buffer, 16)",
                        Errno.EINVAL),
                row(
                        "fstatfs",
                        FileCalls.fstatfs(BAD, Block.buffer(Structs.STATFS_SIZE, "&status")),
                        "fstatfs(-1, &status)",
                        Errno.EBADF),
                row(
                        "memfdCreate",
                        FileCalls.memfdCreate("image", Fcntl.MFD_CLOEXEC | 0x800),
                        "memfd_create(\"image\", MFD_CLOEXEC|0x800)",
                        Errno.EINVAL),
                row("sendfile", FileCalls.sendfile(BAD, BAD, 1), "sendfile(-1, -1, 0, 1)", Errno.EBADF),
                row("inotifyInit1", FileCalls.inotifyInit1(1), "inotify_init1(0x1)", Errno.EINVAL),
                row(
                        "inotifyAddWatch",
                        FileCalls.inotifyAddWatch(BAD, "/", Inotify.IN_MODIFY),
                        "inotify_add_watch(-1, \"/\", IN_MODIFY)",
                        Errno.EBADF),
                row("eventfd2", FileCalls.eventfd2(Fcntl.O_CREAT), "eventfd2(0, O_CREAT)", Errno.EINVAL),
                row("pipe2", FileCalls.pipe2(buffer, Fcntl.O_CREAT), "pipe2(&buffer, O_CREAT)", Errno.EINVAL),
                row(
                        "ioctl",
                        FileCalls.ioctl(BAD, dev.gatun.linux.Terminal.TIOCSCTTY, Word.of(0)),
                        "ioctl(-1, TIOCSCTTY, 0)",
                        Errno.EBADF));
    }

    private static List<Row> mounts() {
        return List.of(
                row(
                        "mount",
                        MountCalls.mount(
                                Optional.of("none"),
                                "/proc",
                                Optional.of("nosuchfs"),
                                Mount.MS_NOSUID | Mount.MS_NODEV,
                                Optional.of("mode=755")),
                        "mount(\"none\", \"/proc\", \"nosuchfs\", MS_NOSUID|MS_NODEV, \"mode=755\")",
                        Errno.ENODEV),
                row(
                        "propagation",
                        MountCalls.propagation("/proc/self/fd", Mount.MS_REC | Mount.MS_PRIVATE),
                        "mount(NULL, \"/proc/self/fd\", NULL, MS_REC|MS_PRIVATE, NULL)",
                        Errno.EINVAL),
                row(
                        "umount2",
                        MountCalls.umount2("/proc/self/fd", Mount.MNT_DETACH),
                        "umount2(\"/proc/self/fd\", MNT_DETACH)",
                        Errno.EINVAL),
                row(
                        "pivotRoot",
                        MountCalls.pivotRoot(MISSING, "."),
                        "pivot_root(\"/no/such/path\", \".\")",
                        Errno.ENOENT),
                row("fsopen", MountCalls.fsopen("nosuchfs"), "fsopen(\"nosuchfs\", FSOPEN_CLOEXEC)", Errno.ENODEV),
                row(
                        "fsconfigString",
                        MountCalls.fsconfigString(BAD, "mode", "755"),
                        "fsconfig(-1, FSCONFIG_SET_STRING, \"mode\", \"755\", 0)",
                        Errno.EINVAL),
                row(
                        "fsconfigFlag",
                        MountCalls.fsconfigFlag(Word.fd(999_999), "ro"),
                        "fsconfig(999999, FSCONFIG_SET_FLAG, \"ro\", NULL, 0)",
                        Errno.EBADF),
                row(
                        "fsconfigCreate",
                        MountCalls.fsconfigCreate(Word.fd(999_999)),
                        "fsconfig(999999, FSCONFIG_CMD_CREATE, NULL, NULL, 0)",
                        Errno.EBADF),
                row(
                        "fsmount",
                        MountCalls.fsmount(BAD, Mount.MOUNT_ATTR_NOEXEC),
                        "fsmount(-1, FSMOUNT_CLOEXEC, MOUNT_ATTR_NOEXEC)",
                        Errno.EBADF),
                row(
                        "openTree",
                        MountCalls.openTree(
                                CURRENT_DIRECTORY, MISSING, Mount.OPEN_TREE_CLONE | Mount.OPEN_TREE_CLOEXEC),
                        "open_tree(AT_FDCWD, \"/no/such/path\", OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC)",
                        Errno.ENOENT),
                row(
                        "moveMount",
                        MountCalls.moveMount(BAD, BAD),
                        "move_mount(-1, \"\", -1, \"\", MOVE_MOUNT_F_EMPTY_PATH|MOVE_MOUNT_T_EMPTY_PATH)",
                        Errno.EBADF),
                row(
                        "moveMount",
                        MountCalls.moveMount(BAD, CURRENT_DIRECTORY, "/", Mount.MOVE_MOUNT_F_EMPTY_PATH),
                        "move_mount(-1, \"\", AT_FDCWD, \"/\", MOVE_MOUNT_F_EMPTY_PATH)",
                        Errno.EBADF),
                row(
                        "mountSetattr",
                        MountCalls.mountSetattr(
                                BAD,
                                Fcntl.AT_EMPTY_PATH | Fcntl.AT_RECURSIVE,
                                Mount.MOUNT_ATTR_RDONLY,
                                Mount.MOUNT_ATTR_NOSUID,
                                Mount.MS_PRIVATE,
                                Optional.empty()),
                        "mount_setattr(-1, \"\", AT_EMPTY_PATH|AT_RECURSIVE,"
                                + " {attr_set=MOUNT_ATTR_RDONLY, attr_clr=MOUNT_ATTR_NOSUID, propagation=MS_PRIVATE}, 32)",
                        Errno.EBADF));
    }

    private static List<Row> processes() {
        var status = Block.buffer(Integer.BYTES, "&status");
        return List.of(
                row(
                        "clone3",
                        ProcessCalls.clone3(Sched.CLONE_NEWNS | Sched.CLONE_FS, Signal.SIGCHLD),
                        "clone3({flags=CLONE_FS|CLONE_NEWNS, exit_signal=SIGCHLD}, 88)",
                        Errno.EINVAL),
                row(
                        "clone3",
                        ProcessCalls.clone3(Sched.CLONE_NEWNS | Sched.CLONE_FS, 0, BAD),
                        "clone3({flags=CLONE_FS|CLONE_NEWNS|CLONE_INTO_CGROUP, cgroup=-1}, 88)",
                        Errno.EINVAL),
                row("unshare", ProcessCalls.unshare(Sched.CLONE_PARENT), "unshare(CLONE_PARENT)", Errno.EINVAL),
                row("setns", ProcessCalls.setns(BAD, Sched.CLONE_NEWNET), "setns(-1, CLONE_NEWNET)", Errno.EBADF),
                row(
                        "execve",
                        ProcessCalls.execve(MISSING, List.of("a", "b\"c"), List.of("A=1", "B=2")),
                        "execve(\"/no/such/path\", [\"a\", \"b\\\"c\"], [/* 2 variables */])",
                        Errno.ENOENT),
                row(
                        "execve",
                        ProcessCalls.execve(new Text("/dev/null"), List.of(), List.of()),
                        "execve(\"/dev/null\", [], [/* 0 variables */])",
                        Errno.EACCES),
                refused(
                        "signalfd",
                        Syscall.SIGNALFD4,
                        ProcessCalls.signalfd(ProcessCalls.onlySignal(Signal.SIGWINCH)),
                        "signalfd4(-1, SIGWINCH, 8, O_CLOEXEC)",
                        Errno.ENFILE),
                row(
                        "defaultSignal",
                        ProcessCalls.defaultSignal(Signal.SIGKILL),
                        "rt_sigaction(SIGKILL, {sa_handler=SIG_DFL}, NULL, 8)",
                        Errno.EINVAL),
                row(
                        "ppoll",
                        ProcessCalls.ppoll(new Block(8, "&polls"), 1, new Block(16, "{-1 s}").int64(0, -1)),
                        "ppoll(&polls, 1, {-1 s}, NULL, 8)",
                        Errno.EINVAL),
                refused(
                        "exitGroup",
                        Syscall.EXIT_GROUP,
                        ProcessCalls.exitGroup(Word.of(3)),
                        "exit_group(3)",
                        Errno.EAGAIN),
                row(
                        "prctl",
                        ProcessCalls.prctl(Prctl.PR_SET_PDEATHSIG, 100),
                        "prctl(PR_SET_PDEATHSIG, 100, 0, 0, 0)",
                        Errno.EINVAL),
                refused(
                        "setName",
                        Syscall.PRCTL,
                        ProcessCalls.setName("gatun"),
                        "prctl(PR_SET_NAME, \"gatun\")",
                        Errno.EFAULT),
                new Row(
                        "dropBounding",
                        Seccomp.refuse(Syscall.PRCTL, Errno.EPERM.number()),
                        ProcessCalls.dropBounding(Capability.CAP_SYS_ADMIN),
                        "prctl(PR_CAPBSET_DROP, CAP_SYS_ADMIN)",
                        Errno.EPERM),
                row(
                        "raiseAmbient",
                        ProcessCalls.raiseAmbient(Capability.CAP_NET_RAW),
                        "prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_RAW, 0, 0)",
                        Errno.EPERM),
                refused(
                        "clearAmbient",
                        Syscall.PRCTL,
                        ProcessCalls.clearAmbient(),
                        "prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)",
                        Errno.EINVAL),
                new Row(
                        "capset",
                        NO_CAPABILITIES,
                        ProcessCalls.capset(
                                Capability.CAP_KILL.bit(), Capability.CAP_KILL.bit() | Capability.CAP_BPF.bit(), 0),
                        "capset({_LINUX_CAPABILITY_VERSION_3, 0},"
                                + " {effective=CAP_KILL, permitted=CAP_KILL|CAP_BPF, inheritable=0})",
                        Errno.EPERM),
                new Row(
                        "setgroups",
                        NO_CAPABILITIES,
                        ProcessCalls.setgroups(List.of(5, 6)),
                        "setgroups(2, [5, 6])",
                        Errno.EPERM),
                new Row(
                        "setresuid",
                        NO_CAPABILITIES,
                        ProcessCalls.setresuid(4_000_000_000L),
                        "setresuid(4000000000, 4000000000, 4000000000)",
                        Errno.EPERM),
                new Row(
                        "setresgid",
                        NO_CAPABILITIES,
                        ProcessCalls.setresgid(12_345),
                        "setresgid(12345, 12345, 12345)",
                        Errno.EPERM),
                refused("setsid", Syscall.SETSID, ProcessCalls.setsid(), "setsid()", Errno.EPERM),
                row(
                        "setRlimit",
                        ProcessCalls.setRlimit(Rlimit.RLIMIT_NOFILE, 2, 1),
                        "prlimit64(0, RLIMIT_NOFILE, {rlim_cur=2, rlim_max=1}, NULL)",
                        Errno.EINVAL),
                new Row(
                        "sethostname",
                        NO_CAPABILITIES,
                        ProcessCalls.sethostname("box"),
                        "sethostname(\"box\", 3)",
                        Errno.EPERM),
                new Row(
                        "setdomainname",
                        NO_CAPABILITIES,
                        ProcessCalls.setdomainname("lan"),
                        "setdomainname(\"lan\", 3)",
                        Errno.EPERM),
                row(
                        "kill",
                        ProcessCalls.kill(Integer.MAX_VALUE, Signal.SIGTERM),
                        "kill(2147483647, SIGTERM)",
                        Errno.ESRCH),
                row("kill", ProcessCalls.kill(Word.of(1), Word.of(65)), "kill(1, 65)", Errno.EINVAL),
                row("pidfdOpen", ProcessCalls.pidfdOpen(0), "pidfd_open(0, 0)", Errno.EINVAL),
                row("pidfdOpen", ProcessCalls.pidfdOpen(Word.of(-1)), "pidfd_open(-1, 0)", Errno.EINVAL),
                row("pidfdGetfd", ProcessCalls.pidfdGetfd(BAD, 5), "pidfd_getfd(-1, 5, 0)", Errno.EBADF),
                row(
                        "pidfdSendSignal",
                        ProcessCalls.pidfdSendSignal(BAD, Signal.SIGKILL),
                        "pidfd_send_signal(-1, SIGKILL, NULL, 0)",
                        Errno.EBADF),
                row(
                        "ppollReadable",
                        ProcessCalls.ppollReadable(new Fd(Kernel.load(), 0, "channel"), -1),
                        "ppoll([{channel, POLLIN}], 1, {-1 ms}, NULL, 8)",
                        Errno.EINVAL),
                row(
                        "wait4",
                        ProcessCalls.wait4(Word.of(Integer.MAX_VALUE), status, Wait.WNOHANG),
                        "wait4(2147483647, &status, WNOHANG, NULL)",
                        Errno.ECHILD),
                refused(
                        "setSignalMask",
                        Syscall.RT_SIGPROCMASK,
                        ProcessCalls.setSignalMask(ProcessCalls.noSignals()),
                        "rt_sigprocmask(SIG_SETMASK, [], NULL, 8)",
                        Errno.EINVAL),
                refused(
                        "waitSignal",
                        Syscall.RT_SIGTIMEDWAIT,
                        ProcessCalls.waitSignal(ProcessCalls.allSignals()),
                        "rt_sigtimedwait(~[], NULL, NULL, 8)",
                        Errno.EAGAIN));
    }

    private static List<Row> policies() {
        return List.of(
                row(
                        "schedSetattr",
                        PolicyCalls.schedSetattr(Policy.SCHED_FIFO, Policy.SCHED_FLAG_RESET_ON_FORK, 0, 100, 1, 2, 3),
                        "sched_setattr(0, {policy=SCHED_FIFO, flags=SCHED_FLAG_RESET_ON_FORK, nice=0, priority=100,"
                                + " runtime=1, deadline=2, period=3}, 0)",
                        Errno.EINVAL),
                row(
                        "schedSetaffinity",
                        PolicyCalls.schedSetaffinity(new byte[8], "none"),
                        "sched_setaffinity(0, 8, none)",
                        Errno.EINVAL),
                row(
                        "ioprioSet",
                        PolicyCalls.ioprioSet(7, 0),
                        "ioprio_set(1, 0, IOPRIO_PRIO_VALUE(0x7, 0))",
                        Errno.EINVAL),
                row(
                        "setMempolicy",
                        PolicyCalls.setMempolicy(
                                Policy.MPOL_BIND | Policy.MPOL_F_STATIC_NODES, new byte[8], "no nodes"),
                        "set_mempolicy(MPOL_BIND|MPOL_F_STATIC_NODES, no nodes, 65)",
                        Errno.EINVAL),
                refused(
                        "personality",
                        Syscall.PERSONALITY,
                        PolicyCalls.personality(Policy.PER_LINUX32),
                        "personality(PER_LINUX32)",
                        Errno.EINVAL),
                refused(
                        "joinSessionKeyring",
                        Syscall.KEYCTL,
                        PolicyCalls.joinSessionKeyring("_ses.a"),
                        "keyctl(KEYCTL_JOIN_SESSION_KEYRING, \"_ses.a\")",
                        Errno.EDQUOT),
                refused(
                        "setKeyPermissions",
                        Syscall.KEYCTL,
                        PolicyCalls.setKeyPermissions(Word.of(1), 0x3f1b0000),
                        "keyctl(KEYCTL_SETPERM, 1, 0x3f1b0000)",
                        Errno.EACCES));
    }

    private static List<Row> sockets() {
        var message = SocketCalls.message(Block.content("m"), SocketCalls.rights(Word.fd(1)));
        String text = "{msg_iov=[\"m\"], msg_control=[{SCM_RIGHTS, [1]}]}";
        return List.of(
                row(
                        "socket",
                        SocketCalls.socket(99, Socket.SOCK_RAW | Socket.SOCK_CLOEXEC),
                        "socket(0x63, SOCK_RAW|SOCK_CLOEXEC, 0)",
                        Errno.EAFNOSUPPORT),
                row(
                        "socketpair",
                        SocketCalls.socketpair(Socket.AF_INET, Socket.SOCK_STREAM, Block.buffer(8, "&ends")),
                        "socketpair(AF_INET, SOCK_STREAM, 0, &ends)",
                        Errno.EOPNOTSUPP),
                row(
                        "bind",
                        SocketCalls.bind(BAD, "/run/socket"),
                        "bind(-1, {AF_UNIX, \"/run/socket\"}, 14)",
                        Errno.EBADF),
                row("connect", SocketCalls.connect(BAD, "s"), "connect(-1, {AF_UNIX, \"s\"}, 4)", Errno.EBADF),
                row("listen", SocketCalls.listen(BAD, 16), "listen(-1, 16)", Errno.EBADF),
                row("accept4", SocketCalls.accept4(BAD), "accept4(-1, NULL, NULL, SOCK_CLOEXEC)", Errno.EBADF),
                row("shutdown", SocketCalls.shutdown(BAD), "shutdown(-1, 2)", Errno.EBADF),
                row("shutdownWriting", SocketCalls.shutdownWriting(BAD), "shutdown(-1, 1)", Errno.EBADF),
                row(
                        "setsockopt",
                        SocketCalls.setsockopt(BAD, Socket.SOL_SOCKET, Socket.SO_PASSCRED, 1),
                        "setsockopt(-1, 1, 16, [1], 4)",
                        Errno.EBADF),
                row(
                        "recvmsg",
                        SocketCalls.recvmsg(BAD, message, Socket.MSG_DONTWAIT),
                        "recvmsg(-1, " + text + ", MSG_DONTWAIT)",
                        Errno.EBADF),
                row(
                        "sendmsg",
                        SocketCalls.sendmsg(BAD, message),
                        "sendmsg(-1, " + text + ", MSG_NOSIGNAL)",
                        Errno.EBADF));
    }

    private static Row row(String factory, Call call, String text, Errno errno) {
        return new Row(factory, NOTHING, call, text, errno);
    }

    /** For a call that the kernel would not refuse. */
    private static Row refused(String factory, Syscall syscall, Call call, String text, Errno errno) {
        return new Row(factory, Seccomp.refuse(syscall, errno.number()), call, text, errno);
    }
}
