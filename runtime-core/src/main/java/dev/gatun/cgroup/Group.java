package dev.gatun.cgroup;

import dev.gatun.linux.Errno;
import dev.gatun.linux.Fcntl;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.Kernel;
import dev.gatun.linux.ProcessCalls;
import dev.gatun.linux.Signal;
import dev.gatun.oci.Resources;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;

/** A group that is there, in all hierarchies, and what can be done with it and with the processes in and below it. */
public final class Group {
    private static final long PAUSE_NANOS = 1_000_000;
    private static final int BUSY_ATTEMPTS = 10;
    private static final int KILL_ATTEMPTS = 10_000;

    private final Kernel kernel;
    private final GroupPaths paths;
    private final Performer performer;
    private final GroupView view;

    public Group(Kernel kernel, GroupPaths paths) {
        this.kernel = kernel;
        this.paths = paths;
        this.performer = new Performer(kernel);
        this.view = new GroupView(paths);
    }

    /** Makes a group now, such as that of a pod; what fails is undone. */
    public static Group make(Kernel kernel, Creation creation) {
        var group = new Group(kernel, creation.paths());
        List<String> missing = creation.missing();
        try {
            creation.describe(group.performer);
        } catch (RuntimeException | Error failed) {
            group.undo(missing, failed);
            throw failed;
        }
        return group;
    }

    public GroupPaths paths() {
        return paths;
    }

    /** What can be seen of it. */
    public GroupView view() {
        return view;
    }

    /** Refuses a group that somebody uses, or whose processes would not run (as runc does). */
    public void checkUnused() {
        for (GroupPaths.Place place : paths.places()) {
            if (!CgroupFiles.HOST.exists(place.folder())) {
                continue;
            }
            var found = new TreeSet<Integer>();
            GroupView.addProcesses(place.folder(), found);
            if (!found.isEmpty()) {
                throw new CgroupException(
                        "container's cgroup is not empty: " + found.size() + " process(es) found in " + place.folder());
            }
        }
        if (view.isFrozen()) {
            throw new CgroupException("container's cgroup unexpectedly frozen: "
                    + view.freezerPlace().orElseThrow().folder());
        }
    }

    /** Stops all processes until {@link #thaw}. */
    public void freeze() {
        freezer().freeze();
    }

    public void thaw() {
        freezer().thaw();
    }

    private Freezer freezer() {
        return new Freezer(
                performer,
                view.freezerPlace()
                        .orElseThrow(() -> new CgroupException("the container has no control group that can be frozen;"
                                + " the freezer is mounted in no cgroup v1 hierarchy, and there is no version 2")));
    }

    /** Sends a signal to all processes, of which none escapes by forking meanwhile. */
    public void signal(int signal) {
        boolean frozen = view.isFrozen();
        if (!frozen) {
            freeze();
        }
        try {
            for (int process : view.processes()) {
                kernel.attempt(ProcessCalls.kill(process, signal));
            }
        } finally {
            if (!frozen) {
                thaw();
            }
        }
    }

    /** Kills all processes, frozen ones too, and waits until there is none (10 s at most). */
    public void killAll() {
        Optional<GroupPaths.Place> unified = paths.unified();
        boolean killed = unified.isPresent() && performer.attempt(unified.get().file("cgroup.kill"), "1") >= 0;
        if (!killed && !view.processes().isEmpty()) {
            signal(Signal.SIGKILL);
        }
        Optional<GroupPaths.Place> legacy = paths.legacy("freezer");
        if (legacy.isPresent() && view.isFrozen()) {
            thaw();
        }
        for (int attempt = 0; attempt < KILL_ATTEMPTS; attempt++) {
            if (view.processes().isEmpty()) {
                return;
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        throw new CgroupException("processes " + view.processes()
                + " have not ended 10 s after SIGKILL: they wait in the" + " kernel, for a device perhaps");
    }

    /** Changes limits; what is not set stays as it is. */
    public void update(Resources resources) {
        for (Write write : Settings.of(resources, paths, CgroupFiles.HOST).writes()) {
            performer.write(write);
        }
        if (!resources.devices().isEmpty()) {
            updateDevices(DeviceRules.of(resources.devices()));
        }
    }

    private void updateDevices(DeviceRules rules) {
        Optional<GroupPaths.Place> legacy = paths.legacy("devices");
        if (legacy.isPresent()) {
            String now =
                    CgroupFiles.HOST.read(legacy.get().file("devices.list")).orElse("");
            for (Write write : rules.changes(DeviceRules.parse(now), legacy.get())) {
                performer.write(write);
            }
        } else if (paths.unified().isPresent()) {
            GroupPaths.Place place = paths.unified().get();
            performer.replaceFilter(place.folder(), DeviceFilter.of(rules), "limit the devices of " + place.path());
        }
    }

    /** Tells when the group runs out of memory; empty if it has no memory controller. */
    public Optional<OomWatch> watchOom() {
        return OomWatch.of(kernel, paths);
    }

    /** Removes it, and the groups that were made below it; those above it stay. */
    public void remove() {
        for (GroupPaths.Place place : paths.places()) {
            removeTree(place.folder());
        }
    }

    /** Removes some of its folders after something failed, which matters more than whether this works. */
    public void undo(List<String> folders, Throwable failed) {
        for (String folder : folders) {
            try {
                removeTree(folder);
            } catch (CgroupException left) {
                failed.addSuppressed(left);
            }
        }
    }

    private void removeTree(String folder) {
        if (removed(kernel.attempt(rmdir(folder)))) {
            return;
        }
        for (String subgroup : GroupView.subgroups(folder)) {
            removeTree(subgroup);
        }
        long pause = PAUSE_NANOS;
        long result = kernel.attempt(rmdir(folder));
        // processes that have just ended are still in it for a moment
        for (int attempt = 0; attempt < BUSY_ATTEMPTS && result == -Errno.EBUSY.number(); attempt++) {
            LockSupport.parkNanos(pause);
            pause *= 2;
            result = kernel.attempt(rmdir(folder));
        }
        if (!removed(result)) {
            throw new CgroupException("remove the group " + folder + ": " + Errno.describe((int) -result));
        }
    }

    private static boolean removed(long result) {
        return result >= 0 || result == -Errno.ENOENT.number();
    }

    private static dev.gatun.linux.Call rmdir(String folder) {
        return FileCalls.unlinkat(FileCalls.CURRENT_DIRECTORY, folder, Fcntl.AT_REMOVEDIR);
    }
}
