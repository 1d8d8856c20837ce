package dev.gatun.image.registry;

import dev.gatun.image.ContentStore;
import dev.gatun.image.Image;
import dev.gatun.image.ImageException;
import dev.gatun.image.LayerConsumer;
import dev.gatun.image.Platform;
import dev.gatun.image.Progress;
import dev.gatun.image.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Gets images from registries into the store. */
public final class Puller {
    private final RegistryClient client;
    private final ContentStore store;

    public Puller(RegistryClient client, ContentStore store) {
        this.client = client;
        this.store = store;
    }

    /** As {@link #pull(Reference, Platform, LayerConsumer, Progress)}, with nobody waiting for layers. */
    public Image pull(Reference name, Platform platform, Progress progress) {
        return pull(name, platform, LayerConsumer.NONE, progress);
    }

    /**
     * Pulls an image, or what of it is missing or damaged. What a failed or killed pull got is kept, and the next one
     * goes on behind it; the name is given to the image when all of it is there.
     *
     * @param name a short one is looked for in the registries that are configured for those
     * @param platform to choose by, if the name is one of several images; the image's configuration says what it is for
     * @param consumer gets the layers while others are downloaded
     * @throws ImageException if none of the places that the name may stand for gives the image
     */
    public Image pull(Reference name, Platform platform, LayerConsumer consumer, Progress progress) {
        List<ImageException> failures = new ArrayList<>();
        for (Reference full : client.conf().resolve(name)) {
            for (Endpoint endpoint : client.conf().pullEndpoints(full)) {
                String purpose = "pull " + full;
                Document document;
                try {
                    document = client.manifests(endpoint, purpose, progress).get(at(endpoint, full));
                } catch (ImageException e) {
                    failures.add(e);
                    continue;
                }
                return new ImagePull(client, store, endpoint, full, platform, consumer, progress).run(document);
            }
        }
        if (failures.size() == 1) {
            throw failures.getFirst();
        }
        var all = new ImageException(
                failures.stream().map(Throwable::getMessage).collect(Collectors.joining("; ")), failures.getLast());
        failures.forEach(all::addSuppressed);
        throw all;
    }

    private static Reference at(Endpoint endpoint, Reference name) {
        return new Reference(endpoint.registry(), endpoint.repository(), name.tag(), name.digest());
    }
}
