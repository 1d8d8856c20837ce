package dev.gatun.container;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** What becomes the root of a container. */
public sealed interface RootSource {
    /** The folder that it is made from. */
    Path folder();

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
        public Layers {
            layers = List.copyOf(layers);
        }
    }
}
