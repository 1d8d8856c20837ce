package dev.gatun.image;

import dev.gatun.linux.Kernel;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.function.UnaryOperator;

/**
 * Blobs by their digest, and the names of images, in a folder that is an OCI image layout (image-spec, image-layout.md),
 * so that other tools can read it.
 *
 * <p>A blob appears whole or not at all, by a rename, and never changes: reading takes no lock. Who changes index.json
 * or removes blobs holds the file {@code lock}. A store may be used by any number of threads and processes.
 */
public final class ContentStore {
    private static final byte[] LAYOUT = "{\"imageLayoutVersion\":\"1.0.0\"}".getBytes(StandardCharsets.US_ASCII);

    private final Kernel kernel;
    private final StoreFiles files;

    private ContentStore(Kernel kernel, StoreFiles files) {
        this.kernel = kernel;
        this.files = files;
    }

    /** The store in a folder; it is made if it is missing. */
    public static ContentStore open(Kernel kernel, Path root) {
        var store = new ContentStore(kernel, new StoreFiles(root.toAbsolutePath()));
        try {
            store.make();
        } catch (IOException e) {
            throw new ImageException("open image store " + root + ": " + StoreFiles.reason(e), e);
        }
        return store;
    }

    private void make() throws IOException {
        if (Files.exists(files.index()) && Files.isDirectory(files.leases()) && Files.isDirectory(files.ingests())) {
            return;
        }
        // An image may hold what is nobody else's business.
        Files.createDirectories(
                files.root(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Files.createDirectories(files.blobs(Digest.Algorithm.SHA256));
        Files.createDirectories(files.ingests());
        Files.createDirectories(files.leases());
        try (LockedFile _ = LockedFile.exclusive(kernel, files.lock())) {
            if (!Files.exists(files.layout())) {
                StoreFiles.replace(files.layout(), LAYOUT);
            }
            if (!Files.exists(files.index())) {
                StoreFiles.replace(files.index(), Index.of(List.of()).raw());
            }
        }
    }

    public Path root() {
        return files.root();
    }

    StoreFiles files() {
        return files;
    }

    Kernel kernel() {
        return kernel;
    }

    /** The size of a blob in bytes; empty if it is not there. */
    public OptionalLong size(Digest digest) {
        try {
            return OptionalLong.of(Files.size(files.blob(digest)));
        } catch (NoSuchFileException e) {
            return OptionalLong.empty();
        } catch (IOException e) {
            throw new ImageException("look at blob " + digest + ": " + StoreFiles.reason(e), e);
        }
    }

    /** Whether this content is there, by its digest and size; its bytes are not looked at. */
    public boolean contains(Descriptor content) {
        OptionalLong size = size(content.digest());
        return size.isPresent() && size.getAsLong() == content.size();
    }

    /** A blob to read, by several threads at any place if they like; empty if it is not there. Nothing is verified. */
    public Optional<FileChannel> open(Digest digest) {
        try {
            return Optional.of(FileChannel.open(files.blob(digest), StandardOpenOption.READ));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new ImageException("open blob " + digest + ": " + StoreFiles.reason(e), e);
        }
    }

    /**
     * A blob as a stream that verifies while it is read: at its end at the latest, reading throws a
     * {@link CorruptBlobException} if the content is not what the descriptor says. So what is made of it may be used only
     * once all of it was read.
     *
     * @throws ImageException if it is not there
     */
    public InputStream stream(Descriptor content) {
        return new VerifyingStream(Channels.newInputStream(channel(content)), content);
    }

    /**
     * A blob that was verified a moment ago, to read what is in it.
     *
     * @throws ImageException if it is not there
     */
    public FileChannel channel(Descriptor content) {
        return open(content.digest()).orElseThrow(() -> missing(content.digest()));
    }

    /**
     * A small blob, verified.
     *
     * @throws ImageException if it is not there or larger than a manifest may be
     * @throws CorruptBlobException if it is not what the descriptor says
     */
    public byte[] read(Descriptor content) {
        if (content.size() > Manifest.MAX_SIZE) {
            throw new ImageException("blob " + content.digest() + ": " + content.size() + " bytes are more than the "
                    + Manifest.MAX_SIZE + " that a document may have");
        }
        try (InputStream in = stream(content)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new ImageException("read blob " + content.digest() + ": " + StoreFiles.reason(e), e);
        }
    }

    static ImageException missing(Digest digest) {
        return new ImageException("blob " + digest + ": not in the store; pull the image again");
    }

    /** Content of which the digest is known. If somebody else is at it already, this waits for them. */
    public Ingest ingest(Descriptor content) {
        try {
            LockedFile file = LockedFile.exclusive(kernel, files.ingest(content.digest()));
            return Ingest.resume(files, file, content);
        } catch (IOException e) {
            throw new ImageException("begin to store blob " + content.digest() + ": " + StoreFiles.reason(e), e);
        }
    }

    /** Content whose digest will be known once it is written; it is SHA-256 then. */
    public Ingest ingest() {
        try {
            Path path = files.ingests().resolve("new-" + UUID.randomUUID());
            return Ingest.begin(files, LockedFile.exclusive(kernel, path));
        } catch (IOException e) {
            throw new ImageException("begin to store a blob: " + StoreFiles.reason(e), e);
        }
    }

    /** Stores a small document. */
    public Descriptor put(String mediaType, byte[] content) {
        Descriptor descriptor = Descriptor.of(mediaType, content);
        put(descriptor, content);
        return descriptor;
    }

    /** Stores a small document that somebody else described; in place of a damaged one, if there is one. */
    public void put(Descriptor descriptor, byte[] content) {
        if (isIntact(descriptor)) {
            return;
        }
        try (Ingest ingest = ingest(descriptor)) {
            ingest.restart();
            ingest.stream().write(content);
            ingest.commit();
        } catch (IOException e) {
            throw new ImageException("store blob " + descriptor.digest() + ": " + StoreFiles.reason(e), e);
        }
    }

    private boolean isIntact(Descriptor descriptor) {
        if (!contains(descriptor)) {
            return false;
        }
        try {
            read(descriptor);
            return true;
        } catch (CorruptBlobException e) {
            return false;
        }
    }

    /** Removes a blob that was found to be corrupt, so that it can be stored anew. */
    public void discard(Digest digest) {
        try {
            Files.deleteIfExists(files.blob(digest));
        } catch (IOException e) {
            throw new ImageException("remove blob " + digest + ": " + StoreFiles.reason(e), e);
        }
    }

    /** Keeps content from being collected for as long as an operation takes. */
    public Lease lease() {
        try {
            Leftovers.sweep(kernel, files);
            return new Lease(
                    kernel,
                    files,
                    LockedFile.exclusive(
                            kernel, files.leases().resolve(UUID.randomUUID().toString())));
        } catch (IOException e) {
            throw new ImageException("lease content of " + files.root() + ": " + StoreFiles.reason(e), e);
        }
    }

    /** What index.json lists: the images, with their names as annotations. */
    public Index index() {
        try {
            return readIndex();
        } catch (IOException e) {
            throw new ImageException("read " + files.index() + ": " + StoreFiles.reason(e), e);
        }
    }

    private Index readIndex() throws IOException {
        return Index.parse(MediaTypes.OCI_INDEX, Files.readAllBytes(files.index()));
    }

    /** Replaces the list of images by another one that {@code change} makes of it; nobody else changes it meanwhile. */
    public void update(UnaryOperator<List<Descriptor>> change) {
        try (LockedFile _ = LockedFile.exclusive(kernel, files.lock())) {
            List<Descriptor> before = readIndex().manifests();
            List<Descriptor> after = change.apply(before);
            if (!after.equals(before)) {
                StoreFiles.replace(files.index(), Index.of(after).raw());
            }
        } catch (IOException e) {
            throw new ImageException("change " + files.index() + ": " + StoreFiles.reason(e), e);
        }
    }
}
