package dev.gatun.image.layer;

import dev.gatun.image.Digest;
import dev.gatun.image.ImageException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.security.MessageDigest;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/** Reads, unpacks and hashes an archive on a thread of its own, a few chunks before whoever writes its files. */
final class ReadAhead implements Chunks, AutoCloseable {
    private static final int CHUNK = 1 << 20;
    private static final int CHUNKS = 4;

    private final ReadableByteChannel source;
    private final MessageDigest hasher = Digest.Algorithm.SHA256.hasher();
    private final Arena memory = Arena.ofShared();
    private final BlockingQueue<ByteBuffer> free = new ArrayBlockingQueue<>(CHUNKS);
    private final BlockingQueue<Filled> full = new ArrayBlockingQueue<>(CHUNKS + 1);
    private final Thread thread;
    private @Nullable ByteBuffer lent;
    private @Nullable Digest digest;
    private long size;
    private boolean ended;

    /** A chunk, or why there is none. */
    private record Filled(ByteBuffer chunk, @Nullable Throwable failure) {}

    /** Begins to read. The source is closed with this. */
    ReadAhead(ReadableByteChannel source) {
        this.source = source;
        for (int i = 0; i < CHUNKS; i++) {
            free.add(memory.allocate(CHUNK, Chunks.BLOCK).asByteBuffer());
        }
        thread = Thread.ofPlatform().daemon().name("layer").start(this::readAll);
    }

    @Override
    public ByteBuffer next() {
        try {
            if (lent != null) {
                if (!lent.hasRemaining() && ended) {
                    return lent;
                }
                free.put(lent);
                lent = null;
            }
            Filled filled = full.take();
            if (filled.failure != null) {
                // for who asks again
                full.add(filled);
                throw failed(filled.failure);
            }
            size += filled.chunk.remaining();
            ended = !filled.chunk.hasRemaining();
            lent = filled.chunk;
            return filled.chunk;
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new ImageException("layer: interrupted", stopped);
        }
    }

    /** The digest of the whole archive, unpacked; asked for behind the end. */
    Digest digest() {
        if (digest == null) {
            digest = Digest.of(Digest.Algorithm.SHA256, hasher);
        }
        return digest;
    }

    /** Bytes that were handed out. */
    long size() {
        return size;
    }

    private void readAll() {
        try (var archive = Decompression.of(source)) {
            boolean more;
            do {
                ByteBuffer chunk = free.take().clear();
                while (chunk.hasRemaining() && archive.read(chunk) >= 0) {
                    // until it is full, so that blocks of tar do not lie across two
                }
                chunk.flip();
                hasher.update(chunk.duplicate());
                more = chunk.hasRemaining();
                // from here on it is the reader's
                full.put(new Filled(chunk, null));
            } while (more);
        } catch (InterruptedException closed) {
            // nobody reads on
        } catch (IOException | RuntimeException | Error failed) {
            full.add(new Filled(ByteBuffer.allocate(0), failed));
        }
    }

    private static RuntimeException failed(Throwable cause) {
        if (cause instanceof ImageException known) {
            return known;
        }
        return new ImageException("layer: unable to read it: " + cause.getMessage(), cause);
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            // it may wait for more, and not be interruptible
            source.close();
        } catch (IOException ignored) {
            // it was only read from, and what mattered has been reported
        }
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException again) {
                interrupted = true;
            }
        }
        memory.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
