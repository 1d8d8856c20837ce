package dev.gatun.cgroup;

import java.util.List;

/**
 * A tree of control groups.
 *
 * @param version 1 or 2
 * @param name what /proc/PID/cgroup calls it: its controllers with commas, {@code name=systemd}, or nothing for version 2
 * @param mountPoint where it is mounted
 * @param controllers what can be limited in it; for version 2 what its root offers
 * @param own the group of this process, below the mount point: {@code /} or {@code /a/b}
 */
public record Hierarchy(int version, String name, String mountPoint, List<String> controllers, String own) {
    /** What version 2 always has, and lists nowhere. */
    static final List<String> BUILT_IN = List.of("devices", "freezer", "cgroup");

    public Hierarchy {
        controllers = List.copyOf(controllers);
    }

    public boolean isUnified() {
        return version == 2;
    }

    /** The type of its file system. */
    public String type() {
        return isUnified() ? "cgroup2" : "cgroup";
    }

    /**
     * What says to the kernel that this hierarchy is to be mounted, and nothing of how the host has mounted it: of its
     * release agent, for one, a user namespace may not even say what is so already.
     */
    public List<String> options() {
        return isUnified() ? List.of() : List.of(name.split(",", -1));
    }

    boolean has(String controller) {
        return controllers.contains(controller) || (isUnified() && BUILT_IN.contains(controller));
    }
}
