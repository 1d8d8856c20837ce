package dev.gatun.image;

/** Is given an image's layers while others are still on their way. */
@FunctionalInterface
public interface LayerConsumer {
    /** Needs none. */
    LayerConsumer NONE = (_, _, _) -> {};

    /**
     * A layer is in the store and verified. Called from several threads at once, in no order; what it throws ends the
     * operation.
     *
     * @param position from the lowest, which is 0
     * @param diffId the digest of the layer's unpacked archive
     */
    void stored(int position, Descriptor layer, Digest diffId);
}
