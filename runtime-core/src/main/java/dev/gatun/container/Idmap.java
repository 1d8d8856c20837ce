package dev.gatun.container;

import dev.gatun.oci.IdMapping;
import dev.gatun.oci.Linux;
import dev.gatun.oci.Mount;
import dev.gatun.oci.Namespace;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How a mount shows the owners of files (config.md, uidMappings of mounts): as a user namespace maps them.
 *
 * @param uids a namespace's to be made; {@code containerId} is the owner on the file system, {@code hostId} the one shown
 * @param namespace the file of one that there is, in place of one to be made
 */
record Idmap(List<IdMapping> uids, List<IdMapping> gids, Optional<String> namespace) {
    private static final int NUMBERS = 3;

    /**
     * That of a mount, which is to have one.
     *
     * @throws ContainerException if it cannot be told what it is
     */
    static Idmap of(Mount mount, MountOptions options, Linux linux) {
        if (!options.isBind() && !mount.type().orElse("").equals("bind")) {
            throw new ContainerException("uidMappings: only the owners that a bind mount shows can be mapped");
        }
        if (!mount.uidMappings().isEmpty()) {
            return new Idmap(mount.uidMappings(), mount.gidMappings(), Optional.empty());
        }
        if (!options.idmapping().isEmpty()) {
            return parse(options.idmapping(), linux);
        }
        var namespaces = new Namespaces(linux.namespaces());
        Optional<String> joined = namespaces.joined(Namespace.Type.USER);
        if (joined.isEmpty() && !namespaces.isNew(Namespace.Type.USER)) {
            throw new ContainerException("options: idmap needs uidMappings and gidMappings, of the mount or of a user"
                    + " namespace of the container");
        }
        return new Idmap(linux.uidMappings(), linux.gidMappings(), joined);
    }

    /** Reads crun's {@code uids=0-1-10#10-11-10;gids=0-100-10}; a leading @ takes the second numbers for the container's. */
    private static Idmap parse(String text, Linux linux) {
        List<IdMapping> uids = List.of();
        List<IdMapping> gids = List.of();
        for (String part : text.split(";", -1)) {
            if (part.startsWith("uids=")) {
                uids = ranges(part, linux.uidMappings());
            } else if (part.startsWith("gids=")) {
                gids = ranges(part, linux.gidMappings());
            } else {
                throw wrong(part);
            }
        }
        if (uids.isEmpty() || gids.isEmpty()) {
            throw new ContainerException("options: idmap=" + text + ": it needs both uids and gids");
        }
        return new Idmap(uids, gids, Optional.empty());
    }

    private static List<IdMapping> ranges(String part, List<IdMapping> containers) {
        var ranges = new ArrayList<IdMapping>();
        for (String range : part.substring(part.indexOf('=') + 1).split("#", -1)) {
            boolean relative = range.startsWith("@");
            String[] numbers = (relative ? range.substring(1) : range).split("-", -1);
            if (numbers.length != NUMBERS) {
                throw wrong(range);
            }
            try {
                long shown = Long.parseLong(numbers[1]);
                ranges.add(new IdMapping(
                        Long.parseLong(numbers[0]),
                        relative ? onHost(shown, containers) : shown,
                        Long.parseLong(numbers[2])));
            } catch (IllegalArgumentException notRange) {
                throw wrong(range);
            }
        }
        return ranges;
    }

    private static long onHost(long id, List<IdMapping> containers) {
        for (IdMapping mapping : containers) {
            if (id >= mapping.containerId() && id < mapping.containerId() + mapping.size()) {
                return mapping.hostId() + id - mapping.containerId();
            }
        }
        throw new ContainerException("options: idmap: the container's user namespace has no id " + id);
    }

    private static ContainerException wrong(String part) {
        return new ContainerException(
                "options: idmap: \"" + part + "\" is not of the form uids=0-1000-10#20-2000-10;gids=0-1000-10");
    }
}
