package dev.gatun.image.snapshot;

import dev.gatun.image.ContentStore;
import dev.gatun.image.Digest;
import dev.gatun.image.ImageException;
import dev.gatun.image.file.FileAccess;
import dev.gatun.image.file.FileStatus;
import dev.gatun.image.file.IdShift;
import dev.gatun.image.layer.OverlayForm;
import dev.gatun.image.layer.UnpackRules;
import dev.gatun.linux.Errno;
import dev.gatun.linux.Fcntl;
import dev.gatun.linux.Fd;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.Kernel;
import dev.gatun.linux.SyscallException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Unpacked layers on disk: each in a folder of its own, shared by all images and containers that stand on it.
 *
 * <pre>
 * HEX/tree, HEX/layer       a layer in overlayfs's form, and what it stands on; HEX is the chain id's hash
 * HEX/shifted-...           a copy with other owners ({@link ShiftedLayers})
 * work/N/                   a layer being unpacked, or a lease; a lock on the folder says that its owner lives
 * containers/ID/image       a symbolic link to HEX: the layers that a container stands on
 * containers/ID/...         what it changes, and where its root is mounted
 * </pre>
 *
 * A layer's folder appears by a rename when all of it is on the disk, so one that is there is whole. Who begins to use
 * layers holds a shared lock on the folder of them all, who removes some an exclusive one.
 */
public final class Snapshots {
    static final String TREE = "tree";
    static final String IMAGE = "image";
    private static final String WORK = "work";
    private static final String CONTAINERS = "containers";

    private final Kernel kernel;
    private final FileAccess files;
    private final Path folder;
    private final UnpackRules rules;
    private final Optional<FuseOverlay> fuse;

    /** Where the archives of layers come from. */
    @FunctionalInterface
    public interface Archives {
        /** Opens a layer's archive, packed or not; {@code index} counts from the lowest layer. May wait until it is there. */
        ReadableByteChannel open(int index) throws IOException;
    }

    /** What a layer takes of the disk, and whether something stands on it. */
    public record Usage(Snapshot snapshot, boolean inUse) {}

    private Snapshots(Kernel kernel, Path folder, UnpackRules rules, Optional<FuseOverlay> fuse) {
        this.kernel = kernel;
        this.files = new FileAccess(kernel);
        this.folder = folder;
        this.rules = rules;
        this.fuse = fuse;
    }

    /** As {@link #open(Kernel, Path, UnpackRules, Optional)}, where the kernel mounts layers. */
    public static Snapshots open(Kernel kernel, Path folder, UnpackRules rules) {
        return open(kernel, folder, rules, Optional.empty());
    }

    /**
     * The snapshots in a folder, which is made if it is missing.
     *
     * @param fuse mounts layers where the kernel does not
     */
    public static Snapshots open(Kernel kernel, Path folder, UnpackRules rules, Optional<FuseOverlay> fuse) {
        try {
            Files.createDirectories(folder);
            for (String each : List.of(WORK, CONTAINERS)) {
                Files.createDirectories(folder.resolve(each));
            }
            // devices and set-user-id programs of strangers are nobody's to reach
            kernel.call(FileCalls.fchmodat(FileCalls.CURRENT_DIRECTORY, folder.toString(), 0700));
        } catch (IOException failed) {
            throw new UncheckedIOException("unable to make " + folder + ": " + failed.getMessage(), failed);
        }
        return new Snapshots(kernel, folder, rules, fuse);
    }

    /** The snapshot of a stack of layers, if it is there. */
    public Optional<Snapshot> find(Digest chainId) {
        return Snapshot.read(folder(chainId));
    }

    /** The snapshot of an image, if it is there. */
    public Optional<Snapshot> findImage(List<Digest> diffIds) {
        return diffIds.isEmpty() ? Optional.empty() : find(ChainId.of(diffIds).getLast());
    }

    /** The root file systems of all containers. */
    public List<ContainerRoot> containers() {
        var found = new ArrayList<ContainerRoot>();
        for (Path container : list(folder.resolve(CONTAINERS))) {
            findContainer(container.getFileName().toString()).ifPresent(found::add);
        }
        return found;
    }

    /** The folder of what containers change: a place for the lock of who makes and removes some. */
    public Path containersFolder() {
        return folder.resolve(CONTAINERS);
    }

    /**
     * Makes sure of the snapshots of an image: those that are missing are unpacked, several at a time, and committed
     * together.
     *
     * @param diffIds of the image's layers, the lowest first; each archive must have its own
     * @return the snapshot of all layers
     */
    public Snapshot unpack(List<Digest> diffIds, Archives archives) {
        try (var unpack = new ImageUnpack(this, archives)) {
            return unpack.finish(diffIds);
        }
    }

