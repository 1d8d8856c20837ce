package dev.gatun.linux;

/**
 * Sizes and offsets, in bytes, of the structures that the kernel reads and writes.
 *
 * <p>They are the same on x86-64 and AArch64; a test compiles them as assertions against the system's C headers.
 */
public final class Structs {
    /** struct open_how, linux/openat2.h. */
    public static final int OPEN_HOW_SIZE = 24;

    public static final int OPEN_HOW_FLAGS = 0;
    public static final int OPEN_HOW_MODE = 8;
    public static final int OPEN_HOW_RESOLVE = 16;

    /** struct clone_args, linux/sched.h. */
    public static final int CLONE_ARGS_SIZE = 88;

    public static final int CLONE_ARGS_FLAGS = 0;
    public static final int CLONE_ARGS_EXIT_SIGNAL = 32;
    public static final int CLONE_ARGS_CGROUP = 80;

    /** struct mount_attr, linux/mount.h. */
    public static final int MOUNT_ATTR_SIZE = 32;

    public static final int MOUNT_ATTR_SET = 0;
    public static final int MOUNT_ATTR_CLR = 8;
    public static final int MOUNT_ATTR_PROPAGATION = 16;
    public static final int MOUNT_ATTR_USERNS_FD = 24;

    /** struct iovec, linux/uio.h. */
    public static final int IOVEC_SIZE = 16;

    public static final int IOVEC_BASE = 0;
    public static final int IOVEC_LENGTH = 8;

    /** struct msghdr, sys/socket.h. */
    public static final int MSGHDR_SIZE = 56;

    public static final int MSGHDR_IOV = 16;
    public static final int MSGHDR_IOVLEN = 24;
    public static final int MSGHDR_CONTROL = 32;
    public static final int MSGHDR_CONTROLLEN = 40;
    public static final int MSGHDR_FLAGS = 48;

    /** struct cmsghdr, sys/socket.h; CMSG_SPACE(sizeof(int)) is what one descriptor takes. */
    public static final int CMSGHDR_SIZE = 16;

    public static final int CMSGHDR_LENGTH = 0;
    public static final int CMSGHDR_LEVEL = 8;
    public static final int CMSGHDR_TYPE = 12;
    public static final int CMSG_ONE_FD_SIZE = 24;

    /** struct sockaddr_un, linux/un.h. */
    public static final int SOCKADDR_UN_PATH = 2;

    public static final int SOCKADDR_UN_PATH_SIZE = 108;

    /** struct ifreq, linux/if.h. */
    public static final int IFREQ_SIZE = 40;

    public static final int IFREQ_FLAGS = 16;

    /** struct nlmsghdr, linux/netlink.h. */
    public static final int NLMSGHDR_SIZE = 16;

    public static final int NLMSGHDR_LENGTH = 0;
    public static final int NLMSGHDR_TYPE = 4;
    public static final int NLMSGHDR_FLAGS = 6;
    public static final int NLMSGHDR_SEQUENCE = 8;

    /** struct nlmsgerr, linux/netlink.h. */
    public static final int NLMSGERR_SIZE = 20;

    /** struct nlattr, linux/netlink.h. */
    public static final int NLATTR_SIZE = 4;

    /** struct ifinfomsg, linux/rtnetlink.h. */
    public static final int IFINFOMSG_SIZE = 16;

    public static final int IFINFOMSG_INDEX = 4;
    public static final int IFINFOMSG_FLAGS = 8;
    public static final int IFINFOMSG_CHANGE = 12;

    /** struct ifaddrmsg, linux/if_addr.h. */
    public static final int IFADDRMSG_SIZE = 8;

    public static final int IFADDRMSG_PREFIX_LENGTH = 1;
    public static final int IFADDRMSG_FLAGS = 2;
    public static final int IFADDRMSG_SCOPE = 3;
    public static final int IFADDRMSG_INDEX = 4;

    /** struct rlimit64, linux/resource.h. */
    public static final int RLIMIT64_SIZE = 16;

    /** struct __user_cap_header_struct and two of __user_cap_data_struct, linux/capability.h. */
    public static final int CAP_HEADER_SIZE = 8;

    public static final int CAP_DATA_SIZE = 24;

    /** struct winsize, asm-generic/termios.h. */
    public static final int WINSIZE_SIZE = 8;

    public static final int WINSIZE_ROWS = 0;
    public static final int WINSIZE_COLUMNS = 2;

    /** struct termios, asm-generic/termbits.h, as TCGETS reads it. */
    public static final int TERMIOS_SIZE = 36;

