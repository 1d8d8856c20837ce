package dev.gatun.container;

import dev.gatun.linux.Errno;
import dev.gatun.linux.Fd;
import dev.gatun.linux.Kernel;
import dev.gatun.linux.Mount;
import dev.gatun.program.Channel;
import dev.gatun.program.Image;
import dev.gatun.program.Launcher;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Roots for containers in user namespaces of their own, whose users own the files that the host's users of the same numbers
 * own on the disk.
 *
 * <p>Mapping owners takes rights over the file system, and so do the attributes of layers: neither can be done in the
 * container's user namespace. So a program in a mount namespace of its own lays layers over each other, and hands over the
 * mount, which nobody else ever sees.
 */
public final class MappedRoots {
    private final Kernel kernel;
    private final Launcher launcher;

    /**
     * Roots.
     *
     * @param lib a folder of Gatun's own, where programs can be executed from if the kernel executes none in memory
     */
    public MappedRoots(Kernel kernel, Path lib) {
        this.kernel = kernel;
        this.launcher = new Launcher(kernel, lib);
    }

    /** A folder as it is, with all that is mounted below it: what the container's root writes is root's on the disk. */
    public RootSource.Mounted folder(Path folder, IdMaps ids) {
        try {
            return new RootSource.Mounted(new RootSource.Folder(folder), tree(folder, true, ids));
        } catch (UnmappableException refused) {
            throw new ContainerException(
                    refused.getMessage() + "; an image can be copied with other owners, a folder has to keep its own",
                    refused);
        }
    }

    /**
     * Layers of files whose owners are mapped; what the container writes has the host's numbers on the disk.
     *
     * @param store the folder that has all layers in it
     * @return empty if the kernel or the file system cannot do it (Linux 5.19)
     */
    public Optional<RootSource.Mounted> layers(RootSource.Layers layers, Path store, IdMaps ids) {
        try (Fd tree = tree(store, false, ids)) {
            return Optional.of(mount(layers, Optional.of(new LayersProgram.Cover(store, tree))));
        } catch (UnmappableException refused) {
            return Optional.empty();
        } catch (ContainerException refused) {
            if (refused.failure().filter(failure -> failure.is(Errno.EINVAL)).isPresent()) {
                return Optional.empty();
            }
            throw refused;
        }
    }

    /** Layers of files that have the host's numbers on the disk already. */
    public RootSource.Mounted layers(RootSource.Layers layers) {
        return mount(layers, Optional.empty());
    }

    private Fd tree(Path source, boolean recursive, IdMaps ids) {
        try (var namespaces = new UserNamespaces(kernel, launcher)) {
            Fd namespace = namespaces.of(new Idmap(ids.uids(), ids.gids(), Optional.empty()));
            return new IdmappedTree(source, recursive, Mount.MS_REC | Mount.MS_PRIVATE, recursive)
                    .make(kernel, namespace);
        }
    }

    private RootSource.Mounted mount(RootSource.Layers layers, Optional<LayersProgram.Cover> cover) {
        try (var channel = new Channel(kernel)) {
            var program = new LayersProgram(layers, cover, channel.programEnd());
            Image image = Image.of(program.compile(), kernel.arch());
            int pid = launcher.start(image, program.descriptors());
            channel.started();
            try {
                return new RootSource.Mounted(layers, await(channel, image));
            } finally {
                Launch.reap(kernel, pid);
            }
        }
    }

    private static Fd await(Channel channel, Image image) {
        Channel.Message message = channel.receive(image);
        if (message instanceof Channel.Signal signal) {
            return signal.descriptor().orElseThrow();
        }
        if (message instanceof Channel.Failed failed) {
            throw new ContainerException(failed.failure());
        }
        throw new ContainerException("the process that mounts the root file system was killed");
    }
}
