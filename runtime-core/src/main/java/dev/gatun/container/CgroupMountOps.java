package dev.gatun.container;

import dev.gatun.cgroup.GroupPaths;
import dev.gatun.linux.Errno;
import dev.gatun.linux.Fcntl;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.Mount;
import dev.gatun.linux.MountCalls;
import dev.gatun.oci.Namespace;
import dev.gatun.program.Slot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
    private static final Path HOST_MOUNTS = Path.of("/proc/self/mountinfo");
    private static final Path OWN_GROUPS = Path.of("/proc/self/cgroup");

    private final Assembly assembly;
    private final PathOps paths;

    /** A hierarchy of the host: {@code name} is the last part of its mount point, empty if it is the only one. */
    private record Hierarchy(String type, String name, String mountPoint, String options) {}

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
                hierarchies.size() == 1 && hierarchies.getFirst().name().isEmpty();
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
            String purpose = "show the container its control group on " + destination + "/" + hierarchy.name();
            Slot tree = tree(hierarchy, options.set(), purpose);
            mounts.attach(tree, destination + "/" + hierarchy.name(), PathOps.Kind.FOLDER, options, purpose);
            assembly.close(tree);
            link(folder, hierarchy.name());
        }
        if (options.set() != 0) {
            assembly.program.call(
                    MountCalls.mountSetattr(folder, Fcntl.AT_EMPTY_PATH, options.set(), 0, 0, Optional.empty()),
                    "restrict the folder of the control groups");
        }
        assembly.close(folder);
    }

    /** Controllers that are mounted together are found under the name of each, too. */
    private void link(Slot folder, String name) {
        if (name.indexOf(',') < 0) {
            return;
        }
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
        FilesystemOps.make(assembly, hierarchy.type(), parameters(hierarchy), attributes, tree, purpose);
        return tree;
    }

    /** Which hierarchy of the first version it is; there is only one of the second. */
    private static List<String> parameters(Hierarchy hierarchy) {
        var parameters = new ArrayList<String>();
        if (hierarchy.type().equals("cgroup")) {
            parameters.addAll(List.of(hierarchy.options().split(",", -1)));
            parameters.removeAll(List.of("rw", "ro"));
        }
        return parameters;
    }

    /** The hierarchies below {@code /sys/fs/cgroup}: proc_pid_mountinfo(5). */
    private static List<Hierarchy> hierarchies() {
        var found = new ArrayList<Hierarchy>();
        for (String line : lines(HOST_MOUNTS)) {
            String[] fields = line.split(" ", -1);
            int separator = 6;
            while (!fields[separator].equals("-")) {
                separator++;
            }
            String type = fields[separator + 1];
            String mountPoint = fields[4];
            if ((type.equals("cgroup") || type.equals("cgroup2")) && mountPoint.startsWith("/sys/fs/cgroup")) {
                String name = mountPoint.substring("/sys/fs/cgroup".length());
                found.add(new Hierarchy(
                        type, name.startsWith("/") ? name.substring(1) : name, mountPoint, fields[separator + 3]));
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
        return hierarchy.mountPoint() + ownGroup(hierarchy);
    }

    /** The group of this process in a hierarchy: cgroups(7), "/proc/[pid]/cgroup". */
    private static String ownGroup(Hierarchy hierarchy) {
        for (String line : lines(OWN_GROUPS)) {
            String[] fields = line.split(":", 3);
            boolean matches = hierarchy.type().equals("cgroup2")
                    ? fields[0].equals("0")
                    : List.of(hierarchy.options().split(",", -1)).containsAll(List.of(fields[1].split(",", -1)));
            if (matches) {
                return fields[2].equals("/") ? "" : fields[2];
            }
        }
        return "";
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new ContainerException("read " + file + ": " + e.getMessage(), e);
        }
    }
}
