package dev.gatun.image.snapshot;

import dev.gatun.image.Digest;
import dev.gatun.linux.Fd;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.Kernel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Keeps layers, there or yet to come, from being collected while somebody is at them: a locked folder with a name for each. */
public final class SnapshotLease implements AutoCloseable {
    private static final String PREFIX = "sha256-";

    private final Kernel kernel;
    private final Fd folder;
    private final Runnable remove;

    SnapshotLease(Kernel kernel, Fd folder, Runnable remove) {
        this.kernel = kernel;
        this.folder = folder;
        this.remove = remove;
    }

    /** Keeps one more stack of layers. */
    public void add(Digest chainId) {
        kernel.call(FileCalls.mkdirat(folder, PREFIX + chainId.hex(), 0700));
    }

    static List<Digest> read(Path folder) {
        var kept = new ArrayList<Digest>();
        try (var names = Files.list(folder)) {
            names.map(path -> path.getFileName().toString())
                    .filter(name -> name.startsWith(PREFIX))
                    .forEach(name -> kept.add(new Digest(Digest.Algorithm.SHA256, name.substring(PREFIX.length()))));
        } catch (IOException failed) {
            throw new UncheckedIOException("unable to list " + folder, failed);
        }
        return kept;
    }

    @Override
    public void close() {
        remove.run();
        folder.close();
    }
}
