package dev.gatun.engine;

import dev.gatun.container.ContainerException;
import dev.gatun.container.ContainerStatus;
import dev.gatun.container.IdMaps;
import dev.gatun.container.StateFolder;
import dev.gatun.container.SubordinateIds;
import dev.gatun.image.file.IdShift;
import dev.gatun.linux.Fcntl;
import dev.gatun.linux.Fd;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.Kernel;
import dev.gatun.linux.SyscallException;
import dev.gatun.oci.IdMapping;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Ranges of ids, one for each container: the first that is free of those which subuid(5) and subgid(5) grant to the user
 * {@code containers}, as podman has it.
 */
public final class IdRanges {
    private static final String OWNER = "containers";
    private static final String ANNOTATION = "dev.gatun.user-namespace";

    private final Kernel kernel;
    private final StateFolder state;
    private final Path subuid;
    private final Path subgid;

    /** Ids that no other container has, or will have until this is closed; the container's record keeps them then. */
    public record Taken(IdMaps ids, Optional<Fd> lock) implements AutoCloseable {
        @Override
        public void close() {
            lock.ifPresent(Fd::close);
        }
    }

    /** The ranges of the files in a folder, which is {@code /etc}. */
    public IdRanges(Kernel kernel, StateFolder state, Path etc) {
        this.kernel = kernel;
        this.state = state;
        this.subuid = etc.resolve("subuid");
        this.subgid = etc.resolve("subgid");
    }

    /** What the record of a container says of the ids that it has. */
    public static Map<String, String> annotation(IdMaps ids) {
        return ids.areNone() ? Map.of() : Map.of(ANNOTATION, Owners.of(ids).text());
    }

    /** Takes so many users and groups. */
    public Taken take(long size) {
        Fd lock = lock();
        try {
            var users = new ArrayList<IdMapping>();
            var groups = new ArrayList<IdMapping>();
            for (ContainerStatus container : state.list()) {
                String ids = container.record().annotations().getOrDefault(ANNOTATION, "");
                if (!ids.isEmpty()) {
                    IdMaps taken = Owners.ids(IdShift.parse(ids));
                    users.addAll(taken.uids());
                    groups.addAll(taken.gids());
                }
            }
            return new Taken(new IdMaps(free(subuid, size, users), free(subgid, size, groups)), Optional.of(lock));
        } catch (RuntimeException | Error failed) {
            lock.close();
            throw failed;
        }
    }

    private static List<IdMapping> free(Path file, long size, List<IdMapping> taken) {
        List<IdMapping> granted = SubordinateIds.granted(file, OWNER);
        if (granted.isEmpty()) {
            throw new ContainerException("--userns=auto: " + file + " grants no ids to the user \"" + OWNER
                    + "\"; a line of it such as " + OWNER + ":2147483647:2147483648 does");
        }
        taken.sort(Comparator.comparingLong(IdMapping::hostId));
        for (IdMapping range : granted) {
            long first = range.hostId();
            for (IdMapping other : taken) {
                if (other.hostId() < first + size && first < other.hostId() + other.size()) {
                    first = other.hostId() + other.size();
                }
            }
            if (first + size <= range.hostId() + range.size()) {
                return List.of(new IdMapping(0, first, size));
            }
        }
        throw new ContainerException("--userns=auto: the ids that " + file + " grants to the user \"" + OWNER
                + "\" have no " + size + " in a row left: remove containers, or grant more");
    }

    private Fd lock() {
        int flags = Fcntl.O_RDONLY | Fcntl.O_DIRECTORY | Fcntl.O_CLOEXEC;
        var lock = new Fd(
                kernel,
                kernel.call(FileCalls.openat(
                        FileCalls.CURRENT_DIRECTORY, state.root().toString(), flags, 0)),
                "containers");
        try {
            kernel.call(FileCalls.flock(lock, Fcntl.LOCK_EX));
            return lock;
        } catch (SyscallException failed) {
            lock.close();
            throw failed;
        }
    }
}
