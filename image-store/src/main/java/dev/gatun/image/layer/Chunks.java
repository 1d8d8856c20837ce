package dev.gatun.image.layer;

import java.nio.ByteBuffer;

/** An archive in direct buffers, each of which is full (a multiple of {@link #BLOCK}) but for the last. */
interface Chunks {
    /** Bytes of a block of tar. */
    int BLOCK = 512;

    /** The next piece, which is the reader's until the next call; one without bytes is the end. */
    ByteBuffer next();
}
