package dev.gatun.image.layer.zstd;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;

/** What comes from the channel, a block at a time. */
final class Input {
    /** Bytes before and behind all data that may be looked at, though they mean nothing. */
    static final int MARGIN = 32;

    private static final int CAPACITY = 256 << 10;

    private final ReadableByteChannel source;
    private final byte[] array = new byte[MARGIN + CAPACITY + MARGIN];
    private final ByteBuffer buffer = ByteBuffer.wrap(array, MARGIN, CAPACITY).limit(MARGIN);

    Input(ReadableByteChannel source) {
        this.source = source;
    }

    /** Whether there is anything more. */
    boolean hasMore() throws IOException {
        return has(1);
    }

    /**
     * The next bytes, until more are asked for.
     *
     * @param size at most 256 KiB
     */
    Bytes take(int size) throws IOException {
        if (!has(size)) {
            throw new WrongData("it ends too early");
        }
        int at = buffer.position();
        buffer.position(at + size);
        return new Bytes(array, at, size);
    }

    void skip(long size) throws IOException {
        long left = size;
        while (left > 0) {
            int part = (int) Math.min(left, CAPACITY);
            take(part);
            left -= part;
        }
    }

    private boolean has(int size) throws IOException {
        while (buffer.remaining() < size) {
            if (!fill()) {
                return false;
            }
        }
        return true;
    }

    private boolean fill() throws IOException {
        int rest = buffer.remaining();
        System.arraycopy(array, buffer.position(), array, MARGIN, rest);
        buffer.limit(MARGIN + CAPACITY).position(MARGIN + rest);
        try {
            return source.read(buffer) >= 0;
        } finally {
            buffer.limit(buffer.position()).position(MARGIN);
        }
    }
}
