package dev.gatun.image;

import java.time.Duration;

/** Is told how a transfer gets on; from several threads at once. Positions and sizes are in bytes. */
public interface Progress {
    /** Hears nothing. */
    Progress NONE = new Progress() {};

    /** How content came to be where it should be. */
    enum Outcome {
        TRANSFERRED,
        ALREADY_THERE,
        /** From another repository of the same registry. */
        MOUNTED
    }

    /** It is known what a name stands for: the manifest of one image. */
    default void resolved(Reference name, Descriptor manifest) {}

    /** Begins at a position that is not 0 if an earlier transfer is gone on with. */
    default void begun(Descriptor content, long position) {}

    /** Goes back, too, if a transfer has to begin anew. */
    default void advanced(Descriptor content, long position) {}

    default void finished(Descriptor content, Outcome outcome) {}

    /** Something did not work, and is tried again after a time. */
    default void retrying(String what, String why, Duration delay) {}

    /** What was stored is damaged, and is fetched anew. */
    default void damaged(Digest digest, String how) {}
}
