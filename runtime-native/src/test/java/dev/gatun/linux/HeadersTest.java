package dev.gatun.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Compares every constant and structure with the C headers of both architectures: the compiler is the judge. */
class HeadersTest {
    /** Newer than the headers that may be installed: reported where they are missing. Macros only, for #ifdef. */
    private static final Set<String> MAY_BE_MISSING = Set.of("MFD_EXEC", "MPOL_WEIGHTED_INTERLEAVE");

    /** The headers that declare the constants of each class. */
    private static final Map<Class<?>, List<String>> HEADERS = headers();

    /** In C library headers alone, which cannot be included together with the kernel's. */
    private static final Set<String> UMOUNT_FLAGS = Set.of("MNT_FORCE", "MNT_DETACH", "UMOUNT_NOFOLLOW");

    /** The C library has another structure of that name. */
    private static final String KERNEL_SIGACTION = "sizeof(struct sigaction)";

    private static final Map<String, String> STRUCTS = structs();

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource
    void constantsAreThoseOfTheHeaders(Arch arch) throws Exception {
        for (var entry : HEADERS.entrySet()) {
            var expected = new TreeMap<String, Long>();
            for (Field field : constants(entry.getKey())) {
                if (!UMOUNT_FLAGS.contains(field.getName())) {
                    long value = field.getLong(null);
                    boolean open = field.getName().startsWith("O_");
                    expected.put(field.getName(), open ? new OpenFlags(value).on(arch) : value);
                }
            }
            check(arch, entry.getKey().getSimpleName(), entry.getValue(), expected);
        }
    }

    @ParameterizedTest
    @EnumSource
    void umountFlagsAreThoseOfTheCLibrary(Arch arch) throws Exception {
        var expected = new TreeMap<String, Long>();
        for (String name : UMOUNT_FLAGS) {
            expected.put(name, Mount.class.getField(name).getLong(null));
        }
        check(arch, "umount", List.of("sys/mount.h"), expected);
    }

