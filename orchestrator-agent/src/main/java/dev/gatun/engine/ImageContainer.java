package dev.gatun.engine;

import dev.gatun.container.ContainerId;
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

/**
 * The root of a new container of an image, its volumes, and how the image wants it run. Until it is closed nobody takes
 * it for a left one; closing it removes it, unless it was handed to a container.
 */
public final class ImageContainer implements AutoCloseable {
    /** Conversion of an image's configuration (OCI image-spec, conversion.md). */
    private static final String PREFIX = "org.opencontainers.image.";

    private static final String VOLUMES = "volumes";

    private final ContainerRoots.Claim claim;
    private final ContainerRoot root;
    private final Fd view;
    private final Defaults defaults;
    private boolean handedOver;

    private ImageContainer(ContainerRoots.Claim claim, ContainerRoot root, Fd view, Defaults defaults) {
        this.claim = claim;
        this.root = root;
        this.view = view;
        this.defaults = defaults;
    }

    /** Makes the root of a container of an image; nothing of the image is copied but what its volumes have in it. */
    public static ImageContainer prepare(Images images, ContainerId id, Image image) {
        var layers = images.unpacked(image);
        ContainerRoots.Claim claim = new ContainerRoots(images).claim();
        try {
            ContainerRoot root = images.snapshots().prepare(id.value(), layers.chainId());
            try {
                claim.keepWhile(root, images.state().root().resolve(id.value()));
                Fd view = root.lookAtImage();
                try {
                    return new ImageContainer(claim, root, view, defaults(image, volumes(root, view, image)));
                } catch (RuntimeException | Error failed) {
                    view.close();
                    throw failed;
                }
            } catch (RuntimeException | Error failed) {
                root.remove();
                throw failed;
            }
        } catch (RuntimeException | Error failed) {
            claim.close();
            throw failed;
        }
    }

    /** What the container's root is made of. */
    public RootSource root() {
        // the dot lets nobody take the descriptor's link for the folder itself
        return new RootSource.Layers(
                root.path(),
                Path.of(view.path() + "/."),
                root.folder(),
                root.overlay().options());
    }

    public Defaults defaults() {
        return defaults;
    }

    /** The container is there: its root goes with it. */
    public void handOver() {
        handedOver = true;
    }

    private static Map<String, Path> volumes(ContainerRoot root, Fd view, Image image) {
        var volumes = new LinkedHashMap<String, Path>();
        for (String inside : image.config().container().volumes()) {
            Path folder = root.folder().resolve(VOLUMES).resolve(Integer.toString(volumes.size()));
            try {
                Files.createDirectories(folder);
            } catch (IOException e) {
                throw new ImageException("make the volume " + folder + ": " + e.getMessage(), e);
            }
            root.copyUp(view, inside, folder);
            volumes.put(inside, folder);
        }
        return volumes;
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
        view.close();
        if (!handedOver) {
            root.remove();
        }
        claim.close();
    }
}
