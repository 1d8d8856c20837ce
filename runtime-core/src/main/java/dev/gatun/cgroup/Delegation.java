package dev.gatun.cgroup;

import java.util.Optional;

/**
 * The part of the tree of version 2 that a user may make groups in (cgroup-v2.rst, Delegation). Version 1 delegates
 * nothing.
 */
public final class Delegation {
    private Delegation() {}

    /** The group that a configuration asks for ({@link GroupPaths#of}), or none if this user may not make it. */
    public static GroupPaths of(Layout layout, Optional<String> cgroupsPath, String name, CgroupFiles files) {
        if (!layout.isUnified()) {
            return GroupPaths.NONE;
        }
        GroupPaths paths = GroupPaths.of(layout, cgroupsPath, name);
        GroupPaths.Place place = paths.unified().orElseThrow();
        String own = layout.hierarchies().getFirst().own();
        boolean makes = files.isWritable(place.mountPoint() + nearest(place, files));
        // a process is moved by who may write to the lowest group above both
        boolean moves = files.isWritable(place.mountPoint() + common(own, place.path()) + "/cgroup.procs");
        return makes && moves ? paths : GroupPaths.NONE;
    }

    /** The lowest group above the place that is there already. */
    private static String nearest(GroupPaths.Place place, CgroupFiles files) {
        String path = parent(place.path());
        while (!path.isEmpty() && !files.exists(place.mountPoint() + path)) {
            path = parent(path);
        }
        return path;
    }

    private static String common(String own, String path) {
        String common = parent(path);
        while (!common.isEmpty() && !own.equals(common) && !own.startsWith(common + "/")) {
            common = parent(common);
        }
        return common;
    }

    private static String parent(String path) {
        return path.substring(0, path.lastIndexOf('/'));
    }
}
