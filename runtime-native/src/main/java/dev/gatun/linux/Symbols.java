package dev.gatun.linux;

import java.util.List;

/** The symbolic names of flags and choices, for listings and error messages; a test holds them against the constants. */
final class Symbols {
    /** One constant: its name in the headers and its value. */
    record Symbol(String name, long value) {}

    private static final List<Symbol> OPEN_FLAGS = List.of(
            new Symbol("O_WRONLY", Fcntl.O_WRONLY),
            new Symbol("O_RDWR", Fcntl.O_RDWR),
            new Symbol("O_CREAT", Fcntl.O_CREAT),
            new Symbol("O_EXCL", Fcntl.O_EXCL),
            new Symbol("O_NOCTTY", Fcntl.O_NOCTTY),
            new Symbol("O_TRUNC", Fcntl.O_TRUNC),
            new Symbol("O_APPEND", Fcntl.O_APPEND),
            new Symbol("O_NONBLOCK", Fcntl.O_NONBLOCK),
            new Symbol("O_DIRECTORY", Fcntl.O_DIRECTORY),
            new Symbol("O_NOFOLLOW", Fcntl.O_NOFOLLOW),
            new Symbol("O_CLOEXEC", Fcntl.O_CLOEXEC),
            new Symbol("O_PATH", Fcntl.O_PATH));

    private static final List<Symbol> AT_FLAGS = List.of(
            new Symbol("AT_SYMLINK_NOFOLLOW", Fcntl.AT_SYMLINK_NOFOLLOW),
            new Symbol("AT_REMOVEDIR", Fcntl.AT_REMOVEDIR),
            new Symbol("AT_SYMLINK_FOLLOW", Fcntl.AT_SYMLINK_FOLLOW),
            new Symbol("AT_EMPTY_PATH", Fcntl.AT_EMPTY_PATH),
            new Symbol("AT_RECURSIVE", Fcntl.AT_RECURSIVE));

    private static final List<Symbol> RESOLVE_FLAGS = List.of(
            new Symbol("RESOLVE_NO_XDEV", Fcntl.RESOLVE_NO_XDEV),
            new Symbol("RESOLVE_NO_MAGICLINKS", Fcntl.RESOLVE_NO_MAGICLINKS),
            new Symbol("RESOLVE_NO_SYMLINKS", Fcntl.RESOLVE_NO_SYMLINKS),
            new Symbol("RESOLVE_BENEATH", Fcntl.RESOLVE_BENEATH),
            new Symbol("RESOLVE_IN_ROOT", Fcntl.RESOLVE_IN_ROOT));

    private static final List<Symbol> CLOSE_RANGE_FLAGS =
            List.of(new Symbol("CLOSE_RANGE_CLOEXEC", Fcntl.CLOSE_RANGE_CLOEXEC));

    private static final List<Symbol> MEMFD_FLAGS = List.of(
            new Symbol("MFD_CLOEXEC", Fcntl.MFD_CLOEXEC),
            new Symbol("MFD_ALLOW_SEALING", Fcntl.MFD_ALLOW_SEALING),
            new Symbol("MFD_EXEC", Fcntl.MFD_EXEC));

    private static final List<Symbol> RENAME_FLAGS = List.of(
            new Symbol("RENAME_NOREPLACE", Fcntl.RENAME_NOREPLACE),
            new Symbol("RENAME_EXCHANGE", Fcntl.RENAME_EXCHANGE));

    private static final List<Symbol> WHENCE = List.of(
            new Symbol("SEEK_SET", Fcntl.SEEK_SET),
            new Symbol("SEEK_END", Fcntl.SEEK_END),
            new Symbol("SEEK_DATA", Fcntl.SEEK_DATA),
            new Symbol("SEEK_HOLE", Fcntl.SEEK_HOLE));

    private static final List<Symbol> FCNTL_COMMAND = List.of(
            new Symbol("F_GETFD", Fcntl.F_GETFD),
            new Symbol("F_SETFD", Fcntl.F_SETFD),
            new Symbol("F_GETFL", Fcntl.F_GETFL),
            new Symbol("F_SETFL", Fcntl.F_SETFL),
            new Symbol("F_DUPFD_CLOEXEC", Fcntl.F_DUPFD_CLOEXEC),
            new Symbol("F_ADD_SEALS", Fcntl.F_ADD_SEALS),
            new Symbol("F_GET_SEALS", Fcntl.F_GET_SEALS));

