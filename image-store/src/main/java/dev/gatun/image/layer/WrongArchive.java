package dev.gatun.image.layer;

import dev.gatun.image.ImageException;
import dev.gatun.linux.Text;

/** What is wrong with an archive, before it is known of which entry: the reader adds that. */
final class WrongArchive extends RuntimeException {
    private static final long serialVersionUID = 1L;

    WrongArchive(String what) {
        super(what);
    }

    /** As its user is told. */
    ImageException in(String entry) {
        return new ImageException("layer: " + Text.quoted(entry) + ": " + getMessage());
    }
}
