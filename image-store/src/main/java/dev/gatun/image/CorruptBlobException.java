package dev.gatun.image;

/** Stored or received content is not what its digest says. */
public final class CorruptBlobException extends ImageException {
    private static final long serialVersionUID = 1L;

    private final transient Digest digest;

    public CorruptBlobException(Digest digest, String why) {
        super("blob " + digest + ": " + why);
        this.digest = digest;
    }

    /** What the content should have been. */
    public Digest digest() {
        return digest;
    }
}
