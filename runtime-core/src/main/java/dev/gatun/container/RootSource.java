package dev.gatun.container;

import java.nio.file.Path;

/** What becomes the root of a container. */
public sealed interface RootSource {
    /** The folder that it is made from. */
    Path folder();

    /** Where the root's content can be looked at before there is a container: users, and where mount points will be. */
    default Path view() {
        return folder();
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
     * @param view shows what the layers come to
     * @param base where names in the options are taken from
     * @param options that overlayfs is mounted with
     */
    record Layers(Path folder, Path view, Path base, String options) implements RootSource {}
}
