package dev.gatun.image.snapshot;

import dev.gatun.image.ContentStore;
import dev.gatun.image.Descriptor;
import dev.gatun.image.Digest;
import dev.gatun.image.ImageException;
import dev.gatun.image.LayerConsumer;
import dev.gatun.image.file.FileAccess;
import dev.gatun.image.layer.LayerUnpack;
import dev.gatun.image.layer.Settlement;
import dev.gatun.linux.Errno;
import dev.gatun.linux.Fcntl;
import dev.gatun.linux.Fd;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.Kernel;
import dev.gatun.linux.SyscallException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;

/**
 * Unpacks the layers of one image, several at a time, as they come; then finishes and commits them together. What is not
 * committed when it is closed is removed.
 */
public final class ImageUnpack implements LayerConsumer, AutoCloseable {
    /** Each costs a core while it inflates. */
    private static final int MOST_AT_ONCE = 4;

    /** Where the layers below one are mounted while it is finished. */
    private static final String BELOW = "below";

    private final Snapshots snapshots;
    private final Kernel kernel;
    private final FileAccess files;
    private final LayerUnpack unpack;
    private final SnapshotLease lease;
    private final Map<Integer, SnapshotWork> works = new ConcurrentHashMap<>();
    private final Map<Integer, Descriptor> stored = new ConcurrentHashMap<>();
    private final Snapshots.Archives archives;
    private final Semaphore places =
            new Semaphore(Math.clamp(Runtime.getRuntime().availableProcessors(), 1, MOST_AT_ONCE));

    ImageUnpack(Snapshots snapshots, Snapshots.Archives archives) {
        this.snapshots = snapshots;
        this.kernel = snapshots.kernel();
        this.files = new FileAccess(kernel);
        this.unpack = new LayerUnpack(kernel, snapshots.rules());
        this.archives = archives;
        this.lease = snapshots.lease();
    }

    ImageUnpack(Snapshots snapshots, ContentStore store) {
        this.snapshots = snapshots;
        this.kernel = snapshots.kernel();
        this.files = new FileAccess(kernel);
        this.unpack = new LayerUnpack(kernel, snapshots.rules());
        this.archives = index ->
                store.channel(Objects.requireNonNull(stored.get(index), () -> "layer " + index + " was not pulled"));
        this.lease = snapshots.lease();
    }

    /** Unpacks a layer now, unless the snapshot of it that is there already may be the one. */
    @Override
    public void stored(int position, Descriptor layer, Digest diffId) {
        stored.put(position, layer);
        if (!snapshots.mayHave(position, diffId)) {
            unpack(position, diffId);
        }
    }

    /**
     * Unpacks what is missing, and commits.
     *
     * @param diffIds of the image's layers, the lowest first
     * @return the snapshot of all layers
     */
    public Snapshot finish(List<Digest> diffIds) {
        if (diffIds.isEmpty()) {
            throw new ImageException("an image without layers has no root file system");
        }
        List<Digest> chain = ChainId.of(diffIds);
        var missing = new ArrayList<Integer>();
        for (int i = 0; i < chain.size(); i++) {
            lease.add(chain.get(i));
            if (snapshots.find(chain.get(i)).isPresent()) {
                discard(i);
            } else if (!works.containsKey(i)) {
                missing.add(i);
            }
        }
        unpackAll(missing, diffIds);
        settle(chain);
        commit(chain, diffIds);
        return snapshots.find(chain.getLast()).orElseThrow();
    }

    private void unpack(int position, Digest diffId) {
        places.acquireUninterruptibly();
        SnapshotWork work = snapshots.begin();
        try (ReadableByteChannel archive = archives.open(position)) {
            work.unpack(unpack, archive, diffId);
        } catch (IOException failed) {
            work.close();
            throw new UncheckedIOException("unable to unpack a layer: " + failed.getMessage(), failed);
        } catch (RuntimeException | Error failed) {
            work.close();
            throw failed;
        } finally {
            places.release();
        }
        SnapshotWork before = works.put(position, work);
        if (before != null) {
            before.close();
        }
    }

    private void discard(int position) {
        SnapshotWork work = works.remove(position);
        if (work != null) {
            work.close();
        }
    }

