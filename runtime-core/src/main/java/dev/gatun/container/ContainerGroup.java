package dev.gatun.container;

import dev.gatun.cgroup.CgroupFiles;
import dev.gatun.cgroup.Creation;
import dev.gatun.cgroup.Delegation;
import dev.gatun.cgroup.GroupPaths;
import dev.gatun.cgroup.Layout;
import dev.gatun.cgroup.Owner;
import dev.gatun.linux.Mount;
import dev.gatun.oci.IdMapping;
import dev.gatun.oci.Namespace;
import dev.gatun.oci.Resources;
import dev.gatun.oci.RuntimeSpec;
import java.util.List;
import java.util.Optional;

/** Which control group a configuration asks for on this host. */
final class ContainerGroup {
    private static final String MOUNT_POINT = "/sys/fs/cgroup";

    private ContainerGroup() {}

    /**
     * The group's making.
     *
     * @param name the group's name if the configuration has no path
     * @param runtime without root, the container has a group where some of the tree is delegated to the user, and stays
     *     in the runtime's own group elsewhere
     */
    static Creation of(RuntimeSpec spec, String name, Privileges runtime) {
        if (runtime.isRootless()) {
            GroupPaths paths = Delegation.of(Layout.read(), spec.linux().cgroupsPath(), name, CgroupFiles.HOST);
            if (paths.isEmpty()) {
                Rootless.checkUnlimited(spec.linux().resources());
                return Creation.NONE;
            }
            return Creation.ofUser(paths, spec.linux().resources(), CgroupFiles.HOST);
        }
        return at(GroupPaths.of(Layout.read(), spec.linux().cgroupsPath(), name), spec);
    }

    /** The making of a group whose place is known. */
    static Creation at(GroupPaths paths, RuntimeSpec spec) {
        Resources resources = spec.linux().resources();
        if (paths.isEmpty() && !resources.devices().isEmpty()) {
            throw new ContainerException("linux.resources.devices: the host has no control groups mounted, so no rule"
                    + " about devices would hold; mount them at /sys/fs/cgroup, or leave the rules out");
        }
        return Creation.ofContainer(paths, resources, CgroupFiles.HOST, owner(spec));
    }

    /** Whom the group is given to: the container's root, if it can reach it and sees it as the root of all groups. */
    private static Optional<Owner> owner(RuntimeSpec spec) {
        var namespaces = new Namespaces(spec.linux().namespaces());
        if (!namespaces.isNew(Namespace.Type.CGROUP) || !mountsWritable(spec)) {
            return Optional.empty();
        }
        return Optional.of(new Owner(
                hostId(spec.linux().uidMappings()), hostId(spec.linux().gidMappings())));
    }

    private static boolean mountsWritable(RuntimeSpec spec) {
        for (dev.gatun.oci.Mount mount : spec.mounts()) {
            String type = mount.type().orElse("");
            boolean groups = type.equals("cgroup") || type.equals("cgroup2");
            if (groups && MountOps.clean(mount.destination()).equals(MOUNT_POINT)) {
                return (MountOptions.parse(mount.options()).set() & Mount.MOUNT_ATTR_RDONLY) == 0;
            }
        }
        return false;
    }

    /** What the container's id 0 is on the host. */
    private static long hostId(List<IdMapping> mappings) {
        for (IdMapping mapping : mappings) {
            if (mapping.containerId() == 0) {
                return mapping.hostId();
            }
        }
        return 0;
    }
}
