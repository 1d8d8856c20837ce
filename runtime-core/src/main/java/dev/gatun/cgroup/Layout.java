package dev.gatun.cgroup;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The hierarchies of a host (cgroups(7)), and which of them a controller is in. A controller is in one at most: once it
 * is mounted in a hierarchy of version 1, version 2 offers it no longer.
 */
public final class Layout {
    private static final String MOUNTS = "/proc/self/mountinfo";

    private final List<Hierarchy> hierarchies;
    private final List<String> unmounted;

    private Layout(List<Hierarchy> hierarchies, List<String> unmounted) {
        this.hierarchies = List.copyOf(hierarchies);
        this.unmounted = List.copyOf(unmounted);
    }

    /** As it is on this host, for this process. */
    public static Layout read() {
        return read(CgroupFiles.HOST);
    }

    /** As it is on this host, for another process. */
    static Layout read(int pid) {
        return read(CgroupFiles.HOST, "/proc/" + pid + "/cgroup");
    }

    static Layout read(CgroupFiles files) {
        return read(files, "/proc/self/cgroup");
    }

    private static Layout read(CgroupFiles files, String ownGroups) {
        String mounts = files.read(MOUNTS).orElse("");
        List<String> own = lines(files.read(ownGroups).orElse(""));
        var found = new ArrayList<Hierarchy>();
        for (String line : lines(mounts)) {
            if (line.contains(" - cgroup")) {
                add(found, fields(line), own, files);
            }
        }
        return new Layout(found, unmounted(found, own));
    }

    private static List<String> unmounted(List<Hierarchy> found, List<String> own) {
        var unmounted = new ArrayList<String>();
        for (String line : own) {
            String name = line.split(":", 3)[1];
            if (!name.isEmpty() && !name.startsWith("name=") && !has(found, false, name)) {
                unmounted.addAll(List.of(name.split(",", -1)));
            }
        }
        return unmounted;
    }

    /** One line of mountinfo: proc_pid_mountinfo(5). */
    private static void add(List<Hierarchy> found, String[] fields, List<String> own, CgroupFiles files) {
        int separator = 6;
        while (!fields[separator].equals("-")) {
            separator++;
        }
        String type = fields[separator + 1];
        boolean unified = type.equals("cgroup2");
        String name = unified ? "" : name(fields[separator + 3]);
        if ((!unified && !type.equals("cgroup")) || has(found, unified, name)) {
            return;
        }
        String mountPoint = unescaped(fields[4]);
        List<String> controllers = unified
                ? words(files.read(mountPoint + "/cgroup.controllers").orElse(""))
                : name.startsWith("name=") ? List.of() : List.of(name.split(",", -1));
        found.add(new Hierarchy(
                unified ? 2 : 1, name, mountPoint, controllers, below(unescaped(fields[3]), ownGroup(own, name))));
    }

    /** A hierarchy may be mounted several times; the first is as good as any. */
    private static boolean has(List<Hierarchy> found, boolean unified, String name) {
        for (Hierarchy hierarchy : found) {
            if (hierarchy.isUnified() == unified && hierarchy.name().equals(name)) {
                return true;
            }
        }
        return false;
    }

    /** The controllers, or the name, among the options of a mount of version 1. */
    private static String name(String options) {
        var controllers = new StringBuilder();
        for (String option : options.split(",", -1)) {
            if (option.startsWith("name=")) {
                return option;
            }
            boolean other = option.equals("rw")
                    || option.equals("ro")
                    || option.equals("xattr")
                    || option.equals("noprefix")
                    || option.equals("clone_children")
                    || option.equals("cpuset_v2_mode")
                    || option.startsWith("release_agent=");
            if (!other) {
                controllers.append(controllers.isEmpty() ? "" : ",").append(option);
            }
        }
        return controllers.toString();
    }

    /** The group of this process in the hierarchy of that name. */
    private static String ownGroup(List<String> own, String name) {
        for (String line : own) {
            int first = line.indexOf(':');
            int second = line.indexOf(':', first + 1);
            if (second > 0 && line.substring(first + 1, second).equals(name)) {
                return line.substring(second + 1);
            }
        }
        return "/";
    }

    /** Where a group is below a mount that shows the hierarchy from {@code root} on. */
    private static String below(String root, String group) {
        if (root.equals("/")) {
            return group;
        }
        if (group.equals(root)) {
            return "/";
        }
        return group.startsWith(root + "/") ? group.substring(root.length()) : "/";
    }

    /** Spaces, tabs, line ends and backslashes of a path are octal numbers in mountinfo. */
    private static String unescaped(String path) {
        int at = path.indexOf('\\');
        if (at < 0) {
            return path;
        }
        var out = new StringBuilder();
        for (int i = 0; i < path.length(); i++) {
            if (path.charAt(i) == '\\' && i + 3 < path.length()) {
                out.append((char) Integer.parseInt(path.substring(i + 1, i + 4), 8));
                i += 3;
            } else {
                out.append(path.charAt(i));
            }
        }
        return out.toString();
    }

    public List<Hierarchy> hierarchies() {
        return hierarchies;
    }

    /** The hierarchy that a controller is in; {@code devices} and {@code freezer} are in version 2 if in no other. */
    public Optional<Hierarchy> find(String controller) {
        Optional<Hierarchy> unified = Optional.empty();
        for (Hierarchy hierarchy : hierarchies) {
            if (hierarchy.has(controller)) {
                if (!hierarchy.isUnified()) {
                    return Optional.of(hierarchy);
                }
                unified = Optional.of(hierarchy);
            }
        }
        return unified;
    }

    /** The controllers of hierarchies of version 1 that are there and mounted nowhere: nothing can be limited by them. */
    public List<String> unmounted() {
        return unmounted;
    }

    /** Whether version 2 is all there is. */
    public boolean isUnified() {
        return hierarchies.size() == 1 && hierarchies.getFirst().isUnified();
    }

    /** What people call it: v2, v1, hybrid, none. */
    public String kind() {
        boolean two = false;
        boolean one = false;
        for (Hierarchy hierarchy : hierarchies) {
            two |= hierarchy.isUnified();
            one |= !hierarchy.isUnified();
        }
        return one && two ? "hybrid" : one ? "v1" : two ? "v2" : "none";
    }

    static List<String> lines(String text) {
        var lines = new ArrayList<String>();
        int from = 0;
        while (from < text.length()) {
            int end = text.indexOf('\n', from);
            end = end < 0 ? text.length() : end;
            lines.add(text.substring(from, end));
            from = end + 1;
        }
        return lines;
    }

    static List<String> words(String text) {
        String stripped = text.strip();
        return stripped.isEmpty() ? List.of() : List.of(stripped.split(" ", -1));
    }

    private static String[] fields(String line) {
        return line.split(" ", -1);
    }
}
