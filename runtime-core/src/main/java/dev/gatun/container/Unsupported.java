package dev.gatun.container;

import dev.gatun.json.JsonWritable;
import dev.gatun.oci.Linux;
import dev.gatun.oci.Resources;
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
        refuse("linux.intelRdt", linux.intelRdt().isPresent());
        refuse("linux.netDevices", !linux.netDevices().isEmpty());
        Resources resources = linux.resources();
        refuse("linux.resources.memory", isSet(resources.memory()));
        refuse("linux.resources.cpu", isSet(resources.cpu()));
        refuse("linux.resources.pids", resources.pidsLimit().isPresent());
        refuse("linux.resources.blockIO", isSet(resources.blockIo()));
        refuse("linux.resources.hugepageLimits", !resources.hugepageLimits().isEmpty());
        refuse("linux.resources.network", isSet(resources.network()));
        refuse("linux.resources.rdma", !resources.rdma().isEmpty());
        refuse("linux.resources.unified", !resources.unified().isEmpty());
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

    private static boolean isSet(JsonWritable section) {
        return !section.toJson().equals("{}");
    }

    private static void refuse(String field, boolean present) {
        if (present) {
            throw new ContainerException(field + ": not supported yet");
        }
    }
}