    private static final List<Symbol> SEAL_FLAGS = List.of(
            new Symbol("F_SEAL_SEAL", Fcntl.F_SEAL_SEAL),
            new Symbol("F_SEAL_SHRINK", Fcntl.F_SEAL_SHRINK),
            new Symbol("F_SEAL_GROW", Fcntl.F_SEAL_GROW),
            new Symbol("F_SEAL_WRITE", Fcntl.F_SEAL_WRITE));

    private static final List<Symbol> LOCK_FLAGS = List.of(
            new Symbol("LOCK_SH", Fcntl.LOCK_SH),
            new Symbol("LOCK_EX", Fcntl.LOCK_EX),
            new Symbol("LOCK_NB", Fcntl.LOCK_NB),
            new Symbol("LOCK_UN", Fcntl.LOCK_UN));

    private static final List<Symbol> MOUNT_FLAGS = List.of(
            new Symbol("MS_RDONLY", Mount.MS_RDONLY),
            new Symbol("MS_NOSUID", Mount.MS_NOSUID),
            new Symbol("MS_NODEV", Mount.MS_NODEV),
            new Symbol("MS_NOEXEC", Mount.MS_NOEXEC),
            new Symbol("MS_SYNCHRONOUS", Mount.MS_SYNCHRONOUS),
            new Symbol("MS_REMOUNT", Mount.MS_REMOUNT),
            new Symbol("MS_MANDLOCK", Mount.MS_MANDLOCK),
            new Symbol("MS_DIRSYNC", Mount.MS_DIRSYNC),
            new Symbol("MS_NOSYMFOLLOW", Mount.MS_NOSYMFOLLOW),
            new Symbol("MS_NOATIME", Mount.MS_NOATIME),
            new Symbol("MS_NODIRATIME", Mount.MS_NODIRATIME),
            new Symbol("MS_BIND", Mount.MS_BIND),
            new Symbol("MS_MOVE", Mount.MS_MOVE),
            new Symbol("MS_REC", Mount.MS_REC),
            new Symbol("MS_SILENT", Mount.MS_SILENT),
            new Symbol("MS_UNBINDABLE", Mount.MS_UNBINDABLE),
            new Symbol("MS_PRIVATE", Mount.MS_PRIVATE),
            new Symbol("MS_SLAVE", Mount.MS_SLAVE),
            new Symbol("MS_SHARED", Mount.MS_SHARED),
            new Symbol("MS_RELATIME", Mount.MS_RELATIME),
            new Symbol("MS_I_VERSION", Mount.MS_I_VERSION),
            new Symbol("MS_STRICTATIME", Mount.MS_STRICTATIME),
            new Symbol("MS_LAZYTIME", Mount.MS_LAZYTIME));

    private static final List<Symbol> UMOUNT_FLAGS = List.of(
            new Symbol("MNT_FORCE", Mount.MNT_FORCE),
            new Symbol("MNT_DETACH", Mount.MNT_DETACH),
            new Symbol("UMOUNT_NOFOLLOW", Mount.UMOUNT_NOFOLLOW));

    private static final List<Symbol> OPEN_TREE_FLAGS = List.of(
            new Symbol("OPEN_TREE_CLONE", Mount.OPEN_TREE_CLONE),
            new Symbol("OPEN_TREE_CLOEXEC", Mount.OPEN_TREE_CLOEXEC),
            new Symbol("AT_SYMLINK_NOFOLLOW", Fcntl.AT_SYMLINK_NOFOLLOW),
            new Symbol("AT_EMPTY_PATH", Fcntl.AT_EMPTY_PATH),
            new Symbol("AT_RECURSIVE", Fcntl.AT_RECURSIVE));

