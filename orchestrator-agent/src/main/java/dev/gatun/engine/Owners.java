package dev.gatun.engine;

import dev.gatun.container.IdMaps;
import dev.gatun.image.file.IdShift;
import dev.gatun.oci.IdMapping;
import java.util.List;

/** A user namespace's ids as the image store has them. */
final class Owners {
    private Owners() {}

    static IdShift of(IdMaps ids) {
        return ids.areNone() ? IdShift.NONE : new IdShift(ranges(ids.uids()), ranges(ids.gids()));
    }

    static IdMaps ids(IdShift owners) {
        return new IdMaps(mappings(owners.uids()), mappings(owners.gids()));
    }

    private static List<IdShift.Range> ranges(List<IdMapping> mappings) {
        return mappings.stream()
                .map(each -> new IdShift.Range(each.containerId(), each.hostId(), each.size()))
                .toList();
    }

    private static List<IdMapping> mappings(List<IdShift.Range> ranges) {
        return ranges.stream()
                .map(each -> new IdMapping(each.from(), each.to(), each.size()))
                .toList();
    }
}
