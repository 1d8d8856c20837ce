package dev.gatun.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Removes the blobs that nobody needs: those that no image of index.json leads to, no lease keeps, and no user has in use.
 * Operations may go on meanwhile; what is committed after the marking is kept by its lease.
 */
public final class GarbageCollector {
    private final ContentStore store;
    private final StoreFiles files;

    public GarbageCollector(ContentStore store) {
        this.store = store;
        this.files = store.files();
    }

    /** What was removed; bytes on the disk. */
    public record Removed(int blobs, long bytes) {}

    /**
     * Marks and sweeps.
     *
     * @param users asked once
     * @param partial how long nobody has gone on with a download that is then given up
     * @throws ImageException if a manifest is damaged, so that what it needs is not known; nothing was removed then
     */
    public Removed collect(List<InUse> users, Duration partial) {
        try (LockedFile _ = LockedFile.exclusive(store.kernel(), files.lock())) {
            Reachable needed = mark(users);
            int count = 0;
            long bytes = Leftovers.sweepOlderThan(store.kernel(), files, partial);
            for (StoredBlob blob : StoredBlob.list(files)) {
                if (blob.digest().filter(needed::contains).isEmpty()) {
                    Files.deleteIfExists(blob.path());
                    count++;
                    bytes += blob.size();
                }
            }
            return new Removed(count, bytes);
        } catch (IOException e) {
            throw new ImageException("collect garbage in " + store.root() + ": " + StoreFiles.reason(e), e);
        }
    }

    /** Leases first: who ends one has written before what the other two show. */
    private Reachable mark(List<InUse> users) throws IOException {
        var needed = new Reachable(store);
        addLeased(needed);
        store.index().manifests().forEach(needed::addListed);
        users.forEach(user -> user.manifests().forEach(needed::add));
        return needed;
    }

    private void addLeased(Reachable needed) throws IOException {
        for (Path lease : StoreFiles.list(files.leases())) {
            Optional<LockedFile> dead = LockedFile.ifFree(store.kernel(), lease);
            if (dead.isPresent()) {
                try (LockedFile _ = dead.get()) {
                    Files.deleteIfExists(lease);
                }
            } else if (Files.exists(lease)) {
                Files.readAllLines(lease).forEach(line -> needed.add(Digest.parse(line)));
            }
        }
    }
}
