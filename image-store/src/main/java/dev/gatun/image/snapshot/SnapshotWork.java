package dev.gatun.image.snapshot;

import dev.gatun.image.Digest;
import dev.gatun.image.layer.LayerUnpack;
import dev.gatun.image.layer.Unpacked;
import dev.gatun.linux.Fd;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A layer that is being unpacked; closing it removes what was not committed. A lock on its folder says that it is alive. */
final class SnapshotWork implements AutoCloseable {
    private final Snapshots snapshots;
    private final Fd folder;
    private final Path path;
    private @Nullable Unpacked unpacked;

    SnapshotWork(Snapshots snapshots, Fd folder, Path path) {
        this.snapshots = snapshots;
        this.folder = folder;
        this.path = path;
    }

    void unpack(LayerUnpack unpack, ReadableByteChannel archive, Digest diffId) {
        unpacked = unpack.unpack(archive, tree(), Optional.of(diffId));
    }

    /** What came out; asked for behind {@link #unpack}. */
    Unpacked unpacked() {
        if (unpacked == null) {
            throw new IllegalStateException("nothing unpacked yet");
        }
        return unpacked;
    }

    Path path() {
        return path;
    }

    Path tree() {
        return path.resolve(Snapshots.TREE);
    }

    @Override
    public void close() {
        snapshots.removeTree(path);
        folder.close();
    }
}