    /** Unpacks the layers of an image while others are still being pulled. */
    public ImageUnpack unpacking(ContentStore store) {
        return new ImageUnpack(this, store);
    }

    /** Whether some image has this layer at this place, though perhaps on others. */
    boolean mayHave(int position, Digest diffId) {
        return snapshots().stream()
                .anyMatch(each ->
                        each.chain().size() == position + 1 && each.diffId().equals(diffId));
    }

    /**
     * Keeps layers from being collected until it is closed, or its owner ends. What others left that were killed is
     * removed: a pull that is run again leaves no more than one that was not killed.
     */
    public SnapshotLease lease() {
        try (Fd _ = lock(Fcntl.LOCK_EX)) {
            sweepWork();
        }
        Fd locked = newWork();
        return new SnapshotLease(kernel, locked, () -> removeTree(Path.of(locked.toString())));
    }

    SnapshotWork begin() {
        Fd locked = newWork();
        kernel.call(FileCalls.mkdirat(locked, TREE, 0755));
        // the umask may have taken something away
        kernel.call(FileCalls.fchmodat(locked, TREE, 0755));
        return new SnapshotWork(this, locked, Path.of(locked.toString()));
    }

    /** Makes a folder and locks it, before any collection can take it for one without an owner. */
    private Fd newWork() {
        try (Fd _ = lock(Fcntl.LOCK_SH)) {
            Path path = work();
            kernel.call(FileCalls.mkdirat(FileCalls.CURRENT_DIRECTORY, path.toString(), 0700));
            return flock(files.folder(path), Fcntl.LOCK_EX);
        }
    }

    /** A container's root on top of an image's layers; nothing is mounted yet. */
    public ContainerRoot prepare(String id, Digest chainId) {
        return prepare(id, chainId, IdShift.NONE);
    }

    /** As {@link #prepare(String, Digest)}, for a container in a user namespace, in which owners are called otherwise. */
    public ContainerRoot prepare(String id, Digest chainId, IdShift owners) {
        try (Fd _ = lock(Fcntl.LOCK_SH)) {
            Snapshot snapshot = find(chainId)
                    .orElseThrow(() ->
                            new ImageException("the layers " + chainId + " are not unpacked; pull the image again"));
            return ContainerRoot.create(kernel, this, container(id), snapshot, owners);
        }
    }

    /** Whether {@link #prepare} may give the container's root its owner: only root may give files away. */
    public boolean mayPrepare(Snapshot snapshot) {
        try (Fd top = files.folder(tree(snapshot.chainId()));
                Fd own = files.folder(folder)) {
            FileStatus theirs = files.status(top);
            FileStatus ours = files.status(own);
            return theirs.uid() == ours.uid() && theirs.gid() == ours.gid();
        }
    }

    /** Whether something is left of a container's root, or it has one. */
    public boolean hasContainer(String id) {
        return Files.exists(container(id), LinkOption.NOFOLLOW_LINKS);
    }

    /** The root that was prepared for a container; empty if there is none. */
    public Optional<ContainerRoot> findContainer(String id) {
        Path container = container(id);
        return user(container)
                .flatMap(this::find)
                .map(snapshot -> new ContainerRoot(kernel, this, container, snapshot, ContainerRoot.owners(container)));
    }

    /** The layers and what they take; for {@code system df}. */
    public List<Usage> usage() {
        try (Fd _ = lock(Fcntl.LOCK_SH)) {
            Set<Digest> used = withParents(inUse());
            return snapshots().stream()
                    .map(snapshot -> new Usage(snapshot, used.contains(snapshot.chainId())))
                    .toList();
        }
    }

    /**
     * Removes all layers that nothing stands on, and what was left behind by who was killed.
     *
     * @param keep the stacks that images need, by their names
     * @return what was removed
     */
    public List<Snapshot> collect(Set<Digest> keep) {
        try (Fd _ = lock(Fcntl.LOCK_EX)) {
            sweepWork();
            sweepContainers();
            Set<Digest> used = inUse();
            used.addAll(keep);
            Set<Digest> kept = withParents(used);
            var removed = new ArrayList<Snapshot>();
            for (Snapshot snapshot : snapshots()) {
                if (!kept.contains(snapshot.chainId())) {
                    discard(folder(snapshot.chainId()));
                    removed.add(snapshot);
                }
            }
            removeCopies();
            return removed;
        }
    }

    /** Removes what a container has; what the caller may not remove of it is left to {@link #collect}. */
    void removeContainer(Path container) {
        try (Fd _ = lock(Fcntl.LOCK_SH)) {
            discard(container);
        }
    }

    /** Removes a folder, if it is there: out of the way at once, so that no half of it is ever seen. */
    private void discard(Path path) {
        Path work = work();
        var call = FileCalls.renameat2(
                FileCalls.CURRENT_DIRECTORY, path.toString(), FileCalls.CURRENT_DIRECTORY, work.toString(), 0);
        long result = kernel.attempt(call);
        if (result < 0 && !FileAccess.is(result, Errno.ENOENT)) {
            throw new SyscallException(call.toString(), (int) -result);
        }
        removeTree(work);
    }

