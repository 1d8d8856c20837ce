package dev.gatun.container;

import static dev.gatun.linux.Mount.MOUNT_ATTR_NOATIME;
import static dev.gatun.linux.Mount.MOUNT_ATTR_NODEV;
import static dev.gatun.linux.Mount.MOUNT_ATTR_NODIRATIME;
import static dev.gatun.linux.Mount.MOUNT_ATTR_NOEXEC;
import static dev.gatun.linux.Mount.MOUNT_ATTR_NOSUID;
import static dev.gatun.linux.Mount.MOUNT_ATTR_NOSYMFOLLOW;
import static dev.gatun.linux.Mount.MOUNT_ATTR_RDONLY;
import static dev.gatun.linux.Mount.MOUNT_ATTR_STRICTATIME;
import static dev.gatun.linux.Mount.MOUNT_ATTR__ATIME;

import dev.gatun.linux.Mount;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * The options of a mount, sorted by who takes them (config.md, "Linux mount options").
 *
 * <p>An option that is not one of the mount's own is the file system's, as mount(8) has it.
 */
final class MountOptions {
    private static final List<String> WHOLE_MOUNTS = List.of(
            "async",
            "bind",
            "defaults",
            "dirsync",
            "idmap",
            "iversion",
            "lazytime",
            "loud",
            "mand",
            "noiversion",
            "nolazytime",
            "nomand",
            "private",
            "rbind",
            "remount",
            "ridmap",
            "rprivate",
            "rshared",
            "rslave",
            "runbindable",
            "shared",
            "silent",
            "slave",
            "sync",
            "unbindable");
    private static final List<String> ATTRIBUTES = List.of(
            "atime",
            "dev",
            "diratime",
            "exec",
            "noatime",
            "nodev",
            "nodiratime",
            "noexec",
            "norelatime",
            "nostrictatime",
            "nosuid",
            "nosymfollow",
            "relatime",
            "ro",
            "rw",
            "strictatime",
            "suid",
            "symfollow");

    private boolean bind;
    private boolean recursiveBind;
    private boolean remount;
    private boolean copyUp;
    private long set;
    private long clear;
    private long recursiveSet;
    private long recursiveClear;
    private boolean idmap;
    private boolean recursiveIdmap;
    private String idmapping = "";
    private final List<Long> propagation = new ArrayList<>(1);
    private final List<String> wholeFilesystem = new ArrayList<>(0);
    private final List<String> filesystem = new ArrayList<>();

    private MountOptions() {}

    /** All options that are not a file system's own, sorted. */
    static List<String> names() {
        var names = new TreeSet<String>(WHOLE_MOUNTS);
        for (String attribute : ATTRIBUTES) {
            names.add(attribute);
            names.add("r" + attribute);
        }
        return List.copyOf(names);
    }

    static MountOptions parse(List<String> options) {
        var parsed = new MountOptions();
        for (String option : options) {
            parsed.add(option);
        }
        return parsed;
    }

    private void add(String option) {
        switch (option) {
            // iversion is for each file system to decide since mounts are made with fsopen
            case "", "defaults", "loud", "silent", "nomand", "iversion", "noiversion", "nolazytime", "async" -> {}
            case "sync", "dirsync", "lazytime", "mand" -> wholeFilesystem.add(option);
            case "bind" -> bind = true;
            case "rbind" -> recursiveBind = true;
            case "remount" -> remount = true;
            case "tmpcopyup" -> copyUp = true;
            case "idmap", "ridmap" -> idmap(option, "");
            case "private" -> propagation.add((long) Mount.MS_PRIVATE);
            case "rprivate" -> propagation.add((long) Mount.MS_PRIVATE | Mount.MS_REC);
            case "slave" -> propagation.add((long) Mount.MS_SLAVE);
            case "rslave" -> propagation.add((long) Mount.MS_SLAVE | Mount.MS_REC);
            case "shared" -> propagation.add((long) Mount.MS_SHARED);
            case "rshared" -> propagation.add((long) Mount.MS_SHARED | Mount.MS_REC);
            case "unbindable" -> propagation.add((long) Mount.MS_UNBINDABLE);
            case "runbindable" -> propagation.add((long) Mount.MS_UNBINDABLE | Mount.MS_REC);
            default -> {
                if (isIdmap(option)) {
                    idmap(option, option.substring(option.indexOf('=') + 1));
                } else if (!attribute(option, false)
                        && !(option.startsWith("r") && attribute(option.substring(1), true))) {
                    filesystem.add(option);
                }
            }
        }
    }

