package dev.gatun.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What a store takes of the disk; sizes in bytes.
 *
 * @param images how many there are
 * @param used how many of them somebody has in use
 * @param blobs the size of all blobs; each counts once, however many images share it
 * @param reclaimable the size of those that no image in use needs
 * @param partial the size of downloads that have not come to their end
 */
public record DiskUsage(int images, int used, long blobs, long reclaimable, long partial) {
    static DiskUsage of(ContentStore store, List<InUse> users) {
        var needed = new Reachable(store);
        users.forEach(user -> user.manifests().forEach(needed::add));
        List<Digest> manifests = store.index().manifests().stream()
                .map(Descriptor::digest)
                .distinct()
                .toList();
        try {
            long all = 0;
            long kept = 0;
            for (StoredBlob blob : StoredBlob.list(store.files())) {
                all += blob.size();
                kept += blob.digest().filter(needed::contains).isPresent() ? blob.size() : 0;
            }
            int used = (int) manifests.stream().filter(needed::contains).count();
            return new DiskUsage(manifests.size(), used, all, all - kept, partial(store));
        } catch (IOException e) {
            throw new ImageException("measure " + store.root() + ": " + StoreFiles.reason(e), e);
        }
    }

    private static long partial(ContentStore store) throws IOException {
        long bytes = 0;
        for (Path ingest : StoreFiles.list(store.files().ingests())) {
            bytes += Files.exists(ingest) ? Files.size(ingest) : 0;
        }
        return bytes;
    }
}
