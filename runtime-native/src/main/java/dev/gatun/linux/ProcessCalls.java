package dev.gatun.linux;

import java.util.List;

/** Calls on processes: namespaces, credentials, limits, signals, waiting and execve(2). */
public final class ProcessCalls {
    private static final int SIGNAL_SET_SIZE = 8;

    /** asm-generic/poll.h. */
    private static final int POLLIN = 1;

    private ProcessCalls() {}

    /**
     * A child that shares nothing that {@code flags} does not name; it goes on behind the call with the result 0.
     *
     * @param flags {@code CLONE_*} of {@link Sched}
     * @param exitSignal what the parent is sent when the child ends; 0 with {@code CLONE_PARENT}
     */
    public static Call clone3(long flags, int exitSignal) {
        var args = new Block(Structs.CLONE_ARGS_SIZE, out -> {
                    Notation.CLONE_FLAGS.print(flags, out.append("{flags="));
                    if (exitSignal != 0) {
                        Notation.SIGNAL.print(exitSignal, out.append(", exit_signal="));
                    }
                    out.append('}');
                })
                .int64(Structs.CLONE_ARGS_FLAGS, flags)
                .int64(Structs.CLONE_ARGS_EXIT_SIGNAL, exitSignal);
        return Call.of(Syscall.CLONE3, args, Word.of(Structs.CLONE_ARGS_SIZE));
    }

    /**
     * As {@link #clone3(long, int)}; the child begins in a control group of version 2 (Linux 5.7).
     *
     * @param group a descriptor of the group's folder
     */
    public static Call clone3(long flags, int exitSignal, Arg group) {
        long all = flags | Sched.CLONE_INTO_CGROUP;
        var args = new Block(Structs.CLONE_ARGS_SIZE, out -> {
                    Notation.CLONE_FLAGS.print(all, out.append("{flags="));
                    if (exitSignal != 0) {
                        Notation.SIGNAL.print(exitSignal, out.append(", exit_signal="));
                    }
                    group.print(out.append(", cgroup="));
                    out.append('}');
                })
                .int64(Structs.CLONE_ARGS_FLAGS, all)
                .int64(Structs.CLONE_ARGS_EXIT_SIGNAL, exitSignal)
                .field(Structs.CLONE_ARGS_CGROUP, group);
        return Call.of(Syscall.CLONE3, args, Word.of(Structs.CLONE_ARGS_SIZE));
    }

    public static Call unshare(long flags) {
        return Call.of(Syscall.UNSHARE, new Word(flags, Notation.CLONE_FLAGS));
    }

    /** Joins the namespace that {@code fd} stands for, which must be of {@code type} ({@code CLONE_NEW*}). */
    public static Call setns(Arg fd, long type) {
        return Call.of(Syscall.SETNS, fd, new Word(type, Notation.CLONE_FLAGS));
    }

    public static Call execve(String path, List<String> args, List<String> environment) {
        return execve(new Text(path), args, environment);
    }

    public static Call execve(Arg path, List<String> args, List<String> environment) {
        return Call.of(
                Syscall.EXECVE,
                path,
                Block.strings(args, out -> {
                    int start = out.append('[').length();
                    for (String arg : args) {
                        out.append(out.length() > start ? ", " : "").append(Text.quoted(arg));
                    }
                    out.append(']');
                }),
                Block.strings(
                        environment,
                        out -> out.append("[/* ").append(environment.size()).append(" variables */]")));
    }

    public static Call exitGroup(Arg status) {
        return Call.of(Syscall.EXIT_GROUP, status);
    }

    public static Call prctl(int option, long second) {
        return Call.of(Syscall.PRCTL, new Word(option, Notation.PRCTL_OPTION), Word.of(second), zero(), zero(), zero());
    }

    /** Names the calling thread, as ps shows it: at most 15 bytes. */
    public static Call setName(String name) {
        return Call.of(Syscall.PRCTL, new Word(Prctl.PR_SET_NAME, Notation.PRCTL_OPTION), new Text(name));
    }

    public static Call dropBounding(Capability capability) {
        return Call.of(
                Syscall.PRCTL,
                new Word(Prctl.PR_CAPBSET_DROP, Notation.PRCTL_OPTION),
                new Word(capability.number(), Notation.CAPABILITY));
    }