    private static final List<Symbol> MOVE_MOUNT_FLAGS = List.of(
            new Symbol("MOVE_MOUNT_F_SYMLINKS", Mount.MOVE_MOUNT_F_SYMLINKS),
            new Symbol("MOVE_MOUNT_F_AUTOMOUNTS", Mount.MOVE_MOUNT_F_AUTOMOUNTS),
            new Symbol("MOVE_MOUNT_F_EMPTY_PATH", Mount.MOVE_MOUNT_F_EMPTY_PATH),
            new Symbol("MOVE_MOUNT_T_SYMLINKS", Mount.MOVE_MOUNT_T_SYMLINKS),
            new Symbol("MOVE_MOUNT_T_AUTOMOUNTS", Mount.MOVE_MOUNT_T_AUTOMOUNTS),
            new Symbol("MOVE_MOUNT_T_EMPTY_PATH", Mount.MOVE_MOUNT_T_EMPTY_PATH));

    private static final List<Symbol> FSOPEN_FLAGS = List.of(new Symbol("FSOPEN_CLOEXEC", Mount.FSOPEN_CLOEXEC));

    private static final List<Symbol> FSCONFIG_COMMAND = List.of(
            new Symbol("FSCONFIG_SET_FLAG", Mount.FSCONFIG_SET_FLAG),
            new Symbol("FSCONFIG_SET_STRING", Mount.FSCONFIG_SET_STRING),
            new Symbol("FSCONFIG_SET_BINARY", Mount.FSCONFIG_SET_BINARY),
            new Symbol("FSCONFIG_SET_PATH", Mount.FSCONFIG_SET_PATH),
            new Symbol("FSCONFIG_SET_PATH_EMPTY", Mount.FSCONFIG_SET_PATH_EMPTY),
            new Symbol("FSCONFIG_SET_FD", Mount.FSCONFIG_SET_FD),
            new Symbol("FSCONFIG_CMD_CREATE", Mount.FSCONFIG_CMD_CREATE),
            new Symbol("FSCONFIG_CMD_RECONFIGURE", Mount.FSCONFIG_CMD_RECONFIGURE));

    private static final List<Symbol> FSMOUNT_FLAGS = List.of(new Symbol("FSMOUNT_CLOEXEC", Mount.FSMOUNT_CLOEXEC));

    private static final List<Symbol> FSPICK_FLAGS = List.of(
            new Symbol("FSPICK_CLOEXEC", Mount.FSPICK_CLOEXEC),
            new Symbol("FSPICK_SYMLINK_NOFOLLOW", Mount.FSPICK_SYMLINK_NOFOLLOW),
            new Symbol("FSPICK_NO_AUTOMOUNT", Mount.FSPICK_NO_AUTOMOUNT),
            new Symbol("FSPICK_EMPTY_PATH", Mount.FSPICK_EMPTY_PATH));

    private static final List<Symbol> MOUNT_ATTRIBUTES = List.of(
            new Symbol("MOUNT_ATTR_RDONLY", Mount.MOUNT_ATTR_RDONLY),
            new Symbol("MOUNT_ATTR_NOSUID", Mount.MOUNT_ATTR_NOSUID),
            new Symbol("MOUNT_ATTR_NODEV", Mount.MOUNT_ATTR_NODEV),
            new Symbol("MOUNT_ATTR_NOEXEC", Mount.MOUNT_ATTR_NOEXEC),
            new Symbol("MOUNT_ATTR_NOATIME", Mount.MOUNT_ATTR_NOATIME),
            new Symbol("MOUNT_ATTR_STRICTATIME", Mount.MOUNT_ATTR_STRICTATIME),
            new Symbol("MOUNT_ATTR_NODIRATIME", Mount.MOUNT_ATTR_NODIRATIME),
            new Symbol("MOUNT_ATTR_IDMAP", Mount.MOUNT_ATTR_IDMAP),
            new Symbol("MOUNT_ATTR_NOSYMFOLLOW", Mount.MOUNT_ATTR_NOSYMFOLLOW));

    private static final List<Symbol> CLONE_FLAGS = List.of(
            new Symbol("CLONE_VM", Sched.CLONE_VM),
            new Symbol("CLONE_PARENT", Sched.CLONE_PARENT),
            new Symbol("CLONE_FS", Sched.CLONE_FS),
            new Symbol("CLONE_FILES", Sched.CLONE_FILES),
            new Symbol("CLONE_PIDFD", Sched.CLONE_PIDFD),
            new Symbol("CLONE_NEWTIME", Sched.CLONE_NEWTIME),
            new Symbol("CLONE_NEWNS", Sched.CLONE_NEWNS),
            new Symbol("CLONE_NEWCGROUP", Sched.CLONE_NEWCGROUP),
            new Symbol("CLONE_NEWUTS", Sched.CLONE_NEWUTS),
            new Symbol("CLONE_NEWIPC", Sched.CLONE_NEWIPC),
            new Symbol("CLONE_NEWUSER", Sched.CLONE_NEWUSER),
            new Symbol("CLONE_NEWPID", Sched.CLONE_NEWPID),
            new Symbol("CLONE_NEWNET", Sched.CLONE_NEWNET),
            new Symbol("CLONE_INTO_CGROUP", Sched.CLONE_INTO_CGROUP));

