package dev.gatun.container;

import dev.gatun.linux.Call;
import dev.gatun.linux.Fd;
import dev.gatun.linux.MountCalls;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** What becomes the root of a container. */
public sealed interface RootSource {
    /** The folder that it is made from. */
    Path folder();

    /** The mount that the program is handed to attach it; empty if the program makes its own. */
    default Optional<Fd> mount() {
        return Optional.empty();
    }

    /** A folder as it is: what the container writes stays in it. */
    record Folder(Path folder) implements RootSource {}

    /** A folder under a layer in memory: nothing that the container does reaches the folder, or outlives the container. */
    record ScratchCopy(Path original) implements RootSource {
        @Override
        public Path folder() {
            return original;
        }
    }

    /**
     * Folders on top of each other, mounted by the container's own program where the host does not see it.
     *
     * @param folder an empty one, to mount it on
     * @param layers in overlayfs's form, the topmost first
     * @param base where names in the options are taken from
     * @param options that overlayfs is mounted with
     * @param helper what does it where the kernel does not
     */
    record Layers(Path folder, List<Path> layers, Path base, String options, Optional<MountProgram> helper)
            implements RootSource {
        private static final String TYPE = "overlay";

        public Layers {
            layers = List.copyOf(layers);
        }

        /** The call that mounts it, made by who stands in the base. */
        Call mountOn(String target) {
            return MountCalls.mount(Optional.of(TYPE), target, Optional.of(TYPE), 0, Optional.of(options));
        }
    }

    /**
     * What was mounted before the program was started, and is attached nowhere yet ({@link MappedRoots}).
     *
     * @param source what it was made from
     */
    record Mounted(RootSource source, Fd made) implements RootSource, AutoCloseable {
        @Override
        public Path folder() {
            return source.folder();
        }

        @Override
        public Optional<Fd> mount() {
            return Optional.of(made);
        }

        /** Closes the mount; a container that has it goes on. */
        @Override
        public void close() {
            made.close();
        }
    }
}