    /** Whether it is {@code idmap} or {@code ridmap}, alone or with a mapping. */
    static boolean isIdmap(String option) {
        String name = option.startsWith("r") ? option.substring(1) : option;
        return name.equals("idmap") || name.startsWith("idmap=");
    }

    private void idmap(String option, String mapping) {
        idmap = true;
        recursiveIdmap = option.startsWith("r");
        idmapping = mapping;
    }

    /** Takes an option that sets or clears an attribute of the mount; with {@code recursive} of all mounts below too. */
    private boolean attribute(String option, boolean recursive) {
        switch (option) {
            case "ro" -> change(MOUNT_ATTR_RDONLY, 0, recursive);
            case "rw" -> change(0, MOUNT_ATTR_RDONLY, recursive);
            case "nosuid" -> change(MOUNT_ATTR_NOSUID, 0, recursive);
            case "suid" -> change(0, MOUNT_ATTR_NOSUID, recursive);
            case "nodev" -> change(MOUNT_ATTR_NODEV, 0, recursive);
            case "dev" -> change(0, MOUNT_ATTR_NODEV, recursive);
            case "noexec" -> change(MOUNT_ATTR_NOEXEC, 0, recursive);
            case "exec" -> change(0, MOUNT_ATTR_NOEXEC, recursive);
            case "nodiratime" -> change(MOUNT_ATTR_NODIRATIME, 0, recursive);
            case "diratime" -> change(0, MOUNT_ATTR_NODIRATIME, recursive);
            case "nosymfollow" -> change(MOUNT_ATTR_NOSYMFOLLOW, 0, recursive);
            case "symfollow" -> change(0, MOUNT_ATTR_NOSYMFOLLOW, recursive);
            // when times of access are written is one field, not bits: whoever sets it clears it first
            case "noatime" -> change(MOUNT_ATTR_NOATIME, MOUNT_ATTR__ATIME, recursive);
            case "strictatime" -> change(MOUNT_ATTR_STRICTATIME, MOUNT_ATTR__ATIME, recursive);
            case "relatime", "atime", "norelatime", "nostrictatime" -> change(0, MOUNT_ATTR__ATIME, recursive);
            default -> {
                return false;
            }
        }
        return true;
    }

    private void change(long on, long off, boolean recursive) {
        if (recursive) {
            recursiveSet = (recursiveSet & ~off) | on;
            recursiveClear = (recursiveClear & ~on) | off;
        } else {
            set = (set & ~off) | on;
            clear = (clear & ~on) | off;
        }
    }

    /** Whether the source is a file or folder, rather than a file system to be made. */
    boolean isBind() {
        return bind || recursiveBind;
    }

    /** Whether the mounts below the source come along. */
    boolean isRecursiveBind() {
        return recursiveBind;
    }

    boolean isRemount() {
        return remount;
    }

    /** Whether what the image has in the folder is copied into the new file system, which covers it. */
    boolean isCopyUp() {
        return copyUp;
    }

    /** Whether owners are mapped on the mounts below, too. */
    boolean isRecursiveIdmap() {
        return recursiveIdmap;
    }

    /** Whether owners are mapped, by the mapping that it has in its options or elsewhere. */
    boolean isIdmap() {
        return idmap;
    }

    /** The mapping in crun's notation; empty if there is none among the options. */
    String idmapping() {
        return idmapping;
    }

    /** {@code MOUNT_ATTR_*} to set on the mount. */
    long set() {
        return set;
    }

    /** {@code MOUNT_ATTR_*} to clear on the mount. */
    long clear() {
        return clear;
    }

    long recursiveSet() {
        return recursiveSet;
    }

    long recursiveClear() {
        return recursiveClear;
    }

    /** How mount events are to travel, in order; {@code MS_*}, with {@code MS_REC} for the mounts below too. */
    List<Long> propagation() {
        return propagation;
    }

    /** Options of every file system, not of a mount of it, so that a bind mount cannot have them: {@code sync}. */
    List<String> wholeFilesystem() {
        return wholeFilesystem;
    }

    /** What is meant for the file system: {@code size=64m}. */
    List<String> filesystem() {
        return filesystem;
    }
}