    private static final List<Symbol> PRCTL_OPTION = List.of(
            new Symbol("PR_SET_PDEATHSIG", Prctl.PR_SET_PDEATHSIG),
            new Symbol("PR_GET_DUMPABLE", Prctl.PR_GET_DUMPABLE),
            new Symbol("PR_SET_DUMPABLE", Prctl.PR_SET_DUMPABLE),
            new Symbol("PR_GET_KEEPCAPS", Prctl.PR_GET_KEEPCAPS),
            new Symbol("PR_SET_KEEPCAPS", Prctl.PR_SET_KEEPCAPS),
            new Symbol("PR_SET_NAME", Prctl.PR_SET_NAME),
            new Symbol("PR_CAPBSET_READ", Prctl.PR_CAPBSET_READ),
            new Symbol("PR_CAPBSET_DROP", Prctl.PR_CAPBSET_DROP),
            new Symbol("PR_SET_CHILD_SUBREAPER", Prctl.PR_SET_CHILD_SUBREAPER),
            new Symbol("PR_SET_NO_NEW_PRIVS", Prctl.PR_SET_NO_NEW_PRIVS),
            new Symbol("PR_GET_NO_NEW_PRIVS", Prctl.PR_GET_NO_NEW_PRIVS),
            new Symbol("PR_CAP_AMBIENT", Prctl.PR_CAP_AMBIENT));

    private static final List<Symbol> AMBIENT_OPERATION = List.of(
            new Symbol("PR_CAP_AMBIENT_IS_SET", Prctl.PR_CAP_AMBIENT_IS_SET),
            new Symbol("PR_CAP_AMBIENT_RAISE", Prctl.PR_CAP_AMBIENT_RAISE),
            new Symbol("PR_CAP_AMBIENT_LOWER", Prctl.PR_CAP_AMBIENT_LOWER),
            new Symbol("PR_CAP_AMBIENT_CLEAR_ALL", Prctl.PR_CAP_AMBIENT_CLEAR_ALL));

    private static final List<Symbol> ADDRESS_FAMILY = List.of(
            new Symbol("AF_UNIX", Socket.AF_UNIX),
            new Symbol("AF_INET", Socket.AF_INET),
            new Symbol("AF_NETLINK", Socket.AF_NETLINK));

    private static final List<Symbol> SOCKET_TYPE = List.of(
            new Symbol("SOCK_STREAM", Socket.SOCK_STREAM),
            new Symbol("SOCK_DGRAM", Socket.SOCK_DGRAM),
            new Symbol("SOCK_RAW", Socket.SOCK_RAW),
            new Symbol("SOCK_SEQPACKET", Socket.SOCK_SEQPACKET),
            new Symbol("SOCK_CLOEXEC", Socket.SOCK_CLOEXEC),
            new Symbol("SOCK_NONBLOCK", Socket.SOCK_NONBLOCK));

    private static final List<Symbol> MESSAGE_FLAGS = List.of(
            new Symbol("MSG_PEEK", Socket.MSG_PEEK),
            new Symbol("MSG_DONTWAIT", Socket.MSG_DONTWAIT),
            new Symbol("MSG_NOSIGNAL", Socket.MSG_NOSIGNAL),
            new Symbol("MSG_CMSG_CLOEXEC", Socket.MSG_CMSG_CLOEXEC),
            new Symbol("MSG_CTRUNC", Socket.MSG_CTRUNC));

    private static final List<Symbol> INTERFACE_FLAGS = List.of(
            new Symbol("IFF_UP", Socket.IFF_UP),
            new Symbol("IFF_LOOPBACK", Socket.IFF_LOOPBACK),
            new Symbol("IFF_RUNNING", Socket.IFF_RUNNING));

