package dev.gatun.container;

import dev.gatun.linux.Kernel;
import java.util.List;
import java.util.Optional;

/** What can be seen of a container's root file system before its program runs. */
interface RootView extends AutoCloseable {
    /** Of what becomes the root. */
    static RootView of(Kernel kernel, RootSource source) {
        if (source instanceof RootSource.Mounted mounted) {
            return of(kernel, mounted.source());
        }
        return source instanceof RootSource.Layers of && of.layers().size() > 1
                ? new LayeredDirectory(kernel, of.layers())
                : new RootDirectory(
                        kernel,
                        source instanceof RootSource.Layers one ? one.layers().getFirst() : source.folder());
    }

    /**
     * The path with all symbolic links resolved that exist now, as the kernel resolves them for a process whose root
     * it is; a part that does not exist is kept as it is.
     *
     * <p>It says where a missing mount point is to be made, no more: the program itself goes through what is there
     * when it runs, and cannot leave the root.
     *
     * @param path from the root, with a leading slash
     * @throws ContainerException if a relative link climbs out of the root: no image means that
     */
    String resolve(String path);

    /** A file of the root file system; links are resolved inside the root, but for a link at the end. */
    Optional<ImageFile> find(String path);

    /** All that is in a folder and the folders below, each folder before what is in it; empty if it is no folder. */
    List<ImageFile> below(String folder);

    /** The content of a file, or an empty string if there is none; links are resolved inside the root. */
    String read(String path);

    @Override
    void close();
}
