package dev.gatun.image.registry;

import dev.gatun.image.Descriptor;

/** A manifest or an index as bytes, which agree with its descriptor. */
final class Document {
    private final Descriptor descriptor;
    private final byte[] raw;

    Document(Descriptor descriptor, byte[] raw) {
        this.descriptor = descriptor;
        this.raw = raw;
    }

    Descriptor descriptor() {
        return descriptor;
    }

    byte[] raw() {
        return raw;
    }
}