    private static final List<Symbol> IOCTL = List.of(
            new Symbol("SIOCGIFFLAGS", Socket.SIOCGIFFLAGS),
            new Symbol("SIOCSIFFLAGS", Socket.SIOCSIFFLAGS),
            new Symbol("TCGETS", Terminal.TCGETS),
            new Symbol("TCSETS", Terminal.TCSETS),
            new Symbol("TCSETSF", Terminal.TCSETSF),
            new Symbol("TIOCSCTTY", Terminal.TIOCSCTTY),
            new Symbol("TIOCGWINSZ", Terminal.TIOCGWINSZ),
            new Symbol("TIOCSWINSZ", Terminal.TIOCSWINSZ),
            new Symbol("TIOCSPTLCK", Terminal.TIOCSPTLCK),
            new Symbol("TIOCGPTN", Terminal.TIOCGPTN),
            new Symbol("TIOCGPTPEER", Terminal.TIOCGPTPEER),
            new Symbol("NS_GET_USERNS", Namespacefs.NS_GET_USERNS),
            new Symbol("NS_GET_NSTYPE", Namespacefs.NS_GET_NSTYPE));

    private static final List<Symbol> WAIT_FLAGS = List.of(
            new Symbol("WNOHANG", Wait.WNOHANG),
            new Symbol("WEXITED", Wait.WEXITED),
            new Symbol("WNOWAIT", Wait.WNOWAIT));

    private static final List<Symbol> WAIT_ID = List.of(
            new Symbol("P_ALL", Wait.P_ALL), new Symbol("P_PID", Wait.P_PID), new Symbol("P_PIDFD", Wait.P_PIDFD));

    private static final List<Symbol> SIGNAL = List.of(
            new Symbol("SIGHUP", Signal.SIGHUP),
            new Symbol("SIGINT", Signal.SIGINT),
            new Symbol("SIGQUIT", Signal.SIGQUIT),
            new Symbol("SIGILL", Signal.SIGILL),
            new Symbol("SIGTRAP", Signal.SIGTRAP),
            new Symbol("SIGABRT", Signal.SIGABRT),
            new Symbol("SIGBUS", Signal.SIGBUS),
            new Symbol("SIGFPE", Signal.SIGFPE),
            new Symbol("SIGKILL", Signal.SIGKILL),
            new Symbol("SIGUSR1", Signal.SIGUSR1),
            new Symbol("SIGSEGV", Signal.SIGSEGV),
            new Symbol("SIGUSR2", Signal.SIGUSR2),
            new Symbol("SIGPIPE", Signal.SIGPIPE),
            new Symbol("SIGALRM", Signal.SIGALRM),
            new Symbol("SIGTERM", Signal.SIGTERM),
            new Symbol("SIGSTKFLT", Signal.SIGSTKFLT),
            new Symbol("SIGCHLD", Signal.SIGCHLD),
            new Symbol("SIGCONT", Signal.SIGCONT),
            new Symbol("SIGSTOP", Signal.SIGSTOP),
            new Symbol("SIGTSTP", Signal.SIGTSTP),
            new Symbol("SIGTTIN", Signal.SIGTTIN),
            new Symbol("SIGTTOU", Signal.SIGTTOU),
            new Symbol("SIGURG", Signal.SIGURG),
            new Symbol("SIGXCPU", Signal.SIGXCPU),
            new Symbol("SIGXFSZ", Signal.SIGXFSZ),
            new Symbol("SIGVTALRM", Signal.SIGVTALRM),
            new Symbol("SIGPROF", Signal.SIGPROF),
            new Symbol("SIGWINCH", Signal.SIGWINCH),
            new Symbol("SIGIO", Signal.SIGIO),
            new Symbol("SIGPWR", Signal.SIGPWR),
            new Symbol("SIGSYS", Signal.SIGSYS));

    private static final List<Symbol> BPF_COMMAND = List.of(
            new Symbol("BPF_PROG_LOAD", Bpf.BPF_PROG_LOAD),
            new Symbol("BPF_PROG_ATTACH", Bpf.BPF_PROG_ATTACH),
            new Symbol("BPF_PROG_DETACH", Bpf.BPF_PROG_DETACH),
            new Symbol("BPF_PROG_GET_FD_BY_ID", Bpf.BPF_PROG_GET_FD_BY_ID),
            new Symbol("BPF_PROG_QUERY", Bpf.BPF_PROG_QUERY));

