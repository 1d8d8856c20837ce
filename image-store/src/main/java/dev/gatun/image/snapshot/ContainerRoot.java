package dev.gatun.image.snapshot;

import dev.gatun.image.Digest;
import dev.gatun.image.ImageException;
import dev.gatun.image.file.FileAccess;
import dev.gatun.image.file.IdShift;
import dev.gatun.image.file.TreeCopy;
import dev.gatun.image.layer.LayerDiff;
import dev.gatun.linux.Errno;
import dev.gatun.linux.Fcntl;
import dev.gatun.linux.Fd;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.Kernel;
import dev.gatun.linux.SyscallException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The root file system of one container: the layers of its image, read by all, and a folder with what it changes. */
public final class ContainerRoot {
    private static final String UPPER = "upper";
    private static final String WORK = "work";
    private static final String ROOT = "rootfs";

    /** The file that says what owners are called on the disk, of a container in a user namespace. */
    private static final String OWNERS = "owners";

    private final Kernel kernel;
    private final FileAccess files;
    private final Snapshots snapshots;
    private final Path folder;
    private final Snapshot image;
    private final IdShift owners;

    ContainerRoot(Kernel kernel, Snapshots snapshots, Path folder, Snapshot image, IdShift owners) {
        this.kernel = kernel;
        this.files = new FileAccess(kernel);
        this.snapshots = snapshots;
        this.folder = folder;
        this.image = image;
        this.owners = owners;
    }

    /** Makes the folders. The link to the image is the first thing in them: from then on its layers are in use. */
    static ContainerRoot create(Kernel kernel, Snapshots snapshots, Path folder, Snapshot image, IdShift owners) {
        var call = FileCalls.mkdirat(FileCalls.CURRENT_DIRECTORY, folder.toString(), 0700);
        long made = kernel.attempt(call);
        if (FileAccess.is(made, Errno.EEXIST)) {
            throw new ImageException("a container named " + folder.getFileName() + " has a root file system already");
        }
        if (made < 0) {
            throw new SyscallException(call.toString(), (int) -made);
        }
        var root = new ContainerRoot(kernel, snapshots, folder, image, owners);
        try {
            root.fill();
        } catch (RuntimeException | Error failed) {
            snapshots.removeTree(folder);
            throw failed;
        }
        return root;
    }

    private void fill() {
        try (Fd in = files.folder(folder)) {
            kernel.call(FileCalls.symlinkat("../../" + image.chainId().hex(), in, Snapshots.IMAGE));
            for (String name : List.of(UPPER, WORK, ROOT)) {
                kernel.call(FileCalls.mkdirat(in, name, 0755));
            }
            OverlayMount.link(kernel, folder, snapshots.layers(image));
            if (isShifted()) {
                keepOwners();
            }
            // the root's own owner and mode are those of the topmost folder
            try (Fd top = files.folder(snapshots.tree(image.chainId()));
                    Fd upper = files.folder(in, UPPER)) {
                TreeCopy.description(kernel, top, upper, owners);
            }
        }
    }

    private void keepOwners() {
        try {
            Files.writeString(folder.resolve(OWNERS), owners.text());
        } catch (IOException failed) {
            throw new UncheckedIOException("unable to write " + folder.resolve(OWNERS), failed);
        }
    }

    /** What the owners that the image names are on the disk, in a container's changes. */
    static IdShift owners(Path folder) {
        try {
            return IdShift.parse(Files.readString(folder.resolve(OWNERS)));
        } catch (NoSuchFileException unshifted) {
            return IdShift.NONE;
        } catch (IOException failed) {
            throw new UncheckedIOException("unable to read " + folder.resolve(OWNERS), failed);
        }
    }

    /** Whether the container is in a user namespace, in which other owners are to be seen. */
    public boolean isShifted() {
        return !owners.isNone();
    }

    /** What the owners that the image names are to the host. */
    public IdShift owners() {
        return owners;
    }

    /** Puts the container on copies of its image's layers that have the owners it is to see, which it shares with others. */
    public void copyLayers() {
        OverlayMount.link(kernel, folder, new ShiftedLayers(snapshots, owners).of(image));
    }

    /** Whether it stands on copies. */
    public boolean hasCopies() {
        Path lowest = folder.resolve(names().getLast());
        try {
            return ShiftedLayers.isCopy(Files.readSymbolicLink(lowest));
        } catch (IOException failed) {
            throw new UncheckedIOException("unable to read " + lowest, failed);
        }
    }

