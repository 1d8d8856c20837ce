package dev.gatun.image.registry;

import dev.gatun.image.ContentStore;
import dev.gatun.image.Descriptor;
import dev.gatun.image.Digest;
import dev.gatun.image.Image;
import dev.gatun.image.ImageException;
import dev.gatun.image.Lease;
import dev.gatun.image.Manifest;
import dev.gatun.image.MediaTypes;
import dev.gatun.image.Progress;
import dev.gatun.image.Reference;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;

/** Brings images of the store to registries. */
public final class Pusher {
    private final RegistryClient client;
    private final ContentStore store;

    public Pusher(RegistryClient client, ContentStore store) {
        this.client = client;
        this.store = store;
    }

    /**
     * Pushes an image: what the registry lacks of its blobs, and then its manifest as it is.
     *
     * @param to a full name with a tag; without one it is {@code latest}
     * @return the digest under which the registry has it now
     */
    public Digest push(Image image, Reference to, Progress progress) {
        if (to.isShort()) {
            throw new ImageException("push " + to + ": the name says no registry; tag the image with a full name");
        }
        Reference name = to.withDefaultTag();
        String purpose = "push " + name;
        Endpoint endpoint = client.conf().pushEndpoint(name);
        Manifest manifest = image.manifest();
        Descriptor descriptor = manifest.descriptor();
        try (Lease lease = store.lease()) {
            List<Descriptor> blobs = new ArrayList<>(manifest.layers());
            blobs.add(manifest.config());
            blobs.forEach(blob -> lease.add(blob.digest()));
            upload(endpoint, purpose, new LinkedHashSet<>(blobs), name, progress);
            client.manifests(endpoint, purpose, progress)
                    .put(
                            name.version(),
                            descriptor.mediaType(),
                            manifest.raw(),
                            manifest.subject().map(Descriptor::digest));
        }
        return descriptor.digest();
    }

    private void upload(Endpoint endpoint, String purpose, Set<Descriptor> blobs, Reference name, Progress progress) {
        var transfers = new Semaphore(client.settings().parallel());
        List<Callable<Void>> tasks = new ArrayList<>();
        for (Descriptor blob : blobs) {
            tasks.add(() -> {
                transfers.acquire();
                try {
                    verify(blob);
                    new BlobUpload(
                                    client.transport(),
                                    endpoint,
                                    purpose,
                                    store,
                                    blob,
                                    client.settings().chunkSize(),
                                    progress)
                            .run(sources(blob, name));
                } finally {
                    transfers.release();
                }
                return null;
            });
        }
        Parallel.run(purpose, tasks);
    }

    /** What is damaged here is named here, and does not come back as a registry's complaint. */
    private void verify(Descriptor blob) throws IOException {
        try (InputStream in = store.stream(blob)) {
            in.transferTo(OutputStream.nullOutputStream());
        }
    }

    /** Other repositories of the same registry that have the blob, as far as the store's names tell. */
    private List<String> sources(Descriptor blob, Reference name) {
        Set<String> sources = new LinkedHashSet<>();
        for (Descriptor entry : store.index().manifests()) {
            Optional<Reference> other = Optional.ofNullable(entry.annotations().get(Descriptor.REF_NAME))
                    .map(Reference::parse);
            if (other.isPresent()
                    && other.get().registry().equals(name.registry())
                    && !other.get().path().equals(name.path())
                    && MediaTypes.isManifest(entry.mediaType())
                    && Manifest.parse(entry.mediaType(), store.read(entry)).layers().stream()
                            .anyMatch(blob::sameContent)) {
                sources.add(other.get().path());
            }
        }
        // Each costs a request; the first is as good as any.
        return sources.stream().limit(1).toList();
    }
}