    private static final List<Symbol> INOTIFY_FLAGS = List.of(
            new Symbol("IN_MODIFY", Inotify.IN_MODIFY),
            new Symbol("IN_CLOEXEC", Inotify.IN_CLOEXEC),
            new Symbol("IN_NONBLOCK", Inotify.IN_NONBLOCK));

    private static final List<Symbol> SIGNAL_HOW = List.of(
            new Symbol("SIG_BLOCK", Signal.SIG_BLOCK),
            new Symbol("SIG_UNBLOCK", Signal.SIG_UNBLOCK),
            new Symbol("SIG_SETMASK", Signal.SIG_SETMASK));

    private static final List<Symbol> SCHED_POLICY = List.of(
            new Symbol("SCHED_NORMAL", Policy.SCHED_NORMAL),
            new Symbol("SCHED_FIFO", Policy.SCHED_FIFO),
            new Symbol("SCHED_RR", Policy.SCHED_RR),
            new Symbol("SCHED_BATCH", Policy.SCHED_BATCH),
            new Symbol("SCHED_IDLE", Policy.SCHED_IDLE),
            new Symbol("SCHED_DEADLINE", Policy.SCHED_DEADLINE));

    private static final List<Symbol> SCHED_FLAGS = List.of(
            new Symbol("SCHED_FLAG_RESET_ON_FORK", Policy.SCHED_FLAG_RESET_ON_FORK),
            new Symbol("SCHED_FLAG_RECLAIM", Policy.SCHED_FLAG_RECLAIM),
            new Symbol("SCHED_FLAG_DL_OVERRUN", Policy.SCHED_FLAG_DL_OVERRUN),
            new Symbol("SCHED_FLAG_KEEP_POLICY", Policy.SCHED_FLAG_KEEP_POLICY),
            new Symbol("SCHED_FLAG_KEEP_PARAMS", Policy.SCHED_FLAG_KEEP_PARAMS),
            new Symbol("SCHED_FLAG_UTIL_CLAMP_MIN", Policy.SCHED_FLAG_UTIL_CLAMP_MIN),
            new Symbol("SCHED_FLAG_UTIL_CLAMP_MAX", Policy.SCHED_FLAG_UTIL_CLAMP_MAX));

    private static final List<Symbol> IO_PRIORITY = List.of(
            new Symbol("IOPRIO_CLASS_RT", Policy.IOPRIO_CLASS_RT),
            new Symbol("IOPRIO_CLASS_BE", Policy.IOPRIO_CLASS_BE),
            new Symbol("IOPRIO_CLASS_IDLE", Policy.IOPRIO_CLASS_IDLE));

    private static final List<Symbol> MEMORY_MODE = List.of(
            new Symbol("MPOL_DEFAULT", Policy.MPOL_DEFAULT),
            new Symbol("MPOL_PREFERRED", Policy.MPOL_PREFERRED),
            new Symbol("MPOL_BIND", Policy.MPOL_BIND),
            new Symbol("MPOL_INTERLEAVE", Policy.MPOL_INTERLEAVE),
            new Symbol("MPOL_LOCAL", Policy.MPOL_LOCAL),
            new Symbol("MPOL_PREFERRED_MANY", Policy.MPOL_PREFERRED_MANY),
            new Symbol("MPOL_WEIGHTED_INTERLEAVE", Policy.MPOL_WEIGHTED_INTERLEAVE));

    private static final List<Symbol> MEMORY_MODE_FLAGS = List.of(
            new Symbol("MPOL_F_STATIC_NODES", Policy.MPOL_F_STATIC_NODES),
            new Symbol("MPOL_F_RELATIVE_NODES", Policy.MPOL_F_RELATIVE_NODES),
            new Symbol("MPOL_F_NUMA_BALANCING", Policy.MPOL_F_NUMA_BALANCING));

    private static final List<Symbol> PERSONALITY =
            List.of(new Symbol("PER_LINUX", Policy.PER_LINUX), new Symbol("PER_LINUX32", Policy.PER_LINUX32));

