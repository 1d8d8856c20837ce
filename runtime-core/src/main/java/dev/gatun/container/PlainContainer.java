package dev.gatun.container;

import dev.gatun.cgroup.GroupPaths;
import dev.gatun.oci.Hooks;
import dev.gatun.oci.RuntimeSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the programs of {@link VerbPrograms} read of a container that needs no Java to be started and deleted, in the file
 * {@code plain} of its folder: its first process's id in eight bytes, then paths, each in {@link #PATH_SIZE} bytes: its
 * folder, and that of each of its control groups.
 */
final class PlainContainer {
    /** The end included. Longer ones are rare, and Java is there for those. */
    static final int PATH_SIZE = 512;

    private PlainContainer() {}

    /**
     * The file's content; empty if something about the container needs Java.
     *
     * @param folder of its state
     */
    static Optional<byte[]> describe(ContainerRecord record, RuntimeSpec spec, Path folder) {
        List<byte[]> paths = paths(record, folder);
        if (needsJava(record, spec) || !fit(paths)) {
            return Optional.empty();
        }
        var file = ByteBuffer.allocate(Long.BYTES + paths.size() * PATH_SIZE).order(ByteOrder.LITTLE_ENDIAN);
        file.putLong(record.init().pid());
        for (int i = 0; i < paths.size(); i++) {
            file.put(Long.BYTES + i * PATH_SIZE, paths.get(i));
        }
        return Optional.of(file.array());
    }

    private static boolean needsJava(ContainerRecord record, RuntimeSpec spec) {
        Hooks hooks = record.hooks();
        return !hooks.startContainer().isEmpty()
                || !hooks.poststart().isEmpty()
                || !hooks.poststop().isEmpty()
                || record.monitor().isPresent()
                || record.unit().isPresent()
                || !record.ownPidNamespace()
                || !record.resctrl().isEmpty()
                || asksAnAgent(spec);
    }

    private static boolean asksAnAgent(RuntimeSpec spec) {
        return spec.linux().seccomp().isPresent()
                && spec.linux().seccomp().get().listenerPath().isPresent();
    }

    private static List<byte[]> paths(ContainerRecord record, Path folder) {
        var paths = new ArrayList<byte[]>();
        paths.add(folder.toAbsolutePath().toString().getBytes(StandardCharsets.UTF_8));
        for (GroupPaths.Place place : record.group().places()) {
            paths.add(place.folder().getBytes(StandardCharsets.UTF_8));
        }
        return paths;
    }

    private static boolean fit(List<byte[]> paths) {
        for (byte[] path : paths) {
            if (path.length >= PATH_SIZE) {
                return false;
            }
        }
        return true;
    }
}