    public static final int TERMIOS_INPUT = 0;
    public static final int TERMIOS_OUTPUT = 4;
    public static final int TERMIOS_CONTROL = 8;
    public static final int TERMIOS_LOCAL = 12;

    /** struct statx, linux/stat.h. */
    public static final int STATX_SIZE = 256;

    public static final int STATX_LINKS = 16;
    public static final int STATX_UID = 20;
    public static final int STATX_GID = 24;
    public static final int STATX_MODE = 28;
    public static final int STATX_INODE = 32;
    public static final int STATX_FILE_SIZE = 40;
    public static final int STATX_BLOCKS = 48;
    public static final int STATX_ATIME = 64;
    public static final int STATX_MTIME = 112;
    public static final int STATX_MTIME_NANOSECONDS = 120;
    public static final int STATX_RDEV_MAJOR = 128;
    public static final int STATX_RDEV_MINOR = 132;
    public static final int STATX_DEV_MAJOR = 136;
    public static final int STATX_DEV_MINOR = 140;

    /** struct statfs, asm-generic/statfs.h. */
    public static final int STATFS_SIZE = 120;

    public static final int STATFS_TYPE = 0;

    /** struct timespec, linux/time_types.h (__kernel_timespec). */
    public static final int TIMESPEC_SIZE = 16;

    public static final int TIMESPEC_NANOSECONDS = 8;

    /** struct linux_dirent64, as getdents64(2) fills it; the type is one byte, the name ends with a NUL. */
    public static final int DIRENT64_RECORD_LENGTH = 16;

    public static final int DIRENT64_TYPE = 18;
    public static final int DIRENT64_NAME = 19;

    /** struct pollfd, asm-generic/poll.h. */
    public static final int POLLFD_SIZE = 8;

    public static final int POLLFD_FD = 0;
    public static final int POLLFD_EVENTS = 4;

    /** struct sigaction, as the kernel reads it: asm-generic/signal.h. */
    public static final int SIGACTION_SIZE = 32;

    /** struct signalfd_siginfo, linux/signalfd.h. */
    public static final int SIGNALFD_SIGINFO_SIZE = 128;

    public static final int SIGNALFD_SIGINFO_SIGNAL = 0;

    /** posix_spawnattr_t and posix_spawn_file_actions_t, spawn.h: glibc's sizes, which musl's do not exceed. */
    public static final int SPAWN_ATTRIBUTES_SIZE = 336;

    public static final int SPAWN_FILE_ACTIONS_SIZE = 80;

    /** sigset_t of the C library, signal.h. */
    public static final int SIGSET_SIZE = 128;

    public static final int SCHED_ATTR_SIZE = 56;
    public static final int SCHED_ATTR_POLICY = 4;
    public static final int SCHED_ATTR_FLAGS = 8;
    public static final int SCHED_ATTR_NICE = 16;
    public static final int SCHED_ATTR_PRIORITY = 20;
    public static final int SCHED_ATTR_RUNTIME = 24;
    public static final int SCHED_ATTR_DEADLINE = 32;
    public static final int SCHED_ATTR_PERIOD = 40;
    /** union bpf_attr, linux/bpf.h, for BPF_PROG_LOAD: up to what it is used for. */
    public static final int BPF_LOAD_SIZE = 40;

    public static final int BPF_LOAD_TYPE = 0;
    public static final int BPF_LOAD_COUNT = 4;
    public static final int BPF_LOAD_INSTRUCTIONS = 8;
    public static final int BPF_LOAD_LICENSE = 16;
    public static final int BPF_LOAD_LOG_LEVEL = 24;
    public static final int BPF_LOAD_LOG_SIZE = 28;
    public static final int BPF_LOAD_LOG = 32;

    /** For BPF_PROG_ATTACH and BPF_PROG_DETACH. */
    public static final int BPF_ATTACH_SIZE = 20;

    public static final int BPF_ATTACH_TARGET = 0;
    public static final int BPF_ATTACH_PROGRAM = 4;
    public static final int BPF_ATTACH_TYPE = 8;
    public static final int BPF_ATTACH_FLAGS = 12;
    public static final int BPF_ATTACH_REPLACED = 16;

    /** For BPF_PROG_QUERY: the whole union, as Linux 6.17 writes behind what it is given. */
    public static final int BPF_QUERY_SIZE = 64;

    public static final int BPF_QUERY_TARGET = 0;
    public static final int BPF_QUERY_TYPE = 4;
    public static final int BPF_QUERY_IDS = 16;
    public static final int BPF_QUERY_COUNT = 24;

    private Structs() {}
}