    public static Call raiseAmbient(Capability capability) {
        return Call.of(
                Syscall.PRCTL,
                new Word(Prctl.PR_CAP_AMBIENT, Notation.PRCTL_OPTION),
                new Word(Prctl.PR_CAP_AMBIENT_RAISE, Notation.AMBIENT_OPERATION),
                new Word(capability.number(), Notation.CAPABILITY),
                zero(),
                zero());
    }

    public static Call clearAmbient() {
        return Call.of(
                Syscall.PRCTL,
                new Word(Prctl.PR_CAP_AMBIENT, Notation.PRCTL_OPTION),
                new Word(Prctl.PR_CAP_AMBIENT_CLEAR_ALL, Notation.AMBIENT_OPERATION),
                zero(),
                zero(),
                zero());
    }

    /** Sets the three capability sets of the calling thread; each bit is {@link Capability#bit}. */
    public static Call capset(long effective, long permitted, long inheritable) {
        var header = new Block(Structs.CAP_HEADER_SIZE, "{_LINUX_CAPABILITY_VERSION_3, 0}")
                .int32(0, Prctl._LINUX_CAPABILITY_VERSION_3);
        var data = new Block(Structs.CAP_DATA_SIZE, out -> {
                    set(effective, out.append("{effective="));
                    set(permitted, out.append(", permitted="));
                    set(inheritable, out.append(", inheritable="));
                    out.append('}');
                })
                .int32(0, effective)
                .int32(4, permitted)
                .int32(8, inheritable)
                .int32(12, effective >>> 32)
                .int32(16, permitted >>> 32)
                .int32(20, inheritable >>> 32);
        return Call.of(Syscall.CAPSET, header, data);
    }

    public static Call setgroups(List<Integer> groups) {
        var list = new Block(Math.max(groups.size(), 1) * Integer.BYTES, out -> {
            int start = out.append('[').length();
            for (int group : groups) {
                out.append(out.length() > start ? ", " : "").append(Integer.toUnsignedString(group));
            }
            out.append(']');
        });
        for (int i = 0; i < groups.size(); i++) {
            list.int32(i * Integer.BYTES, groups.get(i));
        }
        return Call.of(Syscall.SETGROUPS, Word.of(groups.size()), list);
    }

    public static Call setresuid(long id) {
        Word word = new Word(id, Notation.ID);
        return Call.of(Syscall.SETRESUID, word, word, word);
    }

    public static Call setresgid(long id) {
        Word word = new Word(id, Notation.ID);
        return Call.of(Syscall.SETRESGID, word, word, word);
    }

    public static Call setsid() {
        return Call.of(Syscall.SETSID);
    }

    /** Limits a resource of the calling process; −1 is no limit. */
    public static Call setRlimit(Rlimit resource, long soft, long hard) {
        var value = new Block(
                        Structs.RLIMIT64_SIZE,
                        out -> out.append("{rlim_cur=" + limit(soft) + ", rlim_max=" + limit(hard) + "}"))
                .int64(0, soft)
                .int64(8, hard);
        return Call.of(Syscall.PRLIMIT64, Word.of(0), new Word(resource.number(), Notation.RLIMIT), value, Word.NULL);
    }

    public static Call sethostname(String name) {
        return named(Syscall.SETHOSTNAME, name);
    }

    public static Call setdomainname(String name) {
        return named(Syscall.SETDOMAINNAME, name);
    }

    public static Call kill(Arg pid, Arg signal) {
        return Call.of(Syscall.KILL, pid, signal);
    }

    public static Call kill(long pid, int signal) {
        return kill(Word.of(pid), new Word(signal, Notation.SIGNAL));
    }

    /** A descriptor for a process: readable when it has ended (Linux 5.3). */
    public static Call pidfdOpen(long pid) {
        return pidfdOpen(Word.of(pid));
    }

    /** As {@link #pidfdOpen(long)}, for a process that only the program knows. */
    public static Call pidfdOpen(Arg pid) {
        return Call.of(Syscall.PIDFD_OPEN, pid, Word.of(0));
    }

    /** A descriptor of this process for what {@code descriptor} is in another: it needs the right to ptrace that one. */
    public static Call pidfdGetfd(Arg pidfd, int descriptor) {
        return Call.of(Syscall.PIDFD_GETFD, pidfd, Word.of(descriptor), Word.of(0));
    }

    public static Call pidfdSendSignal(Arg pidfd, int signal) {
        return Call.of(Syscall.PIDFD_SEND_SIGNAL, pidfd, new Word(signal, Notation.SIGNAL), Word.NULL, Word.of(0));
    }

