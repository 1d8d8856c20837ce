package dev.gatun.image;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.Optional;

/**
 * Content on its way into the store: hashed while it is written, and a blob once it is committed. If what it must be is
 * known, what has been written survives {@link #close} and the end of this process, and the next ingest of the same
 * content goes on behind it. Nobody else has the same ingest open meanwhile. Not for use by several threads at once.
 */
public final class Ingest implements AutoCloseable {
    private static final int CHUNK = 128 << 10;

    private final StoreFiles files;
    private final LockedFile file;
    private final FileChannel channel;
    private final Digest.Algorithm algorithm;
    private final MessageDigest hasher;
    private final Optional<Descriptor> expected;
    private long position;
    private boolean ended;

    private Ingest(StoreFiles files, LockedFile file, Digest.Algorithm algorithm, Optional<Descriptor> expected)
            throws IOException {
        this.files = files;
        this.file = file;
        this.algorithm = algorithm;
        this.hasher = algorithm.hasher();
        this.expected = expected;
        this.channel = file.open(StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    /** Goes on with what is in the file. */
    static Ingest resume(StoreFiles files, LockedFile file, Descriptor expected) throws IOException {
        var ingest = new Ingest(files, file, expected.digest().algorithm(), Optional.of(expected));
        try {
            ingest.hashWhatIsThere(expected.size());
        } catch (IOException | RuntimeException e) {
            ingest.close();
            throw e;
        }
        return ingest;
    }

    /** Begins with nothing known. */
    static Ingest begin(StoreFiles files, LockedFile file) throws IOException {
        return new Ingest(files, file, Digest.Algorithm.SHA256, Optional.empty());
    }

    private void hashWhatIsThere(long limit) throws IOException {
        if (channel.size() > limit) {
            restart();
            return;
        }
        var buffer = ByteBuffer.allocate(CHUNK);
        while (channel.read(buffer) >= 0) {
            buffer.flip();
            position += buffer.remaining();
            hasher.update(buffer);
            buffer.clear();
        }
    }

    /** How many bytes are there already. */
    public long position() {
        return position;
    }

    /** Forgets what is there. */
    public void restart() throws IOException {
        channel.truncate(0);
        channel.position(0);
        hasher.reset();
        position = 0;
    }

    /**
     * Adds content.
     *
     * @throws CorruptBlobException if it becomes more than was expected
     */
    public void write(ByteBuffer content) throws IOException {
        long end = position + content.remaining();
        if (expected.isPresent() && end > expected.get().size()) {
            Descriptor wanted = expected.get();
            restart();
            throw new CorruptBlobException(wanted.digest(), "is longer than its " + wanted.size() + " bytes");
        }
        hasher.update(content.duplicate());
        while (content.hasRemaining()) {
            channel.write(content);
        }
        position = end;
    }

    /** The same as a stream; to close it does nothing. */
    public OutputStream stream() {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                Ingest.this.write(ByteBuffer.wrap(new byte[] {(byte) b}));
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                Ingest.this.write(ByteBuffer.wrap(bytes, offset, length));
            }
        };
    }

    /**
     * Makes it a blob that stays, also after a crash of the machine, and ends this ingest.
     *
     * @throws CorruptBlobException if it is not what was expected; nothing of it is kept then
     */
    public Digest commit() throws IOException {
        return commit(Optional.empty());
    }

    /** As {@link #commit()}, and from the start kept by a lease. */
    public Digest commit(Lease lease) throws IOException {
        return commit(Optional.of(lease));
    }

    private Digest commit(Optional<Lease> lease) throws IOException {
        Digest digest = Digest.of(algorithm, hasher);
        if (expected.isPresent()) {
            check(expected.get(), digest);
        }
        lease.ifPresent(keeper -> keeper.add(digest));
        channel.force(true);
        Path blob = files.blob(digest);
        Files.createDirectories(blob.getParent());
        StoreFiles.move(file.path(), blob);
        ended = true;
        return digest;
    }

    private void check(Descriptor wanted, Digest digest) throws IOException {
        if (position != wanted.size()) {
            long size = position;
            restart();
            throw new CorruptBlobException(wanted.digest(), "has " + size + " bytes instead of " + wanted.size());
        }
        if (!digest.equals(wanted.digest())) {
            restart();
            throw new CorruptBlobException(wanted.digest(), "has other content, of digest " + digest);
        }
    }

    /** Ends it. What is not committed is kept for the next ingest of the same content, or removed if it is unknown. */
    @Override
    public void close() throws IOException {
        try (file;
                channel) {
            if (!ended && (expected.isEmpty() || position == 0)) {
                Files.deleteIfExists(file.path());
            }
            ended = true;
        }
    }
}
