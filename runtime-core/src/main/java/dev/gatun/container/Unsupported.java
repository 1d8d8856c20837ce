package dev.gatun.container;

import dev.gatun.oci.Linux;
import dev.gatun.oci.RuntimeSpec;
import dev.gatun.oci.Seccomp;

/**
 * Refuses what a configuration asks for and this version of Gatun does not do: a container that seems protected or
 * limited and is not would be worse than none.
 *
 * <p>The list shrinks as Gatun grows.
 */
final class Unsupported {
    private Unsupported() {}

    static void check(RuntimeSpec spec) {
        Linux linux = spec.linux();
        if (linux.seccomp().isPresent()) {
            for (Seccomp.Syscall syscall : linux.seccomp().get().syscalls()) {
                refuse("linux.seccomp: SCMP_ACT_NOTIFY", syscall.action() == Seccomp.Action.NOTIFY);
            }
        }
        refuse("linux.intelRdt", linux.intelRdt().isPresent());
        refuse("linux.netDevices", !linux.netDevices().isEmpty());
    }

    private static void refuse(String field, boolean present) {
        if (present) {
            throw new ContainerException(field + ": not supported yet");
        }
    }
}
