package dev.gatun.cgroup;

import dev.gatun.oci.Resources;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How a group comes to be: its folders in all hierarchies, in version 2 the controllers on the way down to it, its
 * limits, and its devices.
 */
public final class Creation {
    private static final String DELEGATED = "/sys/kernel/cgroup/delegate";
    private static final List<String> ALWAYS_DELEGATED =
            List.of("cgroup.procs", "cgroup.subtree_control", "cgroup.threads");
    private static final List<String> INHERITED = List.of("cpuset.cpus", "cpuset.mems");

    /** No group, and no steps. */
    public static final Creation NONE = ofParent(GroupPaths.NONE, Resources.NONE, CgroupFiles.HOST);

    private final GroupPaths paths;
    private final CgroupFiles files;
    private final Settings settings;
    private final Optional<DeviceRules> devices;
    private final Optional<Owner> owner;

    private Creation(
            GroupPaths paths,
            CgroupFiles files,
            Settings settings,
            Optional<DeviceRules> devices,
            Optional<Owner> owner) {
        this.paths = paths;
        this.files = files;
        this.settings = settings;
        this.devices = devices;
        this.owner = owner;
    }

    /**
     * The group of a container: it may use only what its rules and the default list allow.
     *
     * @param owner who is to run it from inside, if anybody is
     * @throws CgroupException if the host cannot do what is asked for
     */
    public static Creation ofContainer(
            GroupPaths paths, Resources resources, CgroupFiles files, Optional<Owner> owner) {
        Settings settings = Settings.of(resources, paths, files);
        if (paths.isEmpty()) {
            return new Creation(paths, files, settings, Optional.empty(), Optional.empty());
        }
        return new Creation(paths, files, settings, Optional.of(DeviceRules.of(resources.devices())), owner);
    }

    /** The group of a user's container: nobody makes devices in a user namespace, and only root limits them. */
    public static Creation ofUser(GroupPaths paths, Resources resources, CgroupFiles files) {
        return new Creation(paths, files, Settings.of(resources, paths, files), Optional.empty(), Optional.empty());
    }

    /** The group above those of several containers, a pod's: it limits what they use together. */
    public static Creation ofParent(GroupPaths paths, Resources resources, CgroupFiles files) {
        Settings settings = Settings.of(resources, paths, files);
        Optional<DeviceRules> devices =
                resources.devices().isEmpty() ? Optional.empty() : Optional.of(DeviceRules.of(resources.devices()));
        return new Creation(paths, files, settings, devices, Optional.empty());
    }

    public GroupPaths paths() {
        return paths;
    }

    /** The group's folders that are not there yet, for whoever has to undo it. */
    public List<String> missing() {
        var missing = new ArrayList<String>();
        for (GroupPaths.Place place : paths.places()) {
            if (!files.exists(place.folder())) {
                missing.add(place.folder());
            }
        }
        return missing;
    }

    /** All steps, in order. */
    public void describe(Steps steps) {
        for (GroupPaths.Place place : paths.places()) {
            if (place.isUnified()) {
                unifiedFolders(place, steps);
            } else if (isCpuset(place)) {
                cpusetFolders(place, steps);
            } else {
                folders(place, steps);
            }
        }
        for (Write write : settings.writes()) {
            steps.write(write);
        }
        if (devices.isPresent()) {
            restrictDevices(devices.get(), steps);
        }
        if (owner.isPresent() && paths.unified().isPresent()) {
            delegate(paths.unified().get(), owner.get(), steps);
        }
    }

    private void folders(GroupPaths.Place place, Steps steps) {
        for (String level : levels(place.path())) {
            String folder = place.mountPoint() + level;
            if (!files.exists(folder)) {
                makeFolder(place, level, steps);
            }
        }
    }

    private static void makeFolder(GroupPaths.Place place, String level, Steps steps) {
        String hierarchy = place.isUnified() ? "version 2" : place.hierarchy();
        steps.folder(place.mountPoint() + level, "make the group " + level + " (" + hierarchy + ")");
    }

    private static boolean isCpuset(GroupPaths.Place place) {
        return !place.isUnified() && ("," + place.hierarchy() + ",").contains(",cpuset,");
    }