    /** The copies that it stands on, or may come to stand on. */
    List<Path> copies() {
        var copies = new ShiftedLayers(snapshots, owners);
        return isShifted() ? image.chain().stream().map(copies::folder).toList() : List.of();
    }

    /** Where it is mounted. */
    public Path path() {
        return folder.resolve(ROOT);
    }

    /** Where it is kept; what else a container has of its own may be put there, and goes with it. */
    public Path folder() {
        return folder;
    }

    /** The folders of the image's layers, the topmost first. */
    public List<Path> layers() {
        return snapshots.layers(image);
    }

    /** What the image has, without what the container changes, to be read by the caller only; the descriptor keeps it. */
    public Fd lookAtImage() {
        return layers().size() == 1 ? files.folder(layers().getFirst()) : look(readOnly(names()));
    }

    /** What the container sees, to be read by the caller only; the descriptor keeps it. */
    public Fd look() {
        return look(all());
    }

    /** What {@link #look} mounts, for who does it otherwise. */
    public OverlayMount all() {
        var all = new ArrayList<>(List.of(UPPER));
        all.addAll(names());
        return readOnly(all);
    }

    private OverlayMount readOnly(List<String> folders) {
        return new OverlayMount(folder, folders, Optional.empty(), snapshots.form());
    }

    private Fd look(OverlayMount overlay) {
        snapshots.mount(overlay, path());
        try {
            return OverlayMount.root(kernel, path());
        } finally {
            unmount();
        }
    }

    private List<String> names() {
        return OverlayMount.links(image.chain().size());
    }

    /** What the container has changed, in overlayfs's form. */
    public Path upper() {
        return folder.resolve(UPPER);
    }

    /** What it stands on. */
    public Snapshot image() {
        return image;
    }

    /** Mounts it, for all processes of this mount namespace to see. */
    public void mount() {
        snapshots.mount(overlay(), path());
    }

    /** What is mounted, for who does it otherwise. */
    public OverlayMount overlay() {
        var changes = new OverlayMount.Changes(UPPER, WORK);
        return new OverlayMount(folder, names(), Optional.of(changes), snapshots.form());
    }

    /** Takes the mount away; success if there is none. */
    public void unmount() {
        OverlayMount.unmount(kernel, path());
    }

    /** Takes the mount away, and removes what the container has changed. Its image's layers may be collected then. */
    public void remove() {
        unmount();
        snapshots.removeContainer(folder);
    }

    /**
     * Packs what the container has changed to a layer, not compressed; {@code out} is closed.
     *
     * @return its diff id
     */
    public Digest commit(OutputStream out) {
        return LayerDiff.write(kernel, upper(), owners.inverse(), out);
    }

    /**
     * Copies what an image has at a volume's path to a new volume: content, owner and modes. Nothing is copied if the image
     * has nothing there, or if the volume is not empty.
     *
     * @param inside from the container's root; symbolic links lead where they lead in the container
     * @param volume the volume's folder
     */
    public void copyUp(String inside, Path volume) {
        try (Fd root = OverlayMount.root(kernel, path())) {
            copyUp(root, inside, volume);
        }
    }

    /** As {@link #copyUp(String, Path)}, of what {@link #lookAtImage} has given. */
    public void copyUp(Fd root, String inside, Path volume) {
        int flags = Fcntl.O_RDONLY | Fcntl.O_DIRECTORY | Fcntl.O_CLOEXEC;
        try (Fd target = files.folder(volume)) {
            if (!files.names(target).isEmpty()) {
                return;
            }
            var call = FileCalls.openat2(root, inside, flags, 0, Fcntl.RESOLVE_IN_ROOT | Fcntl.RESOLVE_NO_MAGICLINKS);
            long result = kernel.attempt(call);
            if (FileAccess.is(result, Errno.ENOENT)) {
                return;
            }
            if (result < 0) {
                throw new ImageException("unable to copy " + inside + " of the image to the volume " + volume + ": "
                        + new SyscallException(call.toString(), (int) -result).reason());
            }
            try (var source = new Fd(kernel, result, inside)) {
                TreeCopy.contents(kernel, source, target, owners);
            }
        }
    }
}
