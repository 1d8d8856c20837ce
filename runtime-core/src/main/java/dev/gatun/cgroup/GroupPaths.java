package dev.gatun.cgroup;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where a group is in each hierarchy.
 *
 * @param places one for each hierarchy
 */
public record GroupPaths(List<Place> places) {
    private static final String UNIFIED = "unified";

    /** No group at all, on a host without control groups. */
    public static final GroupPaths NONE = new GroupPaths(List.of());

    /**
     * A group in one hierarchy.
     *
     * @param version 1 or 2
     * @param hierarchy its name, {@link Hierarchy#name}
     * @param mountPoint where that is mounted
     * @param path below it: {@code /gatun/x}
     */
    public record Place(int version, String hierarchy, String mountPoint, String path) {
        /** The group's folder. */
        public String folder() {
            return mountPoint + path;
        }

        public boolean isUnified() {
            return version == 2;
        }

        /** A file of the group. */
        String file(String name) {
            return mountPoint + path + "/" + name;
        }

        Place below(String subgroup) {
            return new Place(version, hierarchy, mountPoint, path + subgroup);
        }

        private boolean has(String controller) {
            String names = "," + hierarchy + ",";
            return names.contains("," + controller + ",");
        }
    }

    public GroupPaths {
        places = List.copyOf(places);
    }

    /**
     * The group that a configuration asks for.
     *
     * @param cgroupsPath {@code linux.cgroupsPath}; an absolute one is taken from the mount points on, a relative one
     *     from this process's own group, or in version 2 its parent, as a group that has processes can have no
     *     controllers for its children
     * @param name the group's name if there is no path
     */
    public static GroupPaths of(Layout layout, Optional<String> cgroupsPath, String name) {
        String wanted = cgroupsPath.orElse("");
        String clean = clean(wanted.isEmpty() ? name : wanted);
        if (clean.equals("/")) {
            throw new CgroupException("linux.cgroupsPath: " + wanted + " is the root of all groups; name one below it");
        }
        var places = new ArrayList<Place>();
        for (Hierarchy hierarchy : layout.hierarchies()) {
            String path = wanted.startsWith("/") ? clean : clean(base(hierarchy) + clean);
            places.add(new Place(hierarchy.version(), hierarchy.name(), hierarchy.mountPoint(), path));
        }
        return new GroupPaths(places);
    }

    private static String base(Hierarchy hierarchy) {
        String own = hierarchy.own();
        if (!hierarchy.isUnified()) {
            return own.equals("/") ? "" : own;
        }
        return own.substring(0, Math.max(own.lastIndexOf('/'), 0));
    }

    /** Without empty parts, {@code .} and {@code ..}, none of which leads above the root; begins with a slash. */
    static String clean(String path) {
        var parts = new ArrayList<String>();
        for (String part : path.split("/", -1)) {
            if (part.equals("..")) {
                if (!parts.isEmpty()) {
                    parts.removeLast();
                }
            } else if (!part.isEmpty() && !part.equals(".")) {
                parts.add(part);
            }
        }
        var out = new StringBuilder();
        for (String part : parts) {
            out.append('/').append(part);
        }
        return out.isEmpty() ? "/" : out.toString();
    }

    /** As it is kept: the mount points and paths by hierarchy. */
    public Map<String, String> toMap() {
        var map = new LinkedHashMap<String, String>();
        for (Place place : places) {
            map.put(
                    place.isUnified() ? UNIFIED : place.hierarchy(),
                    place.mountPoint() + "//" + place.path().substring(1));
        }
        return map;
    }

    /** What {@link #toMap} gave. */
    public static GroupPaths of(Map<String, String> map) {
        var places = new ArrayList<Place>();
        for (Map.Entry<String, String> entry : map.entrySet()) {
            String folder = entry.getValue();
            int end = folder.lastIndexOf("//");
            if (end < 0) {
                throw new CgroupException("the record of a group is damaged: " + folder);
            }
            boolean unified = entry.getKey().equals(UNIFIED);
            places.add(new Place(
                    unified ? 2 : 1,
                    unified ? "" : entry.getKey(),
                    folder.substring(0, end),
                    folder.substring(end + 1)));
        }
        return new GroupPaths(places);
    }

    /** The place where a controller is, if version 1 has it. */
    Optional<Place> legacy(String controller) {
        for (Place place : places) {
            if (!place.isUnified() && place.has(controller)) {
                return Optional.of(place);
            }
        }
        return Optional.empty();
    }

    /** The place in version 2. */
    public Optional<Place> unified() {
        for (Place place : places) {
            if (place.isUnified()) {
                return Optional.of(place);
            }
        }
        return Optional.empty();
    }

    /** Whether version 2 is all there is. */
    boolean isUnified() {
        return places.size() == 1 && places.getFirst().isUnified();
    }

    public boolean isEmpty() {
        return places.isEmpty();
    }

    /**
     * The group below this one, never one beside it.
     *
     * @param controllers in which hierarchies of version 1, with commas; empty for all
     */
    public GroupPaths below(String controllers, String subgroup) {
        String clean = clean(subgroup);
        if (clean.equals("/")) {
            return this;
        }
        var below = new ArrayList<Place>(places);
        boolean found = controllers.isEmpty();
        for (int i = 0; i < below.size(); i++) {
            boolean named = false;
            for (String controller : controllers.split(",", -1)) {
                named |= !controller.isEmpty() && below.get(i).has(controller);
            }
            if (named || controllers.isEmpty()) {
                below.set(i, below.get(i).below(clean));
                found = true;
            }
        }
        if (!found) {
            throw new CgroupException("the container has no control group of version 1 for " + controllers);
        }
        return new GroupPaths(below);
    }

    /** Where a process is in the hierarchy of {@code place}. */
    public static Place ofProcess(Place place, int pid) {
        for (Hierarchy hierarchy : Layout.read(pid).hierarchies()) {
            if (hierarchy.mountPoint().equals(place.mountPoint())) {
                return new Place(place.version(), place.hierarchy(), place.mountPoint(), hierarchy.own());
            }
        }
        return place;
    }
}
