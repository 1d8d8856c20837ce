package dev.gatun.cgroup;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** What can be seen of a group without touching it: it needs no way to the kernel but files. */
public final class GroupView {
    private final GroupPaths paths;

    public GroupView(GroupPaths paths) {
        this.paths = paths;
    }

    /** The processes in the group and below it. */
    public List<Integer> processes() {
        var found = new TreeSet<Integer>();
        Optional<GroupPaths.Place> place =
                freezerPlace().or(() -> paths.places().stream().findFirst());
        if (place.isPresent()) {
            addProcesses(place.get().folder(), found);
        }
        return List.copyOf(found);
    }

    static void addProcesses(String folder, Set<Integer> found) {
        Optional<String> list = CgroupFiles.HOST.read(folder + "/cgroup.procs");
        if (list.isEmpty()) {
            // a threaded group lists no processes
            list = CgroupFiles.HOST.read(folder + "/cgroup.threads");
        }
        for (String line : Layout.lines(list.orElse(""))) {
            found.add(Integer.valueOf(line));
        }
        for (String subgroup : subgroups(folder)) {
            addProcesses(subgroup, found);
        }
    }

    static List<String> subgroups(String folder) {
        var found = new ArrayList<String>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(Path.of(folder))) {
            for (Path entry : entries) {
                if (Files.isDirectory(entry)) {
                    found.add(entry.toString());
                }
            }
        } catch (NoSuchFileException gone) {
            return List.of();
        } catch (IOException e) {
            throw new CgroupException("list the groups in " + folder + ": " + e.getMessage(), e);
        }
        return found;
    }

    /** Where the freezer is. */
    Optional<GroupPaths.Place> freezerPlace() {
        return paths.legacy("freezer").or(paths::unified);
    }

    /** Whether it was frozen itself, and not only with a group above it. */
    public boolean isFrozen() {
        Optional<GroupPaths.Place> place = freezerPlace();
        return place.isPresent() && Freezer.isFrozen(place.get());
    }

    /** How many processes were killed for want of memory, in the group and below it. */
    public long oomKills() {
        Optional<GroupPaths.Place> legacy = paths.legacy("memory");
        Optional<String> file = legacy.isPresent()
                ? Optional.of(legacy.get().file("memory.oom_control"))
                : paths.unified().map(place -> place.file("memory.events"));
        for (String line : Layout.lines(file.flatMap(CgroupFiles.HOST::read).orElse(""))) {
            if (line.startsWith("oom_kill ")) {
                return Long.parseLong(line.substring("oom_kill ".length()));
            }
        }
        return 0;
    }

    /** What is used now. */
    public Stats stats() {
        return new StatsReader(paths, CgroupFiles.HOST).read();
    }
}
