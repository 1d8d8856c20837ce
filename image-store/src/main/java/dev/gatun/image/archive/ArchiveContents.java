package dev.gatun.image.archive;

import dev.gatun.image.ContentStore;
import dev.gatun.image.Descriptor;
import dev.gatun.image.Digest;
import dev.gatun.image.ImageException;
import dev.gatun.image.Ingest;
import dev.gatun.image.Lease;
import dev.gatun.image.Manifest;
import dev.gatun.image.Progress;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** What is found in an archive, as it goes by: blobs and layers go to the store, documents are kept. */
final class ArchiveContents {
    /** Of all documents that are not blobs, together, in bytes. */
    private static final long MAX_DOCUMENTS = 4L * Manifest.MAX_SIZE;

    private final ContentStore store;
    private final Lease lease;
    private final Progress progress;
    private final Map<String, byte[]> documents = new HashMap<>();
    private final Map<String, Descriptor> layers = new HashMap<>();
    private final Map<String, String> links = new HashMap<>();
    private long documentBytes;

    ArchiveContents(ContentStore store, Lease lease, Progress progress) {
        this.store = store;
        this.lease = lease;
        this.progress = progress;
    }

    void take(TarEntry entry, InputStream content) throws IOException {
        String name = plain(entry.name());
        if (entry.isLink()) {
            links.put(name, entry.type() == '1' ? plain(entry.link()) : resolve(name, entry.link()));
        } else if (entry.isFile() && name.startsWith("blobs/")) {
            takeBlob(name, entry.size(), content);
        } else if (entry.isFile() && name.endsWith(".tar")) {
            takeLayer(name, content);
        } else if (entry.isFile() && name.endsWith(".json")) {
            takeDocument(name, entry.size(), content);
        }
    }

    private static String plain(String name) {
        return name.startsWith("./") ? name.substring(2) : name;
    }

    /** Names are only compared, never opened: one that climbs out leads to nothing. */
    private static String resolve(String name, String link) {
        return Path.of("/" + name).resolveSibling(link).normalize().toString().substring(1);
    }

    private void takeBlob(String name, long size, InputStream content) throws IOException {
        String[] parts = name.split("/", -1);
        if (parts.length != 3) {
            return;
        }
        Descriptor blob = new Descriptor("", Digest.parse(parts[1] + ":" + parts[2]), size);
        lease.add(blob.digest());
        layers.put(name, blob);
        progress.begun(blob, 0);
        try (Ingest ingest = store.ingest(blob)) {
            ingest.restart();
            content.transferTo(ingest.stream());
            ingest.commit();
        }
        progress.finished(blob, Progress.Outcome.TRANSFERRED);
    }

    private void takeLayer(String name, InputStream content) throws IOException {
        try (Ingest ingest = store.ingest()) {
            content.transferTo(ingest.stream());
            long size = ingest.position();
            Descriptor layer = new Descriptor("", ingest.commit(lease), size);
            layers.put(name, layer);
            progress.finished(layer, Progress.Outcome.TRANSFERRED);
        }
    }

    private void takeDocument(String name, long size, InputStream content) throws IOException {
        documentBytes += size;
        if (size > Manifest.MAX_SIZE || documentBytes > MAX_DOCUMENTS) {
            throw new ImageException("load images: " + name + " and the documents before it are larger than "
                    + MAX_DOCUMENTS + " bytes");
        }
        documents.put(name, content.readAllBytes());
    }

    Optional<byte[]> document(String name) {
        return Optional.ofNullable(documents.get(name));
    }

    /** What is in the store under a name of the archive; its media type is not known. */
    Optional<Descriptor> stored(String name) {
        Descriptor layer = layers.get(name);
        if (layer == null && links.containsKey(name)) {
            layer = layers.get(links.get(name));
        }
        return Optional.ofNullable(layer);
    }
}
