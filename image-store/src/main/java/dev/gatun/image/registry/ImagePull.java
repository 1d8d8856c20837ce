package dev.gatun.image.registry;

import dev.gatun.image.ContentStore;
import dev.gatun.image.CorruptBlobException;
import dev.gatun.image.Descriptor;
import dev.gatun.image.Digest;
import dev.gatun.image.Image;
import dev.gatun.image.ImageConfig;
import dev.gatun.image.ImageException;
import dev.gatun.image.ImageNames;
import dev.gatun.image.Index;
import dev.gatun.image.Ingest;
import dev.gatun.image.LayerConsumer;
import dev.gatun.image.Lease;
import dev.gatun.image.Manifest;
import dev.gatun.image.MediaTypes;
import dev.gatun.image.Platform;
import dev.gatun.image.Progress;
import dev.gatun.image.Reference;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;

/** One image on its way from one registry to the store. */
final class ImagePull {
    private static final Set<String> CONFIGS = Set.of(MediaTypes.OCI_CONFIG, MediaTypes.DOCKER_CONFIG);

    private final RegistryClient client;
    private final ContentStore store;
    private final Endpoint endpoint;
    private final Reference name;
    private final Platform platform;
    private final LayerConsumer consumer;
    private final Progress progress;
    private final String purpose;
    private final Semaphore transfers;

    ImagePull(
            RegistryClient client,
            ContentStore store,
            Endpoint endpoint,
            Reference name,
            Platform platform,
            LayerConsumer consumer,
            Progress progress) {
        this.client = client;
        this.store = store;
        this.endpoint = endpoint;
        this.name = name;
        this.platform = platform;
        this.consumer = consumer;
        this.progress = progress;
        this.purpose = "pull " + name;
        this.transfers = new Semaphore(client.settings().parallel());
    }

    /** Follows what the name led to, an index or a manifest, to all of the image. */
    Image run(Document first) {
        try (Lease lease = store.lease()) {
            Optional<Digest> index = Optional.empty();
            Document document = first;
            if (MediaTypes.isIndex(first.descriptor().mediaType())) {
                index = Optional.of(keep(lease, first).digest());
                document = choose(first);
            }
            Manifest manifest = Manifest.parse(document.descriptor().mediaType(), document.raw());
            check(manifest);
            Descriptor descriptor = keep(lease, document).withPlatform(platform.normalized());
            progress.resolved(name, descriptor);
            ImageConfig config = config(lease, manifest);
            layers(lease, manifest, config);
            Descriptor named = ImageNames.name(store, name, descriptor.withPlatform(config.platform()), index);
            return new Image(List.of(name), named, manifest, config);
        }
    }

    private Document choose(Document document) {
        Descriptor chosen =
                Index.parse(document.descriptor().mediaType(), document.raw()).choose(platform);
        if (!MediaTypes.isManifest(chosen.mediaType())) {
            throw new ImageException(purpose + ": " + chosen.digest() + " is of type " + chosen.mediaType()
                    + ", not the manifest of an image");
        }
        Document manifest = client.manifests(endpoint, purpose, progress)
                .get(new Reference(
                        endpoint.registry(), endpoint.repository(), Optional.empty(), Optional.of(chosen.digest())));
        if (manifest.raw().length != chosen.size()) {
            throw new CorruptBlobException(
                    chosen.digest(), "has " + manifest.raw().length + " bytes instead of " + chosen.size());
        }
        return new Document(chosen, manifest.raw());
    }

    private Descriptor keep(Lease lease, Document document) {
        lease.add(document.descriptor().digest());
        store.put(document.descriptor(), document.raw());
        return document.descriptor();
    }

    /** What is wrong with it is found before anything large is on its way. */
    private void check(Manifest manifest) {
        if (!CONFIGS.contains(manifest.config().mediaType())) {
            throw new ImageException(purpose + ": is an artifact with a configuration of type "
                    + manifest.config().mediaType() + ", not an image");
        }
        if (manifest.config().size() > Manifest.MAX_SIZE) {
            throw new ImageException(purpose + ": the configuration has "
                    + manifest.config().size() + " bytes, more than the " + Manifest.MAX_SIZE + " that it may have");
        }
        for (Descriptor layer : manifest.layers()) {
            try {
                MediaTypes.layerCompression(layer.mediaType());
            } catch (ImageException e) {
                throw new ImageException(purpose + ": " + layer.digest() + ": " + e.getMessage(), e);
            }
        }
    }

    private ImageConfig config(Lease lease, Manifest manifest) {
        Parallel.run(purpose, List.of(() -> {
            ensure(lease, manifest.config());
            return null;
        }));
        ImageConfig config = ImageConfig.parse(store.read(manifest.config()));
        if (config.diffIds().size() != manifest.layers().size()) {
            throw new ImageException(
                    purpose + ": the manifest has " + manifest.layers().size() + " layers, the configuration "
                            + config.diffIds().size());
        }
        return config;
    }

    private void layers(Lease lease, Manifest manifest, ImageConfig config) {
        List<Callable<Void>> tasks = new ArrayList<>();
        for (int i = 0; i < manifest.layers().size(); i++) {
            int position = i;
            tasks.add(() -> {
                layer(
                        lease,
                        position,
                        manifest.layers().get(position),
                        config.diffIds().get(position));
                return null;
            });
        }
        Parallel.run(purpose, tasks);
    }

    private void layer(Lease lease, int position, Descriptor layer, Digest diffId)
            throws IOException, InterruptedException {
        ensure(lease, layer);
        consumer.stored(position, layer, diffId);
    }

    /** Sees to it that a blob is in the store as it should be. */
    private void ensure(Lease lease, Descriptor content) throws IOException, InterruptedException {
        lease.add(content.digest());
        transfers.acquire();
        try {
            if (isGood(content)) {
                progress.finished(content, Progress.Outcome.ALREADY_THERE);
            } else {
                download(content);
            }
        } finally {
            transfers.release();
        }
    }

    private boolean isGood(Descriptor content) throws IOException {
        if (!store.contains(content)) {
            return false;
        }
        try (InputStream in = store.stream(content)) {
            in.transferTo(OutputStream.nullOutputStream());
            return true;
        } catch (CorruptBlobException e) {
            progress.damaged(content.digest(), Retry.reason(e));
            store.discard(content.digest());
            return false;
        }
    }

    private void download(Descriptor content) throws IOException {
        try (Ingest ingest = store.ingest(content)) {
            // Who had the ingest before us may have completed it.
            if (store.contains(content)) {
                progress.finished(content, Progress.Outcome.ALREADY_THERE);
                return;
            }
            new BlobDownload(client.transport(), endpoint, purpose, content, ingest, progress).run();
        }
    }
}