    @Test
    void everyClassOfConstantsIsCompared() throws Exception {
        // Structs and Capability's like have tests of their own; what else is only constants must be in the table
        try (var files = Files.list(
                Path.of(Fcntl.class.getResource("Fcntl.class").toURI()).getParent())) {
            for (Path file : files.filter(f -> !f.toString().contains("$")).toList()) {
                String name = file.getFileName().toString().replace(".class", "");
                if (name.endsWith("Test") || name.equals("package-info")) {
                    continue;
                }
                Class<?> type = Class.forName("dev.gatun.linux." + name);
                boolean constants = !constants(type).isEmpty() && type.getDeclaredMethods().length == 0;
                if (constants && type != Structs.class) {
                    assertThat(HEADERS.containsKey(type))
                            .as("the headers that declare " + name)
                            .isTrue();
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void systemCallNumbersAreThoseOfTheHeaders(Arch arch) throws Exception {
        var expected = new TreeMap<String, Long>();
        for (Syscall syscall : Syscall.values()) {
            expected.put("__NR_" + syscall, (long) syscall.number(arch));
        }
        check(arch, "syscalls", List.of("asm/unistd.h"), expected);
    }

    @ParameterizedTest
    @EnumSource
    void capabilitiesLimitsAndErrorsAreThoseOfTheHeaders(Arch arch) throws Exception {
        var expected = new TreeMap<String, Long>();
        for (Capability capability : Capability.values()) {
            expected.put(capability.name(), (long) capability.number());
        }
        expected.put("CAP_LAST_CAP", Capability.values().length - 1L);
        for (Rlimit limit : Rlimit.values()) {
            expected.put(limit.name(), (long) limit.number());
        }
        expected.put("RLIM_NLIMITS", (long) Rlimit.values().length);
        for (Errno errno : Errno.values()) {
            expected.put(errno.name(), (long) errno.number());
        }
        check(arch, "numbers", List.of("linux/capability.h", "sys/resource.h", "errno.h"), expected);
    }

    @ParameterizedTest
    @EnumSource
    void structuresAreThoseOfTheHeaders(Arch arch) throws Exception {
        var expected = new LinkedHashMap<String, Long>();
        for (Field field : constants(Structs.class)) {
            assertThat(STRUCTS.containsKey(field.getName()))
                    .as("a C expression for " + field.getName())
                    .isTrue();
            expected.put(STRUCTS.get(field.getName()), field.getLong(null));
        }
        assertThat(STRUCTS).hasSameSizeAs(constants(Structs.class));
        List<String> headers = List.of(
                "stddef.h",
                "sys/types.h",
                "sys/uio.h",
                "sys/socket.h",
                "sys/un.h",
                "net/if.h",
                "linux/netlink.h",
                "linux/rtnetlink.h",
                "linux/if_addr.h",
                "sys/resource.h",
                "signal.h",
                "spawn.h",
                "poll.h",
                "linux/signalfd.h",
                "linux/openat2.h",
                "linux/sched.h",
                "linux/mount.h",
                "linux/capability.h",
                "linux/stat.h",
                "linux/time_types.h",
                "linux/bpf.h",
                "asm/statfs.h",
                "asm/termbits.h",
                "asm/termios.h",
                "dirent.h");
        long sigaction = Objects.requireNonNull(expected.remove(KERNEL_SIGACTION));
        // linux/sched/types.h and the C library's sched.h declare the same names
        var scheduler = new LinkedHashMap<String, Long>();
        expected.entrySet().removeIf(entry -> {
            boolean attr = entry.getKey().contains("struct sched_attr");
            if (attr) {
                scheduler.put(entry.getKey(), entry.getValue());
            }
            return attr;
        });
        check(arch, "structs", headers, expected);
        check(arch, "sched_attr", List.of("stddef.h", "linux/sched/types.h"), scheduler);
        check(arch, "sigaction", List.of("stddef.h", "asm/signal.h"), Map.of(KERNEL_SIGACTION, sigaction));
    }

    @Test
    void aWrongConstantIsFound() throws Exception {
        String errors = compile(Arch.current(), "wrong", List.of("errno.h"), Map.of("EPERM", 2L));
        assertThat(errors).contains("static assertion failed: \"EPERM is not 2\"");
    }

    @Test
    void errorTextsAreThoseOfStrerror() throws Exception {
        var program = new StringBuilder("#include <stdio.h>\n#include <string.h>\nint main(void) {\n");
        var expected = new StringBuilder();
        for (Errno errno : Errno.values()) {
            program.append("puts(strerror(").append(errno.number()).append("));\n");
            expected.append(errno.text()).append('\n');
        }
        Path source = Files.writeString(folder.resolve("strerror.c"), program.append("}\n"));
        Path binary = folder.resolve("strerror");
        assertThat(Command.run("gcc", "-o", binary.toString(), source.toString())
                        .exitCode())
                .isZero();
        assertThat(Command.run(binary.toString()).output()).isEqualTo(expected.toString());
    }

    private void check(Arch arch, String name, List<String> headers, Map<String, Long> expected) throws IOException {
        String messages = compile(arch, name, headers, expected);
        messages.lines()
                .filter(line -> line.contains("note: "))
                .forEach(line -> System.out.println(arch.machine() + ": " + line.substring(line.indexOf("note: "))));
        assertThat(messages.lines().filter(line -> line.contains("error")))
                .as(name + " for " + arch)
                .isEmpty();
    }

    private String compile(Arch arch, String name, List<String> headers, Map<String, Long> expected)
            throws IOException {
        var source = new StringBuilder("#define _GNU_SOURCE\n");
        for (String header : headers) {
            source.append("#include <").append(header).append(">\n");
        }
        expected.forEach((expression, value) -> {
            String assertion = "_Static_assert((long long)(" + expression + ") == " + value + "LL, \"" + expression
                    + " is not " + value + "\");\n";
            if (MAY_BE_MISSING.contains(expression)) {
                source.append("#ifdef ").append(expression).append('\n').append(assertion);
                source.append("#else\n#pragma message \"not in these headers: ");
                source.append(expression).append("\"\n#endif\n");
            } else {
                source.append(assertion);
            }
        });
        Path file = Files.writeString(folder.resolve(name + "-" + arch + ".c"), source);
        return Command.run(Command.tool(arch, "gcc"), "-fsyntax-only", "-fmax-errors=0", file.toString())
                .errors();
    }

    private static List<Field> constants(Class<?> type) {
        return Arrays.stream(type.getDeclaredFields())
                .filter(field -> Modifier.isPublic(field.getModifiers()) && Modifier.isStatic(field.getModifiers()))
                .filter(field -> field.getType() == int.class || field.getType() == long.class)
                .toList();
    }

    private static Map<Class<?>, List<String>> headers() {
        var headers = new LinkedHashMap<Class<?>, List<String>>();
        headers.put(
                Fcntl.class,
                List.of(
                        "stdio.h",
                        "unistd.h",
                        "fcntl.h",
                        "sys/file.h",
                        "linux/openat2.h",
                        "linux/close_range.h",
                        "linux/memfd.h"));
        headers.put(Stat.class, List.of("sys/stat.h", "linux/stat.h"));
        headers.put(Mount.class, List.of("fcntl.h", "linux/mount.h"));
        headers.put(Sched.class, List.of("linux/sched.h"));
        headers.put(Prctl.class, List.of("linux/prctl.h", "linux/capability.h"));
        headers.put(Socket.class, List.of("sys/socket.h", "linux/sockios.h", "net/if.h"));
        headers.put(Terminal.class, List.of("asm/termbits.h", "asm/ioctls.h"));
        headers.put(Wait.class, List.of("sys/wait.h", "signal.h"));
        headers.put(Signal.class, List.of("signal.h"));
        headers.put(
                Policy.class,
                List.of(
                        "linux/sched.h",
                        "linux/ioprio.h",
                        "linux/mempolicy.h",
                        "linux/personality.h",
                        "linux/keyctl.h"));
        headers.put(Magic.class, List.of("linux/magic.h"));
        headers.put(
                Rtnetlink.class, List.of("sys/socket.h", "linux/netlink.h", "linux/rtnetlink.h", "linux/if_link.h"));
        headers.put(Namespacefs.class, List.of("linux/nsfs.h"));
        headers.put(Bpf.class, List.of("linux/bpf.h"));
        headers.put(Inotify.class, List.of("sys/inotify.h"));
        return headers;
    }

    private static Map<String, String> structs() {
        var structs = new LinkedHashMap<String, String>();
        structs.put("OPEN_HOW_SIZE", "sizeof(struct open_how)");
        structs.put("OPEN_HOW_FLAGS", "offsetof(struct open_how, flags)");
        structs.put("OPEN_HOW_MODE", "offsetof(struct open_how, mode)");
        structs.put("OPEN_HOW_RESOLVE", "offsetof(struct open_how, resolve)");
        structs.put("CLONE_ARGS_SIZE", "sizeof(struct clone_args)");
        structs.put("CLONE_ARGS_FLAGS", "offsetof(struct clone_args, flags)");
        structs.put("CLONE_ARGS_EXIT_SIGNAL", "offsetof(struct clone_args, exit_signal)");
        structs.put("CLONE_ARGS_CGROUP", "offsetof(struct clone_args, cgroup)");
        structs.put("MOUNT_ATTR_SIZE", "sizeof(struct mount_attr)");
        structs.put("MOUNT_ATTR_SET", "offsetof(struct mount_attr, attr_set)");
        structs.put("MOUNT_ATTR_CLR", "offsetof(struct mount_attr, attr_clr)");
        structs.put("MOUNT_ATTR_PROPAGATION", "offsetof(struct mount_attr, propagation)");
        structs.put("MOUNT_ATTR_USERNS_FD", "offsetof(struct mount_attr, userns_fd)");
        structs.put("BPF_LOAD_SIZE", "offsetof(union bpf_attr, log_buf) + 8");
        structs.put("BPF_LOAD_TYPE", "offsetof(union bpf_attr, prog_type)");
        structs.put("BPF_LOAD_COUNT", "offsetof(union bpf_attr, insn_cnt)");
        structs.put("BPF_LOAD_INSTRUCTIONS", "offsetof(union bpf_attr, insns)");
        structs.put("BPF_LOAD_LICENSE", "offsetof(union bpf_attr, license)");
        structs.put("BPF_LOAD_LOG_LEVEL", "offsetof(union bpf_attr, log_level)");
        structs.put("BPF_LOAD_LOG_SIZE", "offsetof(union bpf_attr, log_size)");
        structs.put("BPF_LOAD_LOG", "offsetof(union bpf_attr, log_buf)");
        structs.put("BPF_ATTACH_SIZE", "offsetof(union bpf_attr, replace_bpf_fd) + 4");
        structs.put("BPF_ATTACH_TARGET", "offsetof(union bpf_attr, target_fd)");
        structs.put("BPF_ATTACH_PROGRAM", "offsetof(union bpf_attr, attach_bpf_fd)");
        structs.put("BPF_ATTACH_TYPE", "offsetof(union bpf_attr, attach_type)");
        structs.put("BPF_ATTACH_FLAGS", "offsetof(union bpf_attr, attach_flags)");
        structs.put("BPF_ATTACH_REPLACED", "offsetof(union bpf_attr, replace_bpf_fd)");
        // prog_attach_flags, link_ids, link_attach_flags and revision are behind what old headers have
        structs.put("BPF_QUERY_SIZE", "offsetof(union bpf_attr, query.prog_cnt) + 40");
        structs.put("BPF_QUERY_TARGET", "offsetof(union bpf_attr, query.target_fd)");
        structs.put("BPF_QUERY_TYPE", "offsetof(union bpf_attr, query.attach_type)");
        structs.put("BPF_QUERY_IDS", "offsetof(union bpf_attr, query.prog_ids)");
        structs.put("BPF_QUERY_COUNT", "offsetof(union bpf_attr, query.prog_cnt)");
        structs.put("IOVEC_SIZE", "sizeof(struct iovec)");
        structs.put("IOVEC_BASE", "offsetof(struct iovec, iov_base)");
        structs.put("IOVEC_LENGTH", "offsetof(struct iovec, iov_len)");
        structs.put("MSGHDR_SIZE", "sizeof(struct msghdr)");
        structs.put("MSGHDR_IOV", "offsetof(struct msghdr, msg_iov)");
        structs.put("MSGHDR_IOVLEN", "offsetof(struct msghdr, msg_iovlen)");
        structs.put("MSGHDR_CONTROL", "offsetof(struct msghdr, msg_control)");
        structs.put("MSGHDR_CONTROLLEN", "offsetof(struct msghdr, msg_controllen)");
        structs.put("MSGHDR_FLAGS", "offsetof(struct msghdr, msg_flags)");
        structs.put("CMSGHDR_SIZE", "sizeof(struct cmsghdr)");
        structs.put("CMSGHDR_LENGTH", "offsetof(struct cmsghdr, cmsg_len)");
        structs.put("CMSGHDR_LEVEL", "offsetof(struct cmsghdr, cmsg_level)");
        structs.put("CMSGHDR_TYPE", "offsetof(struct cmsghdr, cmsg_type)");
        structs.put("CMSG_ONE_FD_SIZE", "CMSG_SPACE(sizeof(int))");
        structs.put("SOCKADDR_UN_PATH", "offsetof(struct sockaddr_un, sun_path)");
        structs.put("SOCKADDR_UN_PATH_SIZE", "sizeof(((struct sockaddr_un *) 0)->sun_path)");
        structs.put("IFREQ_SIZE", "sizeof(struct ifreq)");
        structs.put("IFREQ_FLAGS", "offsetof(struct ifreq, ifr_flags)");
        structs.put("NLMSGHDR_SIZE", "sizeof(struct nlmsghdr)");
        structs.put("NLMSGHDR_LENGTH", "offsetof(struct nlmsghdr, nlmsg_len)");
        structs.put("NLMSGHDR_TYPE", "offsetof(struct nlmsghdr, nlmsg_type)");
        structs.put("NLMSGHDR_FLAGS", "offsetof(struct nlmsghdr, nlmsg_flags)");
        structs.put("NLMSGHDR_SEQUENCE", "offsetof(struct nlmsghdr, nlmsg_seq)");
        structs.put("NLMSGERR_SIZE", "sizeof(struct nlmsgerr)");
        structs.put("NLATTR_SIZE", "sizeof(struct nlattr)");
        structs.put("IFINFOMSG_SIZE", "sizeof(struct ifinfomsg)");
        structs.put("IFINFOMSG_INDEX", "offsetof(struct ifinfomsg, ifi_index)");
        structs.put("IFINFOMSG_FLAGS", "offsetof(struct ifinfomsg, ifi_flags)");
        structs.put("IFINFOMSG_CHANGE", "offsetof(struct ifinfomsg, ifi_change)");
        structs.put("IFADDRMSG_SIZE", "sizeof(struct ifaddrmsg)");
        structs.put("IFADDRMSG_PREFIX_LENGTH", "offsetof(struct ifaddrmsg, ifa_prefixlen)");
        structs.put("IFADDRMSG_FLAGS", "offsetof(struct ifaddrmsg, ifa_flags)");
        structs.put("IFADDRMSG_SCOPE", "offsetof(struct ifaddrmsg, ifa_scope)");
        structs.put("IFADDRMSG_INDEX", "offsetof(struct ifaddrmsg, ifa_index)");
        structs.put("RLIMIT64_SIZE", "sizeof(struct rlimit64)");
        structs.put("CAP_HEADER_SIZE", "sizeof(struct __user_cap_header_struct)");
        structs.put("CAP_DATA_SIZE", "2 * sizeof(struct __user_cap_data_struct)");
        structs.put("WINSIZE_SIZE", "sizeof(struct winsize)");
        structs.put("WINSIZE_ROWS", "offsetof(struct winsize, ws_row)");
        structs.put("WINSIZE_COLUMNS", "offsetof(struct winsize, ws_col)");
        structs.put("TERMIOS_SIZE", "sizeof(struct termios)");
        structs.put("TERMIOS_INPUT", "offsetof(struct termios, c_iflag)");
        structs.put("TERMIOS_OUTPUT", "offsetof(struct termios, c_oflag)");
        structs.put("TERMIOS_CONTROL", "offsetof(struct termios, c_cflag)");
        structs.put("TERMIOS_LOCAL", "offsetof(struct termios, c_lflag)");
        structs.put("STATX_SIZE", "sizeof(struct statx)");
        structs.put("STATX_LINKS", "offsetof(struct statx, stx_nlink)");
        structs.put("STATX_UID", "offsetof(struct statx, stx_uid)");
        structs.put("STATX_GID", "offsetof(struct statx, stx_gid)");
        structs.put("STATX_MODE", "offsetof(struct statx, stx_mode)");
        structs.put("STATX_INODE", "offsetof(struct statx, stx_ino)");
        structs.put("STATX_FILE_SIZE", "offsetof(struct statx, stx_size)");
        structs.put("STATX_BLOCKS", "offsetof(struct statx, stx_blocks)");
        structs.put("STATX_ATIME", "offsetof(struct statx, stx_atime)");
        structs.put("STATX_MTIME", "offsetof(struct statx, stx_mtime)");
        structs.put("STATX_MTIME_NANOSECONDS", "offsetof(struct statx, stx_mtime.tv_nsec)");
        structs.put("STATX_RDEV_MAJOR", "offsetof(struct statx, stx_rdev_major)");
        structs.put("STATX_RDEV_MINOR", "offsetof(struct statx, stx_rdev_minor)");
        structs.put("STATX_DEV_MAJOR", "offsetof(struct statx, stx_dev_major)");
        structs.put("STATX_DEV_MINOR", "offsetof(struct statx, stx_dev_minor)");
        structs.put("STATFS_SIZE", "sizeof(struct statfs)");
        structs.put("STATFS_TYPE", "offsetof(struct statfs, f_type)");
        structs.put("SIGACTION_SIZE", KERNEL_SIGACTION);
        structs.put("SIGNALFD_SIGINFO_SIZE", "sizeof(struct signalfd_siginfo)");
        structs.put("SIGNALFD_SIGINFO_SIGNAL", "offsetof(struct signalfd_siginfo, ssi_signo)");
        structs.put("SCHED_ATTR_SIZE", "sizeof(struct sched_attr)");
        structs.put("SCHED_ATTR_POLICY", "offsetof(struct sched_attr, sched_policy)");
        structs.put("SCHED_ATTR_FLAGS", "offsetof(struct sched_attr, sched_flags)");
        structs.put("SCHED_ATTR_NICE", "offsetof(struct sched_attr, sched_nice)");
        structs.put("SCHED_ATTR_PRIORITY", "offsetof(struct sched_attr, sched_priority)");
        structs.put("SCHED_ATTR_RUNTIME", "offsetof(struct sched_attr, sched_runtime)");
        structs.put("SCHED_ATTR_DEADLINE", "offsetof(struct sched_attr, sched_deadline)");
        structs.put("SCHED_ATTR_PERIOD", "offsetof(struct sched_attr, sched_period)");
        structs.put("POLLFD_SIZE", "sizeof(struct pollfd)");
        structs.put("POLLFD_FD", "offsetof(struct pollfd, fd)");
        structs.put("POLLFD_EVENTS", "offsetof(struct pollfd, events)");
        structs.put("TIMESPEC_SIZE", "sizeof(struct __kernel_timespec)");
        structs.put("TIMESPEC_NANOSECONDS", "offsetof(struct __kernel_timespec, tv_nsec)");
        structs.put("DIRENT64_RECORD_LENGTH", "offsetof(struct dirent64, d_reclen)");
        structs.put("DIRENT64_TYPE", "offsetof(struct dirent64, d_type)");
        structs.put("DIRENT64_NAME", "offsetof(struct dirent64, d_name)");
        structs.put("SPAWN_ATTRIBUTES_SIZE", "sizeof(posix_spawnattr_t)");
        structs.put("SPAWN_FILE_ACTIONS_SIZE", "sizeof(posix_spawn_file_actions_t)");
        structs.put("SIGSET_SIZE", "sizeof(sigset_t)");
        return structs;
    }
}
