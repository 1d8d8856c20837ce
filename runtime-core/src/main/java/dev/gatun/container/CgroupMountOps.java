package dev.gatun.container;

import dev.gatun.cgroup.GroupPaths;
import dev.gatun.cgroup.Hierarchy;
import dev.gatun.cgroup.Layout;
import dev.gatun.linux.Errno;
import dev.gatun.linux.Fcntl;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.Mount;
import dev.gatun.linux.MountCalls;
import dev.gatun.oci.Namespace;
import dev.gatun.program.Slot;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Ops that show a container the control groups at {@code /sys/fs/cgroup}, as the host has them there.
 *
 * <p>With a cgroup namespace its own group is the root of what it sees; without one its group is bound from the host's
 * hierarchy.
 */
final class CgroupMountOps {
    private static final String FOLDER = "/sys/fs/cgroup";

    private final Assembly assembly;
    private final PathOps paths;

    CgroupMountOps(Assembly assembly, PathOps paths) {
        this.assembly = assembly;
        this.paths = paths;
    }

    void mount(String destination, MountOptions options) {
        List<Hierarchy> hierarchies = hierarchies();
        if (hierarchies.isEmpty()) {
            throw new ContainerException("type: the host has no control groups mounted at /sys/fs/cgroup");
        }
        boolean unified =
                hierarchies.size() == 1 && hierarchies.getFirst().mountPoint().equals(FOLDER);
        var mounts = new MountOps(assembly, paths, Map.of());
        if (unified) {
            String purpose = "show the container its control group on " + destination;
            Slot tree = tree(hierarchies.getFirst(), options.set(), purpose);
            mounts.attach(tree, destination, PathOps.Kind.FOLDER, options, purpose);
            assembly.close(tree);
            return;
        }
        Slot folder = tmpfs(destination);
        mounts.attach(folder, destination, PathOps.Kind.FOLDER, options, "mount the folder of the control groups");
        for (Hierarchy hierarchy : hierarchies) {
            String place = hierarchy.mountPoint().substring(FOLDER.length());
            String purpose = "show the container its control group on " + destination + place;
            Slot tree = tree(hierarchy, options.set(), purpose);
            mounts.attach(tree, destination + place, PathOps.Kind.FOLDER, options, purpose);
            assembly.close(tree);
            link(folder, place);
        }
        if (options.set() != 0) {
            assembly.program.call(
                    MountCalls.mountSetattr(folder, Fcntl.AT_EMPTY_PATH, options.set(), 0, 0, Optional.empty()),
                    "restrict the folder of the control groups");
        }
        assembly.close(folder);
    }

    /** Controllers that are mounted together are found under the name of each, too. */
    private void link(Slot folder, String place) {
        if (place.indexOf(',') < 0) {
            return;
        }
        String name = place.substring(1);
        for (String controller : name.split(",", -1)) {
            assembly.program
                    .call(FileCalls.symlinkat(name, folder, controller), "link " + controller + " to " + name)
                    .tolerate(Errno.EEXIST);
        }
    }

    private Slot tmpfs(String destination) {
        Slot folder = assembly.program.slot("cgroup_folder");
        String purpose = "make a folder for the control groups on " + destination;
        FilesystemOps.make(assembly, "tmpfs", List.of("mode=0755"), 0, folder, purpose);
        return folder;
    }

    private Slot tree(Hierarchy hierarchy, long attributes, String purpose) {
        var program = assembly.program;
        Slot tree = program.slot("cgroup");
        if (!assembly.namespaces.has(Namespace.Type.CGROUP)) {
            String group = groupOf(hierarchy);
            program.call(
                            MountCalls.openTree(
                                    FileCalls.CURRENT_DIRECTORY,
                                    group,
                                    Mount.OPEN_TREE_CLONE | Mount.OPEN_TREE_CLOEXEC),
                            purpose)
                    .to(tree);
            if (attributes != 0) {
                program.call(
                        MountCalls.mountSetattr(tree, Fcntl.AT_EMPTY_PATH, attributes, 0, 0, Optional.empty()),
                        purpose);
            }
            return tree;
        }
        FilesystemOps.make(assembly, hierarchy.type(), hierarchy.options(), attributes, tree, purpose);
        return tree;
    }

    /** The hierarchies below {@code /sys/fs/cgroup}. */
    private static List<Hierarchy> hierarchies() {
        var found = new ArrayList<Hierarchy>();
        for (Hierarchy hierarchy : Layout.read().hierarchies()) {
            if (hierarchy.mountPoint().startsWith(FOLDER)) {
                found.add(hierarchy);
            }
        }
        return found;
    }

    /** The container's group in a hierarchy; that of this process where the container has none. */
    private String groupOf(Hierarchy hierarchy) {
        for (GroupPaths.Place place : assembly.group.places()) {
            if (place.mountPoint().equals(hierarchy.mountPoint())) {
                return place.folder();
            }
        }
        return hierarchy.mountPoint() + (hierarchy.own().equals("/") ? "" : hierarchy.own());
    }
}