    private Path work() {
        return folder.resolve(WORK)
                .resolve(Long.toHexString(ThreadLocalRandom.current().nextLong()));
    }

    /** Copies of layers with other owners that no container stands on. */
    private void removeCopies() {
        var used = new HashSet<Path>();
        containers().forEach(container -> used.addAll(container.copies()));
        for (Snapshot snapshot : snapshots()) {
            for (Path each : list(folder(snapshot.chainId()))) {
                if (ShiftedLayers.isCopy(each) && !used.contains(each)) {
                    discard(each);
                }
            }
        }
    }

    /** Removes what is being unpacked, and leases, of who is no more. Nobody makes one meanwhile. */
    private void sweepWork() {
        for (Path work : list(folder.resolve(WORK))) {
            try (Fd fd = files.folder(work)) {
                if (kernel.attempt(FileCalls.flock(fd, Fcntl.LOCK_EX | Fcntl.LOCK_NB)) == 0) {
                    removeTree(work);
                }
            }
        }
    }

    private void sweepContainers() {
        for (Path container : list(folder.resolve(CONTAINERS))) {
            // made by who was killed before it stood on anything
            if (user(container).isEmpty()) {
                removeTree(container);
            }
        }
    }

    private Set<Digest> inUse() {
        var used = new HashSet<Digest>();
        for (Path container : list(folder.resolve(CONTAINERS))) {
            user(container).ifPresent(used::add);
        }
        for (Path work : list(folder.resolve(WORK))) {
            used.addAll(SnapshotLease.read(work));
        }
        return used;
    }

    private static Optional<Digest> user(Path container) {
        try {
            String target = Files.readSymbolicLink(container.resolve(IMAGE))
                    .getFileName()
                    .toString();
            return Optional.of(new Digest(Digest.Algorithm.SHA256, target));
        } catch (NoSuchFileException none) {
            return Optional.empty();
        } catch (IOException failed) {
            throw new UncheckedIOException("unable to read " + container.resolve(IMAGE), failed);
        }
    }

    private Set<Digest> withParents(Set<Digest> chainIds) {
        var all = new HashSet<Digest>(chainIds);
        for (Digest chainId : chainIds) {
            find(chainId).ifPresent(snapshot -> all.addAll(snapshot.chain()));
        }
        return all;
    }

    private List<Snapshot> snapshots() {
        var found = new ArrayList<Snapshot>();
        for (Path each : list(folder)) {
            Snapshot.read(each).ifPresent(found::add);
        }
        return found;
    }

    /** The folders of a snapshot's layers, the topmost first. */
    List<Path> layers(Snapshot snapshot) {
        return snapshot.chain().reversed().stream().map(this::tree).toList();
    }

    /** Mounts layers on a folder. */
    void mount(OverlayMount layers, Path target) {
        if (fuse.isPresent() && fuse.get().always()) {
            fuse.get().mount(layers.base(), layers.options(), target);
            return;
        }
        try {
            layers.mount(kernel, target);
        } catch (ImageException refused) {
            FuseOverlay other = fuse.orElseThrow(() -> refused);
            try {
                other.mount(layers.base(), layers.options(), target);
            } catch (ImageException failed) {
                failed.addSuppressed(refused);
                throw failed;
            }
        }
    }

    /** The folder that all of it is in. */
    public Path folder() {
        return folder;
    }

    Kernel kernel() {
        return kernel;
    }

    UnpackRules rules() {
        return rules;
    }

    OverlayForm form() {
        return rules.overlay();
    }

    Path tree(Digest chainId) {
        return folder(chainId).resolve(TREE);
    }

    Path folder(Digest chainId) {
        return folder.resolve(chainId.hex());
    }

    private Path container(String id) {
        return folder.resolve(CONTAINERS).resolve(id);
    }

    private Fd lock(int operation) {
        return flock(files.folder(folder), operation);
    }

    private Fd flock(Fd fd, int operation) {
        try {
            kernel.call(FileCalls.flock(fd, operation));
            return fd;
        } catch (SyscallException failed) {
            fd.close();
            throw failed;
        }
    }

    void removeTree(Path path) {
        try (Fd parent = files.folder(Objects.requireNonNull(path.getParent(), "a folder of ours"))) {
            files.remove(parent, path.getFileName().toString());
        }
    }

    private static List<Path> list(Path folder) {
        try (var paths = Files.list(folder)) {
            return paths.sorted().toList();
        } catch (IOException failed) {
            throw new UncheckedIOException("unable to list " + folder, failed);
        }
    }
}
