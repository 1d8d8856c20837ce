package dev.gatun.seccomp;

import dev.gatun.linux.Arch;
import dev.gatun.oci.InvalidSpecException;
import dev.gatun.oci.Seccomp;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A profile as the kernel takes it: what seccomp(2) is given with SECCOMP_SET_MODE_FILTER. */
public final class SeccompFilter {
    /** linux/seccomp.h. */
    private static final int FLAG_LOG = 1 << 1;

    private static final int FLAG_SPEC_ALLOW = 1 << 2;
    private static final int FLAG_NEW_LISTENER = 1 << 3;
    private static final int FLAG_WAIT_KILLABLE_RECV = 1 << 5;

    private final byte[] program;
    private final int flags;

    private SeccompFilter(byte[] program, int flags) {
        this.program = program;
        this.flags = flags;
    }

    /**
     * Compiles a profile.
     *
     * @param kernel the architecture of the kernel that the filter is for
     * @throws InvalidSpecException if there can be no such filter; the path in it begins with {@code linux.seccomp}
     */
    public static SeccompFilter compile(Seccomp profile, Arch kernel) {
        boolean notifies = notifies(profile);
        return new SeccompFilter(new FilterCompiler(profile, kernel).compile(), flags(profile.flags(), notifies));
    }

    /** One that was compiled before. */
    static SeccompFilter compiled(byte[] program, int flags) {
        return new SeccompFilter(program, flags);
    }

    private static boolean notifies(Seccomp profile) {
        if (profile.defaultAction() == Seccomp.Action.NOTIFY) {
            throw new InvalidSpecException(
                    "linux.seccomp.defaultAction",
                    "SCMP_ACT_NOTIFY is for listed calls only: whoever hands the listener over must be free to do so");
        }
        boolean notifies = false;
        for (int i = 0; i < profile.syscalls().size(); i++) {
            Seccomp.Syscall syscall = profile.syscalls().get(i);
            if (syscall.action() == Seccomp.Action.NOTIFY) {
                notifies = true;
                if (syscall.names().contains("write")) {
                    throw new InvalidSpecException(
                            "linux.seccomp.syscalls[" + i + "].action",
                            "SCMP_ACT_NOTIFY is not for write: the start of the container needs it");
                }
            }
        }
        if (notifies && profile.listenerPath().isEmpty()) {
            throw new InvalidSpecException("linux.seccomp.listenerPath", "missing; SCMP_ACT_NOTIFY needs it");
        }
        return notifies;
    }

    private static int flags(Optional<List<Seccomp.Flag>> listed, boolean notifies) {
        int flags = notifies ? FLAG_NEW_LISTENER : 0;
        if (listed.isEmpty()) {
            // as runc: the kernel's mitigation of speculative store bypass costs time, and helps few
            return flags | FLAG_SPEC_ALLOW;
        }
        for (Seccomp.Flag flag : listed.get()) {
            flags |= switch (flag) {
                // nothing to do: the filter is loaded by a process of one thread
                case TSYNC -> 0;
                case LOG -> FLAG_LOG;
                case SPEC_ALLOW -> FLAG_SPEC_ALLOW;
                // without a listener there is nothing to wait for, and the kernel answers EINVAL
                case WAIT_KILLABLE_RECV -> notifies ? FLAG_WAIT_KILLABLE_RECV : 0;
            };
        }
        return flags;
    }

    /** An array of struct sock_filter (linux/filter.h); the caller's own. */
    public byte[] program() {
        return program.clone();
    }

    /** How many instructions it has. */
    public int length() {
        return program.length / Assembler.INSTRUCTION_SIZE;
    }

    /** The flags of seccomp(2). */
    public int flags() {
        return flags;
    }

    /** Whether loading it gives a descriptor for a listener. */
    public boolean notifies() {
        return (flags & FLAG_NEW_LISTENER) != 0;
    }

    /** The architectures whose calls can be filtered, by the names that profiles have for them. */
    public static List<String> architectures() {
        var names = new ArrayList<String>();
        for (Abi abi : Abi.values()) {
            names.add(abi.profileName().text());
        }
        names.sort(null);
        return names;
    }
}
