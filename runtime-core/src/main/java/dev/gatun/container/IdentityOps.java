package dev.gatun.container;

import dev.gatun.linux.Call;
import dev.gatun.linux.Capability;
import dev.gatun.linux.Errno;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.Prctl;
import dev.gatun.linux.ProcessCalls;
import dev.gatun.linux.Rlimit;
import dev.gatun.linux.Text;
import dev.gatun.oci.Namespace;
import dev.gatun.oci.Process;
import dev.gatun.program.Label;
import dev.gatun.program.Op;
import dev.gatun.program.ProgramBuilder;
import java.util.ArrayList;

/** Ops that make the program the user that the container's process is to be, with its rights and limits and no more. */
final class IdentityOps {
    private static final int DEFAULT_UMASK = 0022;

    private final ProgramBuilder program;
    private final Process process;
    private final GrantedCapabilities capabilities;
    private final SeccompOps seccomp;
    private final Namespaces namespaces;

    IdentityOps(Assembly assembly, Process process, SeccompOps seccomp) {
        this.program = assembly.program;
        this.process = process;
        this.seccomp = seccomp;
        this.namespaces = assembly.namespaces;
        this.capabilities = GrantedCapabilities.of(process, namespaces, assembly.privileges);
    }

    /** Adds all of it, in the order in which one right after the other is given up. */
    void assume() {
        limits();
        program.call(FileCalls.umask(process.user().umask().orElse(DEFAULT_UMASK)), "set the mask of file modes");
        dropBounding(capabilities.bounding());
        String cwd = Text.quoted(process.cwd());
        Label refused = program.label("root is kept out");
        Label reached = program.label("in the working folder");
        // root reaches folders that the user does not; where root is kept out (a network file system), the user may not
        // be
        program.call(FileCalls.chdir(process.cwd()), "go to the working folder " + cwd)
                .onError(refused, Errno.EACCES);
        user();
        program.jump(reached, "be in the working folder");
        program.place(refused);
        user();
        program.call(FileCalls.chdir(process.cwd()), "go to the working folder " + cwd);
        program.place(reached);
        setCapabilities();
        if (process.noNewPrivileges()) {
            program.call(ProcessCalls.prctl(Prctl.PR_SET_NO_NEW_PRIVS, 1), "gain no privileges by execve");
        }
    }

    /** Adds the ops that leave the process the system calls of its profile; execve is all that may follow. */
    void confine() {
        seccomp.load();
        if (isHeldBack()) {
            program.call(capset(0), "give up what loading the filter needed");
        }
    }

    /** Whether a capability that is not to be the process's own is still needed. */
    private boolean isHeldBack() {
        return (seccomp.needed() & ~capabilities.effective()) != 0;
    }

    private void limits() {
        for (dev.gatun.oci.Rlimit limit : process.rlimits()) {
            Rlimit resource = Rlimit.named(limit.type().text()).orElseThrow();
            program.call(
                    ProcessCalls.setRlimit(resource, limit.soft(), limit.hard()),
                    "limit " + resource + " to " + Long.toUnsignedString(limit.soft()) + ":"
                            + Long.toUnsignedString(limit.hard()));
        }
    }

    private void dropBounding(long keep) {
        for (Capability capability : Capability.values()) {
            if ((keep & capability.bit()) == 0) {
                // EINVAL: the kernel is older than the capability
                program.call(ProcessCalls.dropBounding(capability), "drop " + capability + " for good")
                        .tolerate(Errno.EINVAL);
            }
        }
    }

    private void user() {
        var groups = new ArrayList<Integer>();
        for (long group : process.user().additionalGids()) {
            groups.add((int) group);
        }
        program.call(ProcessCalls.prctl(Prctl.PR_SET_KEEPCAPS, 1), "keep capabilities when the user changes");
        Op additional = program.call(ProcessCalls.setgroups(groups), "set the additional groups");
        if (groups.isEmpty() && namespaces.has(Namespace.Type.USER)) {
            // who made the namespace without root had to forbid it, and all groups but one are nobody's inside
            additional.tolerate(Errno.EPERM);
        }
        program.call(
                ProcessCalls.setresgid(process.user().gid()),
                "become group " + process.user().gid());
        program.call(
                ProcessCalls.setresuid(process.user().uid()),
                "become user " + process.user().uid());
        // changing ids has made the process dumpable or not by the kernel's own rules
        program.call(ProcessCalls.prctl(Prctl.PR_SET_DUMPABLE, 0), "keep other processes out again");
    }

    private void setCapabilities() {
        program.call(capset(isHeldBack() ? seccomp.needed() : 0), "set the capabilities");
        program.call(ProcessCalls.prctl(Prctl.PR_SET_KEEPCAPS, 0), "let execve decide on capabilities again");
        program.call(ProcessCalls.clearAmbient(), "clear the ambient capabilities");
        long ambient = capabilities.ambient();
        for (Capability capability : Capability.values()) {
            if ((ambient & capability.bit()) != 0) {
                // as runc: what is not both permitted and inheritable cannot be ambient, and is left out
                program.call(ProcessCalls.raiseAmbient(capability), "make " + capability + " ambient")
                        .tolerate(Errno.EPERM);
            }
        }
    }

    private Call capset(long more) {
        return ProcessCalls.capset(
                capabilities.effective() | more, capabilities.permitted() | more, capabilities.inheritable());
    }
}
