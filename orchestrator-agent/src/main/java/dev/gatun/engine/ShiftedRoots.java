package dev.gatun.engine;

import dev.gatun.container.MappedRoots;
import dev.gatun.container.RootSource;
import dev.gatun.image.snapshot.ContainerRoot;
import dev.gatun.image.snapshot.OverlayMount;
import java.util.Optional;

/**
 * Mounts of images for containers in user namespaces: the kernel shows the layers with the owners that the container is to
 * see, and where it cannot, there are copies that have them.
 */
final class ShiftedRoots {
    private final Images images;
    private final MappedRoots roots;

    ShiftedRoots(Images images) {
        this.images = images;
        this.roots = new MappedRoots(images.kernel(), images.lib());
    }

    /** Makes one of a container's mounts. */
    RootSource.Mounted mount(ContainerRoot root, OverlayMount overlay) {
        var layers =
                new RootSource.Layers(root.path(), root.layers(), root.folder(), overlay.options(), Optional.empty());
        if (!root.hasCopies()) {
            Optional<RootSource.Mounted> mapped =
                    roots.layers(layers, images.snapshots().folder(), Owners.ids(root.owners()));
            if (mapped.isPresent()) {
                return mapped.get();
            }
            root.copyLayers();
        }
        return roots.layers(layers);
    }
}
