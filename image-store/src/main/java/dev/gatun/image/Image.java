package dev.gatun.image;

import java.util.List;

/**
 * An image of the store.
 *
 * @param names full ones; none if others took them
 * @param descriptor of its manifest, with the annotations that index.json has of it
 */
public record Image(List<Reference> names, Descriptor descriptor, Manifest manifest, ImageConfig config) {
    public Image {
        names = List.copyOf(names);
    }

    /** The digest of its configuration, which is the same in whatever form the image is kept or sent. */
    public Digest id() {
        return manifest.config().digest();
    }

    /** The size of its layers as they are kept, in bytes. */
    public long size() {
        return manifest.layers().stream().mapToLong(Descriptor::size).sum();
    }
}