    private static final List<Symbol> KEYCTL_COMMAND = List.of(
            new Symbol("KEYCTL_JOIN_SESSION_KEYRING", Policy.KEYCTL_JOIN_SESSION_KEYRING),
            new Symbol("KEYCTL_SETPERM", Policy.KEYCTL_SETPERM));

    private Symbols() {}

    static void print(Notation notation, long value, StringBuilder out) {
        switch (notation) {
            case DECIMAL -> out.append(value);
            case OCTAL -> out.append('0').append(value == 0 ? "" : Long.toOctalString(value));
            case HEX -> hex(value, out);
            case POINTER -> out.append(value == 0 ? "NULL" : "0x" + Long.toHexString(value));
            case DESCRIPTOR -> out.append(value == Fcntl.AT_FDCWD ? "AT_FDCWD" : Long.toString(value));
            case DEVICE ->
                out.append("makedev(")
                        .append(Device.major(value))
                        .append(", ")
                        .append(Device.minor(value))
                        .append(')');
            case ID -> out.append((int) value == -1 ? "-1" : Long.toString(value));
            case CAPABILITY ->
                out.append(Capability.of((int) value).map(Capability::name).orElse(Long.toString(value)));
            case RLIMIT -> out.append(Rlimit.of((int) value).map(Rlimit::name).orElse(Long.toString(value)));
            case SOCKET_TYPE -> socketType(value, out);
            case OPEN_FLAGS -> flags(OPEN_FLAGS, value, out);
            case AT_FLAGS -> flags(AT_FLAGS, value, out);
            case RESOLVE_FLAGS -> flags(RESOLVE_FLAGS, value, out);
            case CLOSE_RANGE_FLAGS -> flags(CLOSE_RANGE_FLAGS, value, out);
            case MEMFD_FLAGS -> flags(MEMFD_FLAGS, value, out);
            case RENAME_FLAGS -> flags(RENAME_FLAGS, value, out);
            case WHENCE -> choice(WHENCE, value, out);
            case FCNTL_COMMAND -> choice(FCNTL_COMMAND, value, out);
            case SEAL_FLAGS -> flags(SEAL_FLAGS, value, out);
            case LOCK_FLAGS -> flags(LOCK_FLAGS, value, out);
            case MOUNT_FLAGS -> flags(MOUNT_FLAGS, value, out);
            case UMOUNT_FLAGS -> flags(UMOUNT_FLAGS, value, out);
            case OPEN_TREE_FLAGS -> flags(OPEN_TREE_FLAGS, value, out);
            case MOVE_MOUNT_FLAGS -> flags(MOVE_MOUNT_FLAGS, value, out);
            case FSOPEN_FLAGS -> flags(FSOPEN_FLAGS, value, out);
            case FSCONFIG_COMMAND -> choice(FSCONFIG_COMMAND, value, out);
            case FSMOUNT_FLAGS -> flags(FSMOUNT_FLAGS, value, out);
            case FSPICK_FLAGS -> flags(FSPICK_FLAGS, value, out);
            case MOUNT_ATTRIBUTES -> flags(MOUNT_ATTRIBUTES, value, out);
            case CLONE_FLAGS -> flags(CLONE_FLAGS, value, out);
            case PRCTL_OPTION -> choice(PRCTL_OPTION, value, out);
            case AMBIENT_OPERATION -> choice(AMBIENT_OPERATION, value, out);
            case ADDRESS_FAMILY -> choice(ADDRESS_FAMILY, value, out);
            case MESSAGE_FLAGS -> flags(MESSAGE_FLAGS, value, out);
            case INTERFACE_FLAGS -> flags(INTERFACE_FLAGS, value, out);
            case IOCTL -> choice(IOCTL, value, out);
            case WAIT_FLAGS -> flags(WAIT_FLAGS, value, out);
            case WAIT_ID -> choice(WAIT_ID, value, out);
            case SIGNAL -> choice(SIGNAL, value, out);
            case SIGNAL_HOW -> choice(SIGNAL_HOW, value, out);
            case SCHED_POLICY -> choice(SCHED_POLICY, value, out);
            case SCHED_FLAGS -> flags(SCHED_FLAGS, value, out);
            case IO_PRIORITY -> ioPriority(value, out);
            case MEMORY_POLICY -> memoryPolicy(value, out);
            case PERSONALITY -> choice(PERSONALITY, value, out);
            case KEYCTL_COMMAND -> choice(KEYCTL_COMMAND, value, out);
            case BPF_COMMAND -> choice(BPF_COMMAND, value, out);
            case INOTIFY_FLAGS -> flags(INOTIFY_FLAGS, value, out);
        }
    }

