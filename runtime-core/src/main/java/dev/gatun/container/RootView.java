package dev.gatun.container;

/** What can be seen of a container's root file system before its program runs. */
interface RootView {
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

    /** The content of a file, or an empty string if there is none; links are resolved inside the root. */
    String read(String path);
}
