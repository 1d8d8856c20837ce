package dev.gatun.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** The paths of a store, which is an OCI image layout with three folders more, and how files get there for good. */
record StoreFiles(Path root) {
    Path layout() {
        return root.resolve("oci-layout");
    }

    Path index() {
        return root.resolve("index.json");
    }

    Path blobs() {
        return root.resolve("blobs");
    }

    Path blobs(Digest.Algorithm algorithm) {
        return blobs().resolve(algorithm.text());
    }

    Path blob(Digest digest) {
        return blobs(digest.algorithm()).resolve(digest.hex());
    }

    /** What is on its way to becoming a blob. */
    Path ingests() {
        return root.resolve("ingest");
    }

    Path ingest(Digest digest) {
        return ingests().resolve(digest.algorithm().text() + "-" + digest.hex());
    }

    Path leases() {
        return root.resolve("leases");
    }

    /** Held by who changes what is kept. */
    Path lock() {
        return root.resolve("lock");
    }

    /** Writes a file so that it is either the old or the new one, and whole, also after the machine's crash. */
    static void replace(Path file, byte[] content) throws IOException {
        Path temporary = file.resolveSibling(file.getFileName() + ".new");
        try (var out = FileChannel.open(
                temporary, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            var bytes = ByteBuffer.wrap(content);
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
            out.force(true);
        }
        move(temporary, file);
    }

    /** Renames a file that is on the disk, so that it has its new name after a crash, too. */
    static void move(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        try (var folder = FileChannel.open(to.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
            folder.force(true);
        }
    }

    /** The files in a folder; none if it is missing. */
    static List<Path> list(Path folder) throws IOException {
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            entries.forEach(files::add);
        } catch (NoSuchFileException e) {
            return List.of();
        }
        return files;
    }

    /** Why an operation on a file failed, in words: Java's own message is often nothing but the path. */
    static String reason(IOException e) {
        if (e instanceof NoSuchFileException) {
            return "no such file";
        }
        if (e instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (e instanceof FileSystemException files) {
            return files.getReason() == null ? e.getClass().getSimpleName() : files.getReason();
        }
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }
}
