package dev.gatun.image.archive;

import dev.gatun.image.ContentStore;
import dev.gatun.image.Descriptor;
import dev.gatun.image.Digest;
import dev.gatun.image.Image;
import dev.gatun.image.ImageConfig;
import dev.gatun.image.ImageException;
import dev.gatun.image.ImageNames;
import dev.gatun.image.Index;
import dev.gatun.image.Manifest;
import dev.gatun.image.MediaTypes;
import dev.gatun.image.Platform;
import dev.gatun.image.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The images of an OCI layout whose blobs are in the store already: checked for being whole, and listed. */
final class LayoutImages {
    private final ContentStore store;
    private final Platform platform;

    LayoutImages(ContentStore store, Platform platform) {
        this.store = store;
        this.platform = platform;
    }

    List<Image> register(Index index) {
        List<Image> images = new ArrayList<>();
        for (Descriptor entry : index.manifests()) {
            images.add(register(entry));
        }
        if (images.isEmpty()) {
            throw new ImageException("load images: index.json lists none");
        }
        return images;
    }

    private Image register(Descriptor entry) {
        Descriptor descriptor = entry;
        Optional<Digest> through = Optional.empty();
        if (MediaTypes.isIndex(entry.mediaType())) {
            through = Optional.of(entry.digest());
            descriptor = Index.parse(entry.mediaType(), store.read(entry)).choose(platform);
        }
        Manifest manifest = Manifest.parse(descriptor.mediaType(), store.read(descriptor));
        for (Descriptor layer : manifest.layers()) {
            MediaTypes.layerCompression(layer.mediaType());
            if (!store.contains(layer)) {
                throw new ImageException(
                        "load images: layer " + layer.digest() + " of " + descriptor.digest() + " is missing");
            }
        }
        ImageConfig config = ImageConfig.parse(store.read(manifest.config()));
        Descriptor listed = descriptor.withPlatform(config.platform());
        Optional<Reference> name = name(entry.annotations());
        if (name.isEmpty()) {
            return new Image(List.of(), ImageNames.nameless(store, listed), manifest, config);
        }
        return new Image(List.of(name.get()), ImageNames.name(store, name.get(), listed, through), manifest, config);
    }

    /** The full name, where it stands; what is a tag only is the name of nothing. */
    private static Optional<Reference> name(Map<String, String> annotations) {
        for (String key : List.of(ArchiveWriter.CONTAINERD_NAME, Descriptor.REF_NAME)) {
            String text = annotations.getOrDefault(key, "");
            if (text.indexOf(':') >= 0 || text.indexOf('/') >= 0) {
                return Optional.of(fullName(text));
            }
        }
        return Optional.empty();
    }

    /** Tools leave Docker's registry out, and never another one. */
    static Reference fullName(String text) {
        Reference name = Reference.parse(text);
        return (name.isShort() ? name.in(Reference.DOCKER_HUB) : name).withDefaultTag();
    }
}
