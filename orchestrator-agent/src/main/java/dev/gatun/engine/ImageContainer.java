package dev.gatun.engine;

import dev.gatun.container.ContainerId;
import dev.gatun.container.IdMaps;
import dev.gatun.container.RootSource;
import dev.gatun.image.Image;
import dev.gatun.image.ImageConfig;
import dev.gatun.image.ImageException;
import dev.gatun.image.Platform;
import dev.gatun.image.snapshot.ContainerRoot;
import dev.gatun.linux.Fd;
import dev.gatun.oci.Mount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The root of a new container of an image, its volumes, and how the image wants it run. Until it is closed nobody takes
 * it for a left one; closing it removes it, unless it was handed to a container.
 */
public final class ImageContainer implements AutoCloseable {
    /** Conversion of an image's configuration (OCI image-spec, conversion.md). */
    private static final String PREFIX = "org.opencontainers.image.";

    private static final String VOLUMES = "volumes";

    private final ContainerRoots roots;
    private final ContainerRoots.Claim claim;
    private final ContainerRoot root;
    private final RootSource source;
    private final Defaults defaults;
    private boolean handedOver;

    private ImageContainer(Images images, ContainerRoots.Claim claim, ContainerRoot root, Image image) {
        this.roots = new ContainerRoots(images);
        this.claim = claim;
        this.root = root;
        this.source = root.isShifted()
                ? new ShiftedRoots(images).mount(root, root.overlay())
                : new RootSource.Layers(
                        root.path(),
                        root.layers(),
                        root.folder(),
                        root.overlay().options(),
                        images.layering().mountProgram());
        this.defaults = defaults(image, volumes(root, image));
    }

    /** Whether this process may {@link #prepare} a container of an image: a user may not, where owners are to be kept. */
    public static boolean mayPrepare(Images images, Image image) {
        return image.config().container().volumes().isEmpty()
                && images.snapshots()
                        .findImage(image.config().diffIds())
                        .filter(images.snapshots()::mayPrepare)
                        .isPresent();
    }

    /**
     * Makes the root of a container of an image; nothing of the image is copied but what its volumes have in it, and for a
     * user namespace what the kernel cannot show with other owners.
     *
     * @param ids of a user namespace that is the container's own
     */
    public static ImageContainer prepare(Images images, ContainerId id, Image image, IdMaps ids) {
        var layers = images.unpacked(image);
        return take(images, id, () -> {
            ContainerRoot root = images.snapshots().prepare(id.value(), layers.chainId(), Owners.of(ids));
            try {
                new ContainerRoots(images).keep(root, images.state().root().resolve(id.value()));
                fill(root, volumes(root, image));
            } catch (RuntimeException | Error failed) {
                root.remove();
                throw failed;
            }
            return image;
        });
    }

    /**
     * Takes a root over that is made somewhere else.
     *
     * @param maker makes it, and gives the image that it is made of
     */
    public static ImageContainer take(Images images, ContainerId id, Supplier<Image> maker) {
        var roots = new ContainerRoots(images);
        if (images.snapshots().hasContainer(id.value())) {
            // of one of that name that is gone, or it is an error
            roots.sweep();
        }
        ContainerRoots.Claim claim = roots.claim();
        try {
            Image image = maker.get();
            ContainerRoot root = images.snapshots().findContainer(id.value()).orElseThrow();
            try {
                return new ImageContainer(images, claim, root, image);
            } catch (RuntimeException | Error failed) {
                roots.remove(root);
                throw failed;
            }
        } catch (RuntimeException | Error failed) {
            claim.close();
            throw failed;
        }
    }

    /** What the container's root is made of. */
    public RootSource root() {
        return source;
    }

    public Defaults defaults() {
        return defaults;
    }

    /** The container is there: its root goes with it. */
    public void handOver() {
        handedOver = true;
    }

    /** The folders of an image's volumes, by their paths in the container. */
    private static Map<String, Path> volumes(ContainerRoot root, Image image) {
        var volumes = new LinkedHashMap<String, Path>();
        for (String inside : image.config().container().volumes()) {
            volumes.put(inside, root.folder().resolve(VOLUMES).resolve(Integer.toString(volumes.size())));
        }
        return volumes;
    }

    private static void fill(ContainerRoot root, Map<String, Path> volumes) {
        if (volumes.isEmpty()) {
            return;
        }
        try (Fd view = root.lookAtImage()) {
            volumes.forEach((inside, folder) -> {
                try {
                    Files.createDirectories(folder);
                } catch (IOException e) {
                    throw ImageException.failed("make the volume " + folder, e);
                }
                root.copyUp(view, inside, folder);
            });
        }
    }

    private static Defaults defaults(Image image, Map<String, Path> volumes) {
        ImageConfig.ContainerConfig config = image.config().container();
        var mounts = new ArrayList<Mount>();
        volumes.forEach((inside, folder) -> mounts.add(new Mount(
                inside,
                Optional.of("bind"),
                Optional.of(folder.toString()),
                List.of("rbind", "rprivate"),
                List.of(),
                List.of())));
        return new Defaults(
                config.entrypoint(),
                config.command(),
                config.environment(),
                config.user(),
                config.workingDirectory().isEmpty() ? "/" : config.workingDirectory(),
                annotations(image),
                mounts);
    }

    private static Map<String, String> annotations(Image image) {
        ImageConfig.ContainerConfig config = image.config().container();
        var annotations = new LinkedHashMap<>(config.labels());
        Platform platform = image.config().platform();
        annotations.put(PREFIX + "os", platform.os());
        annotations.put(PREFIX + "architecture", platform.architecture());
        image.config().author().ifPresent(author -> annotations.put(PREFIX + "author", author));
        image.config().created().ifPresent(created -> annotations.put(PREFIX + "created", created));
        if (!config.stopSignal().isEmpty()) {
            annotations.put(PREFIX + "stopSignal", config.stopSignal());
        }
        if (!config.exposedPorts().isEmpty()) {
            annotations.put(PREFIX + "exposedPorts", String.join(",", config.exposedPorts()));
        }
        ContainerImage.of(image).writeTo(annotations);
        return annotations;
    }

    @Override
    public void close() {
        source.mount().ifPresent(Fd::close);
        if (!handedOver) {
            roots.remove(root);
        }
        claim.close();
    }
}
