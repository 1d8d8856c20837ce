package dev.gatun.container;

import dev.gatun.cgroup.Advice;
import dev.gatun.linux.Errno;
import dev.gatun.program.Failure;
import java.util.Optional;

/** Advice on failures whose error number alone does not say what to do. */
final class Hints {
    private Hints() {}

    /** The failure in words, with advice if there is any. */
    static String explain(Failure failure) {
        return failure + advice(failure).map(text -> "; " + text).orElse("");
    }

    private static Optional<String> advice(Failure failure) {
        String call = failure.call();
        if (failure.is(Errno.ENOSYS)) {
            return Optional.of("Gatun needs Linux 5.12 or newer");
        }
        if (call.startsWith("clone3(") && failure.is(Errno.EPERM)) {
            return Optional.of("new namespaces need root, or a user namespace among them, which this machine may forbid"
                    + " (/proc/sys/user/max_user_namespaces, seccomp, AppArmor)");
        }
        if (call.startsWith("clone3(") && failure.is(Errno.ENOSPC)) {
            return Optional.of("a limit of /proc/sys/user/max_*_namespaces is reached");
        }
        if (call.startsWith("prlimit64(") && failure.is(Errno.EPERM)) {
            return Optional.of("raising a hard limit needs CAP_SYS_RESOURCE: lower it in process.rlimits");
        }
        if (call.startsWith("sched_setattr(") && failure.is(Errno.EPERM)) {
            return Optional.of(
                    "a real-time policy needs CAP_SYS_NICE, and in control groups of version 1 a share of the"
                            + " processors: linux.resources.cpu.realtimeRuntime");
        }
        boolean refused = failure.is(Errno.EPERM) || failure.is(Errno.EACCES);
        if (refused && failure.purpose().startsWith("set the OOM score adjustment")) {
            return Optional.of(
                    "lowering it needs CAP_SYS_RESOURCE: leave out process.oomScoreAdj, or give a higher one");
        }
        if (refused && failure.purpose().startsWith("mount proc on")) {
            return Optional.of(
                    "where the host's own /proc is covered in parts, no new one can be mounted without root");
        }
        if (failure.purpose().startsWith("mount ") && failure.is(Errno.EPERM)) {
            return Optional.of("this type of file system needs root, or a namespace of the container's own");
        }
        boolean takesSource = failure.purpose().startsWith("bind ") && call.startsWith("open_tree(");
        if (takesSource && failure.is(Errno.EINVAL)) {
            return Optional.of("what is mounted below it has to come along without root: use the option rbind");
        }
        if (failure.purpose().equals("write the child's uid_map") && failure.is(Errno.EPERM)) {
            return Optional.of("to map the user 0 takes CAP_SETFCAP (user_namespaces(7))");
        }

        if (failure.purpose().startsWith("set the I/O priority") && failure.is(Errno.EPERM)) {
            return Optional.of("it needs root (CAP_SYS_NICE)");
        }
        boolean changesId =
                call.startsWith("setresuid(") || call.startsWith("setresgid(") || call.startsWith("setgroups(");
        if (changesId && failure.is(Errno.EINVAL)) {
            return Optional.of("linux.uidMappings and linux.gidMappings map no such id");
        }
        if (call.startsWith("execve(") && failure.is(Errno.ENOEXEC)) {
            return Optional.of("it is no program for this machine, and has no #! line");
        }
        if (call.startsWith("execve(") && failure.is(Errno.ENOENT)) {
            return Optional.of("the file is there, but the interpreter or dynamic linker that it names is not");
        }
        // Docker's command line tells exit statuses 126 and 127 by these words, in small letters
        boolean looksForCommand =
                failure.purpose().startsWith("exec: ") && !failure.purpose().endsWith("$PATH");
        if (looksForCommand && failure.is(Errno.ENOENT)) {
            return Optional.of("there is no such file or directory in the root file system");
        }
        if (looksForCommand && failure.is(Errno.EACCES)) {
            return Optional.of("permission denied: it is a folder, or the user may not execute it");
        }
        if (call.startsWith("openat2(") && failure.is(Errno.ELOOP)) {
            return Optional.of("a symbolic link of the image stands in the way");
        }
        return Advice.on(failure.purpose(), failure.errno());
    }
}
