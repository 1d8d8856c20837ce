package dev.gatun.image.archive;

import dev.gatun.image.ContentStore;
import dev.gatun.image.Descriptor;
import dev.gatun.image.Digest;
import dev.gatun.image.Image;
import dev.gatun.image.ImageException;
import dev.gatun.image.Index;
import dev.gatun.image.Ingest;
import dev.gatun.image.Lease;
import dev.gatun.image.Manifest;
import dev.gatun.image.MediaTypes;
import dev.gatun.image.Platform;
import dev.gatun.image.Progress;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPInputStream;

/** Loads images from files that this or other tools have saved. */
public final class ArchiveReader {
    private static final int BUFFER = 64 << 10;
    private static final int GZIP_MAGIC = 0x1f8b;

    private final ContentStore store;
    private final Platform platform;

    /**
     * Loads into a store.
     *
     * @param platform to choose by where an archive has the same image for several
     */
    public ArchiveReader(ContentStore store, Platform platform) {
        this.store = store;
        this.platform = platform;
    }

    /**
     * Loads an OCI layout folder, or an archive of whatever form.
     *
     * @return the images, with the names that they got
     */
    public List<Image> load(Path from, Progress progress) {
        try {
            if (Files.isDirectory(from)) {
                return loadLayout(from, progress);
            }
            try (InputStream in = Files.newInputStream(from)) {
                return load(in, progress);
            }
        } catch (IOException e) {
            throw ImageException.failed("load images from " + from, e);
        }
    }

    /** Loads an OCI archive or a docker-archive, packed by gzip or not, in one pass: it may come through a pipe. */
    public List<Image> load(InputStream from, Progress progress) {
        try (Lease lease = store.lease()) {
            var contents = new ArchiveContents(store, lease, progress);
            var tar = new TarInput(unpacked(from));
            Optional<TarEntry> entry = tar.next();
            while (entry.isPresent()) {
                contents.take(entry.get(), tar.content());
                entry = tar.next();
            }
            return images(contents, lease);
        } catch (IOException e) {
            throw ImageException.failed("load images", e);
        }
    }

    private static InputStream unpacked(InputStream from) throws IOException {
        var buffered = new BufferedInputStream(from, BUFFER);
        buffered.mark(2);
        int magic = buffered.read() << 8 | buffered.read();
        buffered.reset();
        return magic == GZIP_MAGIC ? new GZIPInputStream(buffered, BUFFER) : buffered;
    }

    private List<Image> images(ArchiveContents contents, Lease lease) {
        Optional<byte[]> index = contents.document("index.json");
        if (index.isPresent()) {
            return new LayoutImages(store, platform).register(Index.parse(MediaTypes.OCI_INDEX, index.get()));
        }
        byte[] manifest = contents.document("manifest.json")
                .orElseThrow(() -> new ImageException("load images: the archive has neither index.json, as OCI archives"
                        + " have, nor manifest.json, as docker-archives have"));
        return new DockerImages(store, contents, lease).register(manifest);
    }

    private List<Image> loadLayout(Path folder, Progress progress) throws IOException {
        try (Lease lease = store.lease()) {
            Index index = Index.parse(MediaTypes.OCI_INDEX, Files.readAllBytes(folder.resolve("index.json")));
            for (Descriptor entry : index.manifests()) {
                copy(folder, entry, lease, progress);
            }
            return new LayoutImages(store, platform).register(index);
        }
    }

    /** Copies content with all that it points to; of an index, what is there, as many layouts have one platform only. */
    private void copy(Path folder, Descriptor content, Lease lease, Progress progress) throws IOException {
        copyBlob(folder, content, lease, progress);
        if (MediaTypes.isIndex(content.mediaType())) {
            for (Descriptor manifest :
                    Index.parse(content.mediaType(), store.read(content)).manifests()) {
                if (Files.exists(blob(folder, manifest.digest()))) {
                    copy(folder, manifest, lease, progress);
                }
            }
        } else if (MediaTypes.isManifest(content.mediaType())) {
            Manifest manifest = Manifest.parse(content.mediaType(), store.read(content));
            copyBlob(folder, manifest.config(), lease, progress);
            for (Descriptor layer : manifest.layers()) {
                copyBlob(folder, layer, lease, progress);
            }
        }
    }

    private void copyBlob(Path folder, Descriptor content, Lease lease, Progress progress) throws IOException {
        lease.add(content.digest());
        if (store.contains(content)) {
            progress.finished(content, Progress.Outcome.ALREADY_THERE);
            return;
        }
        try (InputStream in = Files.newInputStream(blob(folder, content.digest()));
                Ingest ingest = store.ingest(content)) {
            ingest.restart();
            progress.begun(content, 0);
            in.transferTo(ingest.stream());
            ingest.commit();
        }
        progress.finished(content, Progress.Outcome.TRANSFERRED);
    }

    private static Path blob(Path folder, Digest digest) {
        return folder.resolve("blobs").resolve(digest.algorithm().text()).resolve(digest.hex());
    }
}
