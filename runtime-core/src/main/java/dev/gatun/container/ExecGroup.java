package dev.gatun.container;

import dev.gatun.cgroup.CgroupException;
import dev.gatun.cgroup.CgroupFiles;
import dev.gatun.cgroup.GroupPaths;
import java.util.ArrayList;
import java.util.List;

/**
 * Which control group a process that is added to a container joins.
 *
 * @param subgroups {@code [CONTROLLER[,CONTROLLER]:]PATH} each, below the container's group; none for that itself
 * @param ignorePaused whether it is added to a paused container, too, where it waits
 */
public record ExecGroup(List<String> subgroups, boolean ignorePaused) {
    /** The container's own, if it is not paused. */
    public static final ExecGroup CONTAINERS = new ExecGroup(List.of(), false);

    GroupPaths of(ContainerRecord record) {
        GroupPaths group = withoutControllersBelow(record);
        for (String subgroup : subgroups) {
            int colon = subgroup.indexOf(':');
            group = group.below(colon < 0 ? "" : subgroup.substring(0, colon), subgroup.substring(colon + 1));
        }
        for (GroupPaths.Place place : subgroups.isEmpty() ? List.<GroupPaths.Place>of() : group.places()) {
            if (!CgroupFiles.HOST.exists(place.folder())) {
                throw new CgroupException("--cgroup: there is no group " + place.folder());
            }
        }
        return group;
    }

    /**
     * A group of version 2 that passes controllers down takes no processes. Where a container runs groups of its own, its
     * first process is in one of them, and others join that (as with runc).
     */
    private static GroupPaths withoutControllersBelow(ContainerRecord record) {
        GroupPaths group = record.group();
        var places = new ArrayList<GroupPaths.Place>();
        for (GroupPaths.Place place : group.places()) {
            boolean full = place.isUnified()
                    && !CgroupFiles.HOST
                            .read(place.folder() + "/cgroup.subtree_control")
                            .orElse("")
                            .isBlank();
            places.add(full ? GroupPaths.ofProcess(place, record.init().pid()) : place);
        }
        return new GroupPaths(places);
    }
}