    /** Every table, for the test that compares names with constants. */
    static List<Symbol> all() {
        return java.util.stream.Stream.of(
                        OPEN_FLAGS,
                        AT_FLAGS,
                        RESOLVE_FLAGS,
                        CLOSE_RANGE_FLAGS,
                        MEMFD_FLAGS,
                        RENAME_FLAGS,
                        WHENCE,
                        FCNTL_COMMAND,
                        SEAL_FLAGS,
                        LOCK_FLAGS,
                        MOUNT_FLAGS,
                        UMOUNT_FLAGS,
                        OPEN_TREE_FLAGS,
                        MOVE_MOUNT_FLAGS,
                        FSOPEN_FLAGS,
                        FSCONFIG_COMMAND,
                        FSMOUNT_FLAGS,
                        FSPICK_FLAGS,
                        MOUNT_ATTRIBUTES,
                        CLONE_FLAGS,
                        PRCTL_OPTION,
                        AMBIENT_OPERATION,
                        ADDRESS_FAMILY,
                        SOCKET_TYPE,
                        MESSAGE_FLAGS,
                        INTERFACE_FLAGS,
                        IOCTL,
                        WAIT_FLAGS,
                        WAIT_ID,
                        SIGNAL,
                        SIGNAL_HOW,
                        SCHED_POLICY,
                        SCHED_FLAGS,
                        IO_PRIORITY,
                        MEMORY_MODE,
                        MEMORY_MODE_FLAGS,
                        PERSONALITY,
                        KEYCTL_COMMAND,
                        BPF_COMMAND,
                        INOTIFY_FLAGS)
                .flatMap(List::stream)
                .toList();
    }

    private static void flags(List<Symbol> table, long value, StringBuilder out) {
        long rest = value;
        int start = out.length();
        for (Symbol symbol : table) {
            if (symbol.value != 0 && (rest & symbol.value) == symbol.value) {
                out.append(out.length() > start ? "|" : "").append(symbol.name);
                rest &= ~symbol.value;
            }
        }
        if (rest != 0) {
            out.append(out.length() > start ? "|" : "");
            hex(rest, out);
        } else if (out.length() == start) {
            out.append('0');
        }
    }

    private static void choice(List<Symbol> table, long value, StringBuilder out) {
        for (Symbol symbol : table) {
            if (symbol.value == value) {
                out.append(symbol.name);
                return;
            }
        }
        hex(value, out);
    }

    private static void socketType(long value, StringBuilder out) {
        long modifiers = value & (Socket.SOCK_CLOEXEC | Socket.SOCK_NONBLOCK);
        long type = value & ~modifiers;
        if (type != 0 || modifiers == 0) {
            choice(SOCKET_TYPE, type, out);
        }
        if (modifiers != 0) {
            out.append(type != 0 ? "|" : "");
            flags(SOCKET_TYPE, modifiers, out);
        }
    }

    /** As the macro of linux/ioprio.h makes it. */
    private static void ioPriority(long value, StringBuilder out) {
        choice(IO_PRIORITY, value >> Policy.IOPRIO_CLASS_SHIFT, out.append("IOPRIO_PRIO_VALUE("));
        out.append(", ").append(value & (1 << Policy.IOPRIO_CLASS_SHIFT) - 1).append(')');
    }

    private static void memoryPolicy(long value, StringBuilder out) {
        long flags = value & (Policy.MPOL_F_STATIC_NODES | Policy.MPOL_F_RELATIVE_NODES | Policy.MPOL_F_NUMA_BALANCING);
        choice(MEMORY_MODE, value & ~flags, out);
        if (flags != 0) {
            flags(MEMORY_MODE_FLAGS, flags, out.append('|'));
        }
    }

    private static void hex(long value, StringBuilder out) {
        out.append(value == 0 ? "0" : "0x" + Long.toHexString(value));
    }
}
