package dev.gatun.image.layer;

import dev.gatun.image.ImageException;
import dev.gatun.image.layer.zstd.ZstdChannel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;

/** Tells from its first bytes how an archive is packed, as media types are often wrong, and unpacks it. */
final class Decompression {
    private static final int LONGEST_MAGIC = 6;

    private Decompression() {}

    /** The archive itself. Closing it does not close {@code source}. */
    static ReadableByteChannel of(ReadableByteChannel source) throws IOException {
        var start = ByteBuffer.allocate(LONGEST_MAGIC);
        while (start.hasRemaining() && source.read(start) >= 0) {
            // a channel may give less than there is room for
        }
        start.flip();
        var whole = new Rejoined(start, source);
        if (begins(start, 0x1f, 0x8b)) {
            return new GzipChannel(whole);
        }
        if (begins(start, 0x28, 0xb5, 0x2f, 0xfd) || isSkippableFrame(start)) {
            return new ZstdChannel(whole);
        }
        if (begins(start, 'B', 'Z', 'h')) {
            throw unknown("bzip2");
        }
        if (begins(start, 0xfd, '7', 'z', 'X', 'Z', 0)) {
            throw unknown("xz");
        }
        return whole;
    }

    private static ImageException unknown(String compression) {
        return new ImageException(
                "layer: packed with " + compression + ", which is not supported; gzip, zstd and no compression are");
    }

    private static boolean begins(ByteBuffer start, int... magic) {
        if (start.remaining() < magic.length) {
            return false;
        }
        for (int i = 0; i < magic.length; i++) {
            if ((start.get(i) & 0xff) != magic[i]) {
                return false;
            }
        }
        return true;
    }

    /** RFC 8878, 3.1.2: it may stand before the data, as in zstd:chunked. */
    private static boolean isSkippableFrame(ByteBuffer start) {
        return start.remaining() >= 4
                && (start.get(0) & 0xf0) == 0x50
                && start.get(1) == 0x2a
                && start.get(2) == 0x4d
                && start.get(3) == 0x18;
    }

    /** What was read of a channel already, and the rest of it. */
    private record Rejoined(ByteBuffer start, ReadableByteChannel rest) implements ReadableByteChannel {
        @Override
        public int read(ByteBuffer target) throws IOException {
            if (!start.hasRemaining()) {
                return rest.read(target);
            }
            int count = Math.min(start.remaining(), target.remaining());
            target.put(start.slice(start.position(), count));
            start.position(start.position() + count);
            return count;
        }

        @Override
        public boolean isOpen() {
            return rest.isOpen();
        }

        @Override
        public void close() {
            // the rest belongs to who opened it
        }
    }
}
