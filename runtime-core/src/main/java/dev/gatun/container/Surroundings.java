package dev.gatun.container;

import dev.gatun.linux.Fd;
import dev.gatun.oci.Namespace;
import dev.gatun.oci.RuntimeSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Who a container's program is started by, and what it is handed. */
sealed interface Surroundings {
    /** The program's end of the line to Java; empty if nobody is at the other. */
    default Optional<Fd> line() {
        return Optional.empty();
    }

    /** A listening socket: the command is executed when somebody connects to it. */
    default Optional<Fd> startSocket() {
        return Optional.empty();
    }

    /** Where the terminal goes, if not to Java. */
    default Optional<Fd> console() {
        return Optional.empty();
    }

    /** Where the exit status goes, if the parent stays as the container's monitor. */
    default Optional<Fd> status() {
        return Optional.empty();
    }

    /** Mounts that Java made, by their place in the configuration ({@link IdmappedMounts}). */
    default Map<Integer, Fd> idmapped() {
        return Map.of();
    }

    /** What keeps other commands away from the container for as long as one of its setting up holds it open. */
    default Optional<Fd> lock() {
        return Optional.empty();
    }

    /** What gives its number to the device of the container's root, if a program may have to be its file system. */
    default Optional<Fd> device() {
        return Optional.empty();
    }

    default CreateOptions options() {
        return CreateOptions.NONE;
    }

    /** What whoever starts it may do. */
    Privileges privileges();

    /** Throws {@link ContainerException} if the container needs somebody who is not there. */
    default void check(RuntimeSpec spec, RootSource source) {}

    /** All descriptors that it is handed. */
    default List<Fd> descriptors() {
        var all = new ArrayList<Fd>();
        line().ifPresent(all::add);
        startSocket().ifPresent(all::add);
        console().ifPresent(all::add);
        status().ifPresent(all::add);
        all.addAll(idmapped().values());
        lock().ifPresent(all::add);
        device().ifPresent(all::add);
        return all;
    }

    /** Java is there. */
    record Attended(
            Fd channel,
            Optional<Fd> startSocket,
            Optional<Fd> console,
            Optional<Fd> status,
            Map<Integer, Fd> idmapped,
            Optional<Fd> lock,
            Optional<Fd> device,
            CreateOptions options,
            Privileges privileges)
            implements Surroundings {
        @Override
        public Optional<Fd> line() {
            return Optional.of(channel);
        }
    }

    /** Nobody is: errors go to standard error, and the program ends as the container does. */
    record Alone(Privileges privileges) implements Surroundings {
        @Override
        public void check(RuntimeSpec spec, RootSource source) {
            spec.startableProcess();
            if (source.mount().isPresent()) {
                throw new ContainerException("the root " + source.folder() + " is mounted for a user namespace: a"
                        + " compiled program has nobody beside it who would do that");
            }
            if (new Namespaces(spec.linux().namespaces()).isNew(Namespace.Type.USER)
                    && IdMapper.of(spec.linux(), privileges) == IdMapper.HELPERS) {
                throw new ContainerException(
                        "linux.uidMappings: a compiled program has nobody beside it who would start"
                                + " newuidmap; it maps one's own user and group alone, or is compiled by root");
            }
            if (!spec.hooks().isEmpty() || Preparation.isNeeded(spec)) {
                throw new ContainerException("hooks, linux.netDevices, linux.intelRdt: a compiled program has nobody"
                        + " beside it who would do their part");
            }
        }
    }
}
