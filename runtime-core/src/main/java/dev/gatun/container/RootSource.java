package dev.gatun.container;

import java.nio.file.Path;

/** What becomes the root of a container. */
public sealed interface RootSource {
    /** The folder that it is made from; where mount points are looked for. */
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
}