    /** In version 1 nothing may join a group without processors and memory nodes, and a new one has none. */
    private void cpusetFolders(GroupPaths.Place place, Steps steps) {
        List<String> levels = levels(place.path());
        var inherited = new String[INHERITED.size()];
        for (int i = 0; i < inherited.length; i++) {
            inherited[i] = value(place.mountPoint(), INHERITED.get(i));
        }
        for (String level : levels) {
            String folder = place.mountPoint() + level;
            if (!files.exists(folder)) {
                makeFolder(place, level, steps);
            }
            for (int i = 0; i < inherited.length; i++) {
                String file = INHERITED.get(i);
                String own = value(folder, file);
                if (own.isEmpty()) {
                    String purpose = "let " + level + " have the " + file + " of the group above it";
                    steps.write(new Write(folder + "/" + file, inherited[i], purpose, List.of(), Optional.empty()));
                } else {
                    inherited[i] = own;
                }
            }
        }
    }

    private String value(String folder, String file) {
        return files.read(folder + "/" + file).orElse("").strip();
    }

    /**
     * In version 2 a group has those controllers that all above it pass down. Where version 2 is all there is, every one
     * is passed down, so that what is used can be counted; beside version 1 only what is needed.
     */
    private void unifiedFolders(GroupPaths.Place place, Steps steps) {
        List<String> needed = settings.controllers();
        List<String> wanted = paths.isUnified()
                ? Layout.words(
                        files.read(place.mountPoint() + "/cgroup.controllers").orElse(""))
                : needed;
        String above = "";
        for (String level : levels(place.path())) {
            String file = place.mountPoint() + above + "/cgroup.subtree_control";
            List<String> enabled = Layout.words(files.read(file).orElse(""));
            String group = above.isEmpty() ? "/" : above;
            String all = missing(wanted, enabled);
            String must = missing(needed, enabled);
            if (!all.isEmpty() && !all.equals(must)) {
                steps.write(Write.attempt(file, all, "let the groups below " + group + " have controllers"));
            }
            if (!must.isEmpty()) {
                String purpose = "let the groups below " + group + " have the controllers " + must.replace("+", "");
                steps.write(new Write(file, must, purpose, List.of(), Optional.empty()));
            }
            if (!files.exists(place.mountPoint() + level)) {
                makeFolder(place, level, steps);
            }
            above = level;
        }
    }

    private static String missing(List<String> wanted, List<String> enabled) {
        var out = new StringBuilder();
        for (String controller : wanted) {
            if (!enabled.contains(controller)) {
                out.append(out.isEmpty() ? "+" : " +").append(controller);
            }
        }
        return out.toString();
    }

    private void restrictDevices(DeviceRules rules, Steps steps) {
        Optional<GroupPaths.Place> legacy = paths.legacy("devices");
        if (legacy.isPresent()) {
            GroupPaths.Place place = legacy.get();
            String list = place.file("devices.list");
            // a new group begins with what the nearest one above it allows
            for (String level : levels(place.path()).reversed()) {
                if (files.exists(list)) {
                    break;
                }
                list = place.mountPoint() + parent(level) + "/devices.list";
            }
            for (Write write : rules.changes(DeviceRules.parse(files.read(list).orElse("a *:* rwm")), place)) {
                steps.write(write);
            }
        } else if (paths.unified().isPresent()) {
            GroupPaths.Place place = paths.unified().get();
            steps.filter(place.folder(), DeviceFilter.of(rules), "limit the devices of " + place.path());
        } else {
            throw new CgroupException(
                    "linux.resources.devices: the host has no devices controller: neither is it mounted"
                            + " as cgroup v1, nor is there a version 2 where eBPF does its work");
        }
    }

    /** Lets the container's root make groups below its own (runtime-spec, config-linux.md, "Cgroup ownership"). */
    private void delegate(GroupPaths.Place place, Owner root, Steps steps) {
        String purpose = "give the group " + place.path() + " to the container's root";
        steps.own(place.folder(), root.uid(), root.gid(), purpose);
        List<String> names = Layout.lines(files.read(DELEGATED).orElse(""));
        for (String name : names.isEmpty() ? ALWAYS_DELEGATED : names) {
            steps.own(place.file(name), root.uid(), root.gid(), purpose);
        }
    }

    /** The path of each group on the way to {@code path}: {@code /a}, {@code /a/b}. */
    private static List<String> levels(String path) {
        var levels = new ArrayList<String>();
        for (int end = path.indexOf('/', 1); end > 0; end = path.indexOf('/', end + 1)) {
            levels.add(path.substring(0, end));
        }
        levels.add(path);
        return levels;
    }

    private static String parent(String path) {
        return path.substring(0, path.lastIndexOf('/'));
    }
}
