package dev.gatun.image;

import dev.gatun.linux.Kernel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;

/**
 * Keeps blobs from being collected while an operation runs: until it is closed, or this process ends. Content is to be
 * leased before it is looked for, as it could be collected between the two otherwise. Safe for use by several threads.
 */
public final class Lease implements AutoCloseable {
    private final Kernel kernel;
    private final StoreFiles files;
    private final LockedFile file;
    private final FileChannel channel;

    Lease(Kernel kernel, StoreFiles files, LockedFile file) throws IOException {
        this.kernel = kernel;
        this.files = files;
        this.file = file;
        this.channel = file.open(StandardOpenOption.WRITE);
    }

    /** Keeps what has this digest, now or later. What that points to is not kept by it. */
    public void add(Digest digest) {
        var line = ByteBuffer.wrap((digest + "\n").getBytes(StandardCharsets.US_ASCII));
        // The collector holds this lock while it marks and sweeps: it sees the line, or we see what it removed.
        try (LockedFile _ = LockedFile.shared(kernel, files.lock())) {
            synchronized (channel) {
                while (line.hasRemaining()) {
                    channel.write(line);
                }
            }
        } catch (IOException e) {
            throw new ImageException("lease " + digest + ": " + StoreFiles.reason(e), e);
        }
    }

    @Override
    public void close() {
        try (file;
                channel) {
            Files.deleteIfExists(file.path());
        } catch (IOException e) {
            throw new ImageException("end lease " + file.path() + ": " + StoreFiles.reason(e), e);
        }
    }
}