    /** Waits until {@code fd} is readable, at most so long; the result is 0 if it is not. */
    public static Call ppollReadable(Fd fd, int timeoutMillis) {
        var poll = new Block(Structs.POLLFD_SIZE, "[{" + fd + ", POLLIN}]")
                .int32(Structs.POLLFD_FD, fd.number())
                .int16(Structs.POLLFD_EVENTS, POLLIN);
        return ppoll(poll, 1, timeout(timeoutMillis));
    }

    /** So long, as struct timespec. */
    public static Block timeout(long millis) {
        return new Block(Structs.TIMESPEC_SIZE, "{" + millis + " ms}")
                .int64(0, millis / 1000)
                .int64(Long.BYTES, millis % 1000 * 1_000_000L);
    }

    /** Waits for a child; {@code status} (4 bytes) is how it ended, as wait(2) tells it. */
    public static Call wait4(Arg pid, Block status, long flags) {
        return Call.of(Syscall.WAIT4, pid, status, new Word(flags, Notation.WAIT_FLAGS), Word.NULL);
    }

    /** Makes {@code set} the set of signals that the calling thread does not get. */
    public static Call setSignalMask(Block set) {
        return Call.of(
                Syscall.RT_SIGPROCMASK,
                new Word(Signal.SIG_SETMASK, Notation.SIGNAL_HOW),
                set,
                Word.NULL,
                Word.of(SIGNAL_SET_SIZE));
    }

    /** Waits for one of the blocked signals in {@code set}; the result is its number. */
    public static Call waitSignal(Block set) {
        return Call.of(Syscall.RT_SIGTIMEDWAIT, set, Word.NULL, Word.NULL, Word.of(SIGNAL_SET_SIZE));
    }

    /** A descriptor that gives the signals in {@code set}, which are to be blocked, to who reads it. */
    public static Call signalfd(Block set) {
        return Call.of(
                Syscall.SIGNALFD4,
                Word.of(-1),
                set,
                Word.of(SIGNAL_SET_SIZE),
                new Word(Fcntl.O_CLOEXEC, Notation.OPEN_FLAGS));
    }

    /** Gives a signal its default disposition. */
    public static Call defaultSignal(int signal) {
        return Call.of(
                Syscall.RT_SIGACTION,
                new Word(signal, Notation.SIGNAL),
                new Block(Structs.SIGACTION_SIZE, "{sa_handler=SIG_DFL}"),
                Word.NULL,
                Word.of(SIGNAL_SET_SIZE));
    }

    /** The set of one signal. */
    public static Block onlySignal(int signal) {
        return new Block(SIGNAL_SET_SIZE, out -> Notation.SIGNAL.print(signal, out)).int64(0, 1L << (signal - 1));
    }

    /** The set of all signals but one. */
    public static Block allSignalsBut(int signal) {
        return new Block(SIGNAL_SET_SIZE, out -> Notation.SIGNAL.print(signal, out.append("~")))
                .int64(0, ~(1L << (signal - 1)));
    }

    /** Waits until one of {@code count} descriptors in {@code polls} (struct pollfd) has something; for ever if there is no timeout. */
    public static Call ppoll(Arg polls, int count, Arg timeout) {
        return Call.of(Syscall.PPOLL, polls, Word.of(count), timeout, Word.NULL, Word.of(SIGNAL_SET_SIZE));
    }

    /** The set of all signals. */
    public static Block allSignals() {
        return new Block(SIGNAL_SET_SIZE, "~[]").int64(0, -1);
    }

    /** The set of no signal. */
    public static Block noSignals() {
        return new Block(SIGNAL_SET_SIZE, "[]");
    }

    private static Call named(Syscall syscall, String name) {
        var content = Block.content(name);
        return Call.of(syscall, content, Word.of(content.size()));
    }

    private static Word zero() {
        return Word.of(0);
    }

    private static String limit(long value) {
        return value == -1 ? "RLIM64_INFINITY" : Long.toUnsignedString(value);
    }

    /** A capability set in words, the way capsh writes it. */
    private static void set(long bits, StringBuilder out) {
        int start = out.length();
        for (Capability capability : Capability.values()) {
            if ((bits & capability.bit()) != 0) {
                out.append(out.length() == start ? "" : "|").append(capability);
            }
        }
        out.append(out.length() == start ? "0" : "");
    }
}
