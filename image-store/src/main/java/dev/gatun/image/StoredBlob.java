package dev.gatun.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A file among the blobs.
 *
 * @param digest that its path says; empty if it says none
 * @param size in bytes
 */
record StoredBlob(Path path, Optional<Digest> digest, long size) {
    static List<StoredBlob> list(StoreFiles files) throws IOException {
        List<StoredBlob> blobs = new ArrayList<>();
        for (Path folder : StoreFiles.list(files.blobs())) {
            for (Path path : StoreFiles.list(folder)) {
                look(folder, path).ifPresent(blobs::add);
            }
        }
        return blobs;
    }

    private static Optional<StoredBlob> look(Path folder, Path path) throws IOException {
        try {
            return Optional.of(new StoredBlob(path, digest(folder, path), Files.size(path)));
        } catch (NoSuchFileException e) {
            // Discarded as damaged between the listing and our look.
            return Optional.empty();
        }
    }

    private static Optional<Digest> digest(Path folder, Path path) {
        try {
            return Optional.of(Digest.parse(folder.getFileName() + ":" + path.getFileName()));
        } catch (ImageException e) {
            return Optional.empty();
        }
    }
}