    private void unpackAll(List<Integer> missing, List<Digest> diffIds) {
        try (var pool = Executors.newFixedThreadPool(MOST_AT_ONCE)) {
            List<? extends Future<?>> running = missing.stream()
                    .map(index -> pool.submit(() -> unpack(index, diffIds.get(index))))
                    .toList();
            try {
                for (Future<?> each : running) {
                    each.get();
                }
            } catch (ExecutionException failed) {
                pool.shutdownNow();
                Throwable cause = Objects.requireNonNull(failed.getCause(), "the cause of a task's failure");
                if (cause instanceof ImageException known) {
                    throw known;
                }
                throw new ImageException("unable to unpack: " + cause.getMessage(), cause);
            } catch (InterruptedException stopped) {
                pool.shutdownNow();
                Thread.currentThread().interrupt();
                throw new ImageException("unable to unpack: interrupted", stopped);
            }
        }
    }

    private void settle(List<Digest> chain) {
        var below = new ArrayList<Path>();
        for (int i = 0; i < chain.size(); i++) {
            SnapshotWork work = works.get(i);
            if (work != null) {
                if (below.isEmpty()) {
                    Settlement.refusePending(work.unpacked());
                } else if (Settlement.isNeeded(work.unpacked())) {
                    settle(work, List.copyOf(below.reversed()));
                }
                below.add(work.tree());
            } else {
                below.add(snapshots.tree(chain.get(i)));
            }
        }
    }

    private void settle(SnapshotWork work, List<Path> below) {
        if (below.size() == 1) {
            try (Fd root = files.folder(below.getFirst())) {
                Settlement.settle(kernel, snapshots.rules(), work.tree(), work.unpacked(), root);
            }
            return;
        }
        Path target = work.path().resolve(BELOW);
        kernel.call(FileCalls.mkdirat(FileCalls.CURRENT_DIRECTORY, target.toString(), 0700));
        OverlayMount.link(kernel, target, below);
        snapshots.mount(
                new OverlayMount(target, OverlayMount.links(below.size()), Optional.empty(), snapshots.form()), target);
        try (Fd root = OverlayMount.root(kernel, target)) {
            // the descriptor keeps it, and nobody else needs to see it
            OverlayMount.unmount(kernel, target);
            Settlement.settle(kernel, snapshots.rules(), work.tree(), work.unpacked(), root);
        }
        snapshots.removeTree(target);
    }

    private void commit(List<Digest> chain, List<Digest> diffIds) {
        if (works.isEmpty()) {
            return;
        }
        works.forEach((i, work) -> {
            var snapshot = new Snapshot(
                    chain.subList(0, i + 1),
                    diffIds.get(i),
                    work.unpacked().size(),
                    work.unpacked().entries());
            write(work.path().resolve(Snapshot.RECORD), snapshot.record());
        });
        try (Fd all = files.folder(snapshots.folder())) {
            // once for all layers: a call for each file would wait for the disk each time
            kernel.call(FileCalls.syncfs(all));
            for (int i = 0; i < chain.size(); i++) {
                SnapshotWork work = works.get(i);
                if (work != null) {
                    rename(all, work.path(), chain.get(i));
                }
            }
            kernel.call(FileCalls.fsync(all));
        }
    }

    private void rename(Fd all, Path work, Digest chainId) {
        var call = FileCalls.renameat2(
                FileCalls.CURRENT_DIRECTORY, work.toString(), all, chainId.hex(), Fcntl.RENAME_NOREPLACE);
        long result = kernel.attempt(call);
        // somebody else may have unpacked the same meanwhile, and theirs is as good
        if (result < 0 && !FileAccess.is(result, Errno.EEXIST)) {
            throw new SyscallException(call.toString(), (int) -result);
        }
    }

    private static void write(Path path, String text) {
        try (var channel = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            channel.write(StandardCharsets.US_ASCII.encode(text));
        } catch (IOException failed) {
            throw new UncheckedIOException("unable to write " + path + ": " + failed.getMessage(), failed);
        }
    }

    /** Removes what was not committed. */
    @Override
    public void close() {
        works.values().forEach(SnapshotWork::close);
        works.clear();
        lease.close();
    }
}
