package dev.gatun.cgroup.systemd;

import dev.gatun.cgroup.CgroupException;

/**
 * Which unit a container's group is.
 *
 * @param slice the unit above it, {@code system.slice} or such
 * @param unit its own name: a scope's, or a slice's if that is what was asked for
 */
public record UnitName(String slice, String unit) {
    private static final String SLICE = ".slice";
    private static final String SCOPE = ".scope";
    private static final String USUAL_SLICE = "system.slice";
    private static final int PARTS = 3;

    public UnitName {
        path(slice);
        if (unit.indexOf('/') >= 0 || unit.startsWith(".")) {
            throw new CgroupException("linux.cgroupsPath: " + unit + " is not the name of a unit");
        }
    }

    /**
     * Reads {@code linux.cgroupsPath} as it is with systemd: {@code slice:prefix:name}, where slice and prefix may be
     * empty. Without any path it is a scope named after the container.
     */
    public static UnitName parse(String cgroupsPath, String containerId) {
        if (cgroupsPath.isEmpty()) {
            return new UnitName(USUAL_SLICE, "gatun-" + containerId + SCOPE);
        }
        String[] parts = cgroupsPath.split(":", -1);
        if (parts.length != PARTS || parts[2].isEmpty()) {
            throw new CgroupException(
                    "linux.cgroupsPath: with systemd it has the form slice:prefix:name, not \"" + cgroupsPath + "\"");
        }
        String slice = parts[0].isEmpty() ? USUAL_SLICE : parts[0];
        if (parts[2].endsWith(SLICE)) {
            return new UnitName(slice, parts[2]);
        }
        String prefix = parts[1].isEmpty() ? "" : parts[1] + "-";
        return new UnitName(slice, prefix + parts[2] + SCOPE);
    }

    /** A slice holds other units; a scope holds processes that systemd did not start. */
    public boolean isSlice() {
        return unit.endsWith(SLICE);
    }

    /** Where the group is below the manager's own: {@code a-b.slice} is below {@code a.slice}. */
    public String path() {
        return isSlice() ? path(unit) : (slice.equals("-.slice") ? "" : path(slice)) + "/" + unit;
    }

    private static String path(String slice) {
        boolean named = slice.endsWith(SLICE) && slice.length() > SLICE.length() && slice.indexOf('/') < 0;
        if (!named) {
            throw new CgroupException("linux.cgroupsPath: " + slice + " is not the name of a slice");
        }
        if (slice.equals("-.slice")) {
            return "/";
        }
        var path = new StringBuilder();
        var prefix = new StringBuilder();
        for (String part : slice.substring(0, slice.length() - SLICE.length()).split("-", -1)) {
            if (part.isEmpty()) {
                throw new CgroupException("linux.cgroupsPath: " + slice + " is not the name of a slice");
            }
            path.append('/').append(prefix).append(part).append(SLICE);
            prefix.append(part).append('-');
        }
        return path.toString();
    }
}
