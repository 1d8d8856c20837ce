package dev.gatun.cgroup;

import dev.gatun.linux.Errno;
import dev.gatun.oci.HugepageLimit;
import dev.gatun.oci.NetworkClass;
import dev.gatun.oci.Rdma;
import dev.gatun.oci.Resources;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Compiles {@code linux.resources} to writes, with the conversions that runc documents. Devices are apart, in
 * {@link DeviceRules}.
 *
 * <p>What only version 1 knows is left out where all is version 2, as in runc. What no hierarchy of the host offers is
 * an error.
 */
public final class Settings {
    private final GroupPaths paths;
    private final CgroupFiles files;
    private final List<Write> writes = new ArrayList<>();
    private final List<String> controllers = new ArrayList<>();
    private final List<String> offered;

    private Settings(GroupPaths paths, CgroupFiles files) {
        this.paths = paths;
        this.files = files;
        this.offered = paths.unified()
                .map(place -> Layout.words(
                        files.read(place.mountPoint() + "/cgroup.controllers").orElse("")))
                .orElse(List.of());
    }

    /**
     * Compiles them.
     *
     * @param files what the group and its hierarchies hold now: some values are changed in an order, or together with
     *     others, that depends on it
     * @throws CgroupException if the host cannot do what is asked for
     */
    public static Settings of(Resources resources, GroupPaths paths, CgroupFiles files) {
        var settings = new Settings(paths, files);
        settings.pids(resources.pidsLimit());
        new MemorySettings(settings).add(resources.memory());
        new IoSettings(settings).add(resources.blockIo());
        new CpuSettings(settings).add(resources.cpu());
        settings.hugepages(resources.hugepageLimits());
        settings.rdma(resources.rdma());
        settings.network(resources.network());
        settings.unified(resources.unified());
        return settings;
    }

    /** The writes, in order. */
    public List<Write> writes() {
        return writes;
    }

    /** The controllers of version 2 that the writes need. */
    List<String> controllers() {
        return controllers;
    }

    void add(Write write) {
        writes.add(write);
    }

    /** What a file of the group holds now. */
    Optional<String> current(GroupPaths.Place place, String file) {
        return files.read(place.file(file)).map(String::strip);
    }

    /** Whether there is nothing but version 2. */
    boolean isUnified() {
        return paths.isUnified();
    }

    /**
     * Where a controller is.
     *
     * @param field the setting that asks for it
     * @param legacy its name in version 1
     * @param unified its name in version 2
     */
    GroupPaths.Place place(String field, String legacy, String unified) {
        Optional<GroupPaths.Place> old = paths.legacy(legacy);
        if (old.isPresent()) {
            return old.get();
        }
        if (paths.unified().isPresent() && offered.contains(unified)) {
            if (!controllers.contains(unified)) {
                controllers.add(unified);
            }
            return paths.unified().get();
        }
        throw new CgroupException(
                "linux.resources." + field + ": the host has no " + unified + " controller (" + whyNot(legacy));
    }

    private String whyNot(String controller) {
        if (paths.isEmpty()) {
            return "no control groups are mounted); leave the setting out, or mount them at /sys/fs/cgroup";
        }
        if (Layout.read(files).unmounted().contains(controller)) {
            return "it is in a hierarchy of version 1 that is mounted nowhere); leave the setting out, or mount it:"
                    + " mount -t cgroup -o " + controller + " none /sys/fs/cgroup/" + controller;
        }
        return "it is mounted in no cgroup v1 hierarchy, and cgroup.controllers of version 2 does not list it);"
                + " leave the setting out, or enable the controller when the kernel is booted";
    }

    private void pids(OptionalLong limit) {
        if (limit.isEmpty()) {
            return;
        }
        // with 0 the container's own first process could not be cloned into the group; with 1 it cannot fork either
        long tasks = limit.getAsLong() == 0 ? 1 : limit.getAsLong();
        add(Write.to(place("pids", "pids", "pids"), "pids.max", tasks < 0 ? "max" : Long.toString(tasks)));
    }

    private void hugepages(List<HugepageLimit> limits) {
        for (HugepageLimit limit : limits) {
            GroupPaths.Place place = place("hugepageLimits", "hugetlb", "hugetlb");
            String file = "hugetlb." + limit.pageSize();
            String suffix = place.isUnified() ? ".max" : ".limit_in_bytes";
            String value = Long.toUnsignedString(limit.limit());
            add(Write.to(place, file + suffix, value));
            // reservations are counted since Linux 5.7
            add(Write.tolerant(place, file + ".rsvd" + suffix, value, List.of(Errno.ENOENT)));
        }
    }

    private void rdma(Map<String, Rdma> limits) {
        for (Map.Entry<String, Rdma> limit : limits.entrySet()) {
            var value = new StringBuilder(limit.getKey());
            if (limit.getValue().hcaHandles().isPresent()) {
                value.append(" hca_handle=")
                        .append(limit.getValue().hcaHandles().getAsLong());
            }
            if (limit.getValue().hcaObjects().isPresent()) {
                value.append(" hca_object=")
                        .append(limit.getValue().hcaObjects().getAsLong());
            }
            add(Write.to(place("rdma", "rdma", "rdma"), "rdma.max", value.toString()));
        }
    }

    private void network(NetworkClass network) {
        if (isUnified()) {
            return;
        }
        if (network.classId().isPresent()) {
            GroupPaths.Place place = place("network.classID", "net_cls", "net_cls");
            add(Write.to(
                    place, "net_cls.classid", Long.toString(network.classId().getAsLong())));
        }
        for (NetworkClass.Priority priority : network.priorities()) {
            GroupPaths.Place place = place("network.priorities", "net_prio", "net_prio");
            add(Write.to(place, "net_prio.ifpriomap", priority.name() + " " + priority.priority()));
        }
    }

    /** Files of version 2 by name; a value of several lines is written line by line, as each is a change of its own. */
    private void unified(Map<String, String> unified) {
        for (Map.Entry<String, String> entry : unified.entrySet()) {
            String file = entry.getKey();
            String field = "unified." + file;
            int dot = file.indexOf('.');
            if (dot <= 0) {
                throw new CgroupException(
                        "linux.resources." + field + ": a file of a group is called CONTROLLER.PARAMETER");
            }
            String controller = file.substring(0, dot);
            if (paths.unified().isEmpty()) {
                throw new CgroupException("linux.resources." + field
                        + ": the host has no control groups of version 2; use the settings beside \"unified\"");
            }
            GroupPaths.Place place = paths.unified().get();
            if (!controller.equals("cgroup")) {
                if (paths.legacy(controller).isPresent()) {
                    throw new CgroupException("linux.resources." + field + ": the host has the " + controller
                            + " controller in version 1; use the settings beside \"unified\"");
                }
                place = place(field, controller, controller);
            }
            for (String line : Layout.lines(entry.getValue())) {
                add(Write.to(place, file, line));
            }
        }
    }
}
