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
        refuse(
                "hooks.startContainer together with SCMP_ACT_NOTIFY in linux.seccomp",
                !spec.hooks().startContainer().isEmpty()
                        && linux.seccomp().isPresent()
                        && notifies(linux.seccomp().get()));
    }

    /** A hook in the container is held to the profile, and would need a listener of its own. */
    private static boolean notifies(Seccomp profile) {
        for (int i = 0; i < profile.syscalls().size(); i++) {
            if (profile.syscalls().get(i).action() == Seccomp.Action.NOTIFY) {
                return true;
            }
        }
        return false;
    }

    private static void refuse(String field, boolean present) {
        if (present) {
            throw new ContainerException(field + ": not supported yet");
        }
    }
}
