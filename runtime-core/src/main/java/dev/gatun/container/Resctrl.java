package dev.gatun.container;

import dev.gatun.oci.IntelRdt;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A container's place in the resctrl file system, which divides caches and memory bandwidth (config-linux.md, IntelRdt;
 * Documentation/filesystems/resctrl.rst).
 */
final class Resctrl {
    private static final String FIELD = "linux.intelRdt";
    private static final Path MOUNTS = Path.of("/proc/self/mountinfo");
    /** proc_pid_mountinfo(5): fields from 0 on, and the type behind a lone hyphen. */
    private static final int MOUNT_POINT = 4;

    private static final String TYPE = " - resctrl ";

    private final Path root;
    private final List<Path> made = new ArrayList<>();
    private final List<String> toRemove = new ArrayList<>();

    /**
     * The file system.
     *
     * @param root where it is mounted
     */
    Resctrl(Path root) {
        this.root = root;
    }

    /**
     * The file system of this host.
     *
     * @throws ContainerException if it has none
     */
    static Resctrl ofHost() {
        try {
            return new Resctrl(mountPoint(Files.readAllLines(MOUNTS))
                    .orElseThrow(() -> new ContainerException(FIELD + ": no resctrl file system is mounted; where the"
                            + " processor can divide its caches, mount -t resctrl resctrl /sys/fs/resctrl")));
        } catch (IOException e) {
            throw new ContainerException("read " + MOUNTS + ": " + StateFolder.reason(e), e);
        }
    }

    /** The first mount of a resctrl among lines of proc_pid_mountinfo(5). */
    static Optional<Path> mountPoint(List<String> mounts) {
        for (String mount : mounts) {
            if (mount.contains(TYPE)) {
                String point = mount.split(" ", MOUNT_POINT + 2)[MOUNT_POINT];
                return Optional.of(Path.of(
                        point.replace("\\040", " ").replace("\\011", "\t").replace("\\134", "\\")));
            }
        }
        return Optional.empty();
    }

    /**
     * Puts a process into its class of service, and into a monitoring group if it is to have one.
     *
     * @param id the container's, which names what the configuration leaves unnamed
     * @throws ContainerException if that failed; {@link #undo} then
     */
    void apply(IntelRdt rdt, String id, int pid) {
        check(rdt);
        Path group = group(rdt, id);
        String schemata = schemata(rdt);
        if (!schemata.isEmpty()) {
            write(group.resolve("schemata"), schemata, "set the shares of the class of service " + group);
        }
        String processId = Integer.toString(pid);
        write(group.resolve("tasks"), processId, "put the container into the class of service " + group);
        if (rdt.enableMonitoring()) {
            Path monitored = group.resolve("mon_groups").resolve(id);
            boolean isNew = make(monitored, "make the monitoring group " + monitored);
            // what is in a class of service that goes, goes with it
            if (isNew && toRemove.isEmpty()) {
                toRemove.add(monitored.toString());
            }
            write(monitored.resolve("tasks"), processId, "put the container into the monitoring group " + monitored);
        }
    }

    /** The folders to remove when the container is deleted, in order. */
    List<String> toRemove() {
        return List.copyOf(toRemove);
    }

    /** Refuses what this machine cannot do, by its name. */
    private void check(IntelRdt rdt) {
        need("l3CacheSchema", rdt.l3CacheSchema().isPresent(), "L3", "divide its level 3 cache");
        need("memBwSchema", rdt.memBwSchema().isPresent(), "MB", "divide its memory bandwidth");
        need("enableMonitoring", rdt.enableMonitoring(), "L3_MON", "monitor groups");
    }

    private void need(String field, boolean used, String feature, String ability) {
        Path info = root.resolve("info").resolve(feature);
        if (used && !Files.isDirectory(info)) {
            throw new ContainerException(
                    FIELD + "." + field + ": this machine cannot " + ability + " (there is no " + info + ")");
        }
    }

