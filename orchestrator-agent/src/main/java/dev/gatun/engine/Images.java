package dev.gatun.engine;

import dev.gatun.container.Folders;
import dev.gatun.container.StateFolder;
import dev.gatun.image.ContentStore;
import dev.gatun.image.CorruptBlobException;
import dev.gatun.image.Descriptor;
import dev.gatun.image.Digest;
import dev.gatun.image.GarbageCollector;
import dev.gatun.image.Image;
import dev.gatun.image.ImageException;
import dev.gatun.image.ImageStore;
import dev.gatun.image.InUse;
import dev.gatun.image.Platform;
import dev.gatun.image.Progress;
import dev.gatun.image.Reference;
import dev.gatun.image.registry.Puller;
import dev.gatun.image.registry.RegistriesConf;
import dev.gatun.image.registry.RegistryClient;
import dev.gatun.image.snapshot.FuseOverlay;
import dev.gatun.image.snapshot.Snapshot;
import dev.gatun.image.snapshot.Snapshots;
import dev.gatun.linux.Kernel;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The images of this host: their content, their names, and their layers unpacked. */
public final class Images {
    private final Kernel kernel;
    private final Path lib;
    private final StateFolder state;
    private final ContentStore content;
    private final Layering layering;
    private final Snapshots snapshots;
    private final ImageStore store;

    /** What a clean-up freed. */
    public record Freed(int layers, GarbageCollector.Removed blobs) {}

    /**
     * The images in Gatun's own folder.
     *
     * @param state of the containers that stand on them
     * @param conf what short names stand for
     * @param layering of the images' layers
     */
    public Images(Kernel kernel, Folders folders, StateFolder state, RegistriesConf conf, Layering layering) {
        this.kernel = kernel;
        this.lib = folders.lib();
        this.state = state;
        this.content = ContentStore.open(kernel, folders.lib().resolve("images"));
        this.layering = layering;
        this.snapshots = Snapshots.open(
                kernel,
                folders.lib().resolve(layering.folder()),
                layering.rules(),
                layering.mountProgram().map(program -> new FuseOverlay(program.file(), program.always())));
        this.store = new ImageStore(content, conf::resolve);
    }

    public ContentStore content() {
        return content;
    }

    public ImageStore store() {
        return store;
    }

    public Snapshots snapshots() {
        return snapshots;
    }

    Kernel kernel() {
        return kernel;
    }

    Path lib() {
        return lib;
    }

    StateFolder state() {
        return state;
    }

    Layering layering() {
        return layering;
    }

    /** Who needs images: containers. */
    public List<InUse> users() {
        return List.of(ContainerImage.inUse(state));
    }

    /** Pulls an image, or what of it is missing or damaged, and unpacks it meanwhile. */
    public Image pull(RegistryClient client, Reference name, Platform platform, Progress progress) {
        try (var unpacking = snapshots.unpacking(content)) {
            Image image = new Puller(client, content).pull(name, platform, unpacking, progress);
            unpacking.finish(image.config().diffIds());
            return image;
        }
    }

    /**
     * The image's layers, unpacked now if they are not yet.
     *
     * @throws CorruptBlobException if a layer is damaged
     */
    public Snapshot unpacked(Image image) {
        Optional<Snapshot> there = snapshots.findImage(image.config().diffIds());
        return there.orElseGet(() -> unpack(image));
    }

    private Snapshot unpack(Image image) {
        try {
            return snapshots.unpack(
                    image.config().diffIds(),
                    position -> Channels.newChannel(
                            content.stream(image.manifest().layers().get(position))));
        } catch (ImageException failed) {
            // what is damaged may look like an archive of a wrong form before its end is reached
            for (Descriptor layer : image.manifest().layers()) {
                verify(layer);
            }
            throw failed;
        }
    }

    private void verify(Descriptor layer) {
        try (InputStream in = content.stream(layer)) {
            in.transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            throw ImageException.failed("read blob " + layer.digest(), e);
        }
    }

    /** Removes an image with all its names, and what only it needed. */
    public Freed remove(Image image) {
        var removed = store.remove(image, users());
        return new Freed(collectLayers(), removed);
    }

    /** Removes the images that have no name, and what nobody needs. */
    public Freed prune() {
        var removed = store.prune(users());
        return new Freed(collectLayers(), removed);
    }

    private int collectLayers() {
        Set<Digest> keep = new HashSet<>();
        for (ImageStore.Listed listed : store.list()) {
            listed.image()
                    .flatMap(image -> snapshots.findImage(image.config().diffIds()))
                    .ifPresent(snapshot -> keep.add(snapshot.chainId()));
        }
        return snapshots.collect(keep).size();
    }

    /** The names of the containers that stand on an image. */
    public List<String> containersOf(Image image) {
        var names = new ArrayList<String>();
        for (var status : ContainerImage.containers(state)) {
            if (ContainerImage.of(status.record())
                    .filter(of ->
                            of.manifest().digest().equals(image.descriptor().digest()))
                    .isPresent()) {
                names.add(status.record().id().value());
            }
        }
        return names;
    }
}
