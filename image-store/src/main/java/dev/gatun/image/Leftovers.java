package dev.gatun.image;

import dev.gatun.linux.Kernel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Removes what operations left behind that were killed. A live one holds a lock on each file of its own. */
final class Leftovers {
    private Leftovers() {}

    /** Removes what cannot be of use to anybody: leases without an owner, and content that nobody can go on with. */
    static void sweep(Kernel kernel, StoreFiles files) throws IOException {
        for (Path lease : StoreFiles.list(files.leases())) {
            removeIfFree(kernel, lease);
        }
        for (Path ingest : StoreFiles.list(files.ingests())) {
            if (ingest.getFileName().toString().startsWith("new-")) {
                removeIfFree(kernel, ingest);
            }
        }
    }

    /** Removes downloads, too, that nobody has gone on with for some time; returns the bytes that were freed. */
    static long sweepOlderThan(Kernel kernel, StoreFiles files, Duration age) throws IOException {
        sweep(kernel, files);
        Instant oldest = Instant.now().minus(age);
        long freed = 0;
        for (Path ingest : StoreFiles.list(files.ingests())) {
            freed += removeIfOlder(kernel, ingest, oldest);
        }
        return freed;
    }

    private static long removeIfOlder(Kernel kernel, Path file, Instant oldest) throws IOException {
        try {
            long size = Files.size(file);
            boolean old = !Files.getLastModifiedTime(file).toInstant().isAfter(oldest);
            return old && removeIfFree(kernel, file) ? size : 0;
        } catch (NoSuchFileException e) {
            // Committed between the listing and our look.
            return 0;
        }
    }

    private static boolean removeIfFree(Kernel kernel, Path file) throws IOException {
        Optional<LockedFile> free = LockedFile.ifFree(kernel, file);
        if (free.isEmpty()) {
            return false;
        }
        try (LockedFile _ = free.get()) {
            return Files.deleteIfExists(file);
        }
    }
}