    private Path group(IntelRdt rdt, String id) {
        String closId = rdt.closId().orElse("");
        if (closId.equals("/")) {
            matchExisting(root, rdt);
            return root;
        }
        Path group = root.resolve(closId.isEmpty() ? id : closId);
        boolean configured = rdt.l3CacheSchema().isPresent()
                || rdt.memBwSchema().isPresent()
                || !rdt.schemata().isEmpty();
        if (closId.isEmpty()) {
            if (make(group, "make the class of service " + group)) {
                toRemove.add(group.toString());
            }
        } else if (!configured && !Files.isDirectory(group)) {
            throw new ContainerException(FIELD + ".closID: the class of service " + group
                    + " does not exist; without schemata it is not made");
        } else if (configured && !make(group, "make the class of service " + group)) {
            matchExisting(group, rdt);
        }
        return group;
    }

    /** A class of service that others may share is not changed in these: it must have them. */
    private void matchExisting(Path group, IntelRdt rdt) {
        rdt.l3CacheSchema().ifPresent(schema -> match(group, "l3CacheSchema", schema));
        rdt.memBwSchema().ifPresent(schema -> match(group, "memBwSchema", schema));
    }

    private void match(Path group, String field, String schema) {
        List<String> wanted = shares(schema);
        String found = "";
        for (String line : read(group.resolve("schemata")).split("\n", -1)) {
            List<String> shares = shares(line);
            if (shares.getFirst().equals(wanted.getFirst())) {
                if (shares.containsAll(wanted)) {
                    return;
                }
                found = line.strip();
            }
        }
        throw new ContainerException(FIELD + "." + field + ": the class of service " + group + " exists and has "
                + (found.isEmpty() ? "no such line" : found) + ", not " + schema);
    }

    /** A line's resource, and its shares as the kernel could have written them. */
    private static List<String> shares(String line) {
        var shares = new ArrayList<String>();
        int colon = line.indexOf(':');
        shares.add(line.substring(0, Math.max(colon, 0)).strip());
        for (String share : line.substring(colon + 1).split(";", -1)) {
            int equals = share.indexOf('=');
            shares.add(number(share.substring(0, Math.max(equals, 0))) + "=" + number(share.substring(equals + 1)));
        }
        return shares;
    }

    private static String number(String text) {
        String number = text.strip().toLowerCase(Locale.ROOT);
        int first = 0;
        while (first < number.length() - 1 && number.charAt(first) == '0') {
            first++;
        }
        return number.substring(first);
    }

    /** The schemata file's lines, in the order that the specification demands. */
    private static String schemata(IntelRdt rdt) {
        var lines = new StringBuilder();
        rdt.l3CacheSchema().ifPresent(line -> lines.append(line).append('\n'));
        rdt.memBwSchema().ifPresent(line -> lines.append(line).append('\n'));
        for (String line : rdt.schemata()) {
            lines.append(line).append('\n');
        }
        return lines.toString();
    }

    /** Whether the folder is new. */
    private boolean make(Path folder, String purpose) {
        try {
            Files.createDirectory(folder);
            made.add(folder);
            return true;
        } catch (FileAlreadyExistsException exists) {
            return false;
        } catch (IOException failed) {
            throw failure(purpose, failed);
        }
    }

    private void write(Path file, String content, String purpose) {
        try {
            Files.writeString(file, content, StandardCharsets.US_ASCII);
        } catch (IOException failed) {
            throw failure(purpose + " to " + content.strip().replace('\n', ' '), failed);
        }
    }

    private String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.US_ASCII);
        } catch (IOException failed) {
            throw failure("read " + file, failed);
        }
    }

    /** With what the file system itself says of it, which is more than an error number. */
    private ContainerException failure(String purpose, IOException failed) {
        String words = "";
        try {
            words = Files.readString(root.resolve("info/last_cmd_status")).strip();
        } catch (IOException none) {
            failed.addSuppressed(none);
        }
        boolean says = !words.isEmpty() && !words.equals("ok");
        return new ContainerException(
                FIELD + ": " + purpose + ": " + StateFolder.reason(failed) + (says ? ": " + words : ""), failed);
    }

    /** Removes whatever was made, as if there had been no container. */
    void undo() {
        remove(made.reversed());
        made.clear();
        toRemove.clear();
    }

    /** Removes a deleted container's folders; it is content if they are gone. */
    static void remove(List<Path> folders) {
        for (Path folder : folders) {
            try {
                // the files in such a folder go with it
                Files.deleteIfExists(folder);
            } catch (IOException e) {
                throw new ContainerException(FIELD + ": remove " + folder + ": " + StateFolder.reason(e), e);
            }
        }
    }
}
