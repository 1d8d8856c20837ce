package dev.gatun.image.layer;

import dev.gatun.image.Digest;
import dev.gatun.image.ImageException;
import dev.gatun.image.file.FileAccess;
import dev.gatun.image.file.FileStatus;
import dev.gatun.image.file.IdShift;
import dev.gatun.image.file.OwnedAttributes;
import dev.gatun.image.layer.TarEntry.Extent;
import dev.gatun.linux.Device;
import dev.gatun.linux.DirectBytes;
import dev.gatun.linux.Fd;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.Kernel;
import dev.gatun.linux.Stat;
import dev.gatun.linux.Text;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Packs a folder in overlayfs's form, such as the upper one of a container, to a layer: the opposite of {@link LayerUnpack}.
 *
 * <p>The same folder always gives the same bytes: names are sorted, and what a host decides (access times, names of owners,
 * security labels) is left out. Sockets are left out, too.
 */
public final class LayerDiff {
    private static final int BUFFER = 256 << 10;

    /** Attributes by which overlayfs shows other files than those that are there; Gatun's mounts make none. */
    private static final Set<String> ELSEWHERE = Set.of(
            "trusted.overlay.redirect", "user.overlay.redirect", "trusted.overlay.metacopy", "user.overlay.metacopy");

    /** What fuse-overlayfs has in a folder that hides all below it, beside the attribute. */
    private static final Set<String> FUSE_MARKS = Set.of(OverlayForm.OPAQUE, ".wh..opq");

    private final FileAccess files;
    private final Kernel kernel;
    private final IdShift owners;
    private final ByteBuffer direct = ByteBuffer.allocateDirect(BUFFER);
    private final byte[] buffer = new byte[BUFFER];

    /** Of files with several names: the first one, by file system and inode. */
    private final Map<List<Long>, String> names = new HashMap<>();

    private LayerDiff(Kernel kernel, IdShift owners) {
        this.files = new FileAccess(kernel);
        this.kernel = kernel;
        this.owners = owners;
    }

    /**
     * Writes a folder as an archive that is not packed; {@code out} is closed.
     *
     * @param owners what an owner on disk is in the image
     * @return the layer's diff id
     */
    public static Digest write(Kernel kernel, Path folder, IdShift owners, OutputStream out) {
        MessageDigest hasher = Digest.Algorithm.SHA256.hasher();
        var diff = new LayerDiff(kernel, owners);
        try (var tar = new TarWriter(new DigestOutputStream(out, hasher));
                Fd root = diff.files.folder(folder)) {
            diff.root(tar, root);
        } catch (IOException failed) {
            throw new UncheckedIOException("unable to write a layer of " + folder + ": " + failed.getMessage(), failed);
        }
        return Digest.of(Digest.Algorithm.SHA256, hasher);
    }

    private void root(TarWriter tar, Fd root) throws IOException {
        SortedMap<String, byte[]> attributes = files.attributes(root);
        tar.entry(entry(TarEntry.Type.FOLDER, "./", "", files.status(root), kept(attributes, "")));
        boolean opaque = isOpaque(attributes);
        if (opaque) {
            tar.entry(mark(OverlayForm.OPAQUE));
        }
        children(tar, root, "", opaque);
    }

    private void children(TarWriter tar, Fd folder, String path, boolean opaque) throws IOException {
        List<String> names = files.sortedNames(folder);
        if (opaque) {
            names.removeAll(FUSE_MARKS);
        }
        for (String name : names) {
            add(tar, folder, name, path.isEmpty() ? name : path + "/" + name);
        }
    }

    private void add(TarWriter tar, Fd folder, String name, String path) throws IOException {
        FileStatus status = files.status(folder, name);
        if (status.isWhiteout()) {
            String parent = path.substring(0, path.length() - name.length());
            tar.entry(mark(parent + OverlayForm.WHITEOUT + name));
            return;
        }
        if (status.type() == Stat.S_IFSOCK) {
            return;
        }
        if (name.startsWith(OverlayForm.WHITEOUT)) {
            throw new ImageException("unable to make a layer with " + Text.quoted(path) + ": a name that begins with "
                    + OverlayForm.WHITEOUT + " would remove a file; rename it");
        }
        if (!status.isFolder() && status.links() > 1) {
            String first = names.putIfAbsent(List.of(status.device(), status.inode()), path);
            if (first != null) {
                tar.entry(entry(TarEntry.Type.HARD_LINK, path, first, status, new TreeMap<>()));
                return;
            }
        }
        if (status.isFolder()) {
            folder(tar, folder, name, path, status);
        } else if (status.isFile()) {
            file(tar, folder, name, path);
        } else {
            other(tar, folder, name, path, status);
        }
    }

    private void folder(TarWriter tar, Fd parent, String name, String path, FileStatus status) throws IOException {
        try (Fd inside = files.folder(parent, name)) {
            SortedMap<String, byte[]> attributes = files.attributes(inside);
            boolean opaque = isOpaque(attributes);
            tar.entry(entry(TarEntry.Type.FOLDER, path + "/", "", status, kept(attributes, path)));
            if (opaque) {
                tar.entry(mark(path + "/" + OverlayForm.OPAQUE));
            }
            children(tar, inside, path, opaque);
        }
    }

    private void file(TarWriter tar, Fd folder, String name, String path) throws IOException {
        try (Fd file = files.open(folder, name)) {
            // what is open, in case the name has become another file meanwhile
            FileStatus status = files.status(file);
            if (!status.isFile()) {
                throw new ImageException("unable to make a layer with " + Text.quoted(path) + ": it changes meanwhile");
            }
            tar.entry(entry(TarEntry.Type.FILE, path, "", status, kept(files.attributes(file), path)));
            for (long left = status.size(); left > 0; ) {
                direct.clear().limit((int) Math.min(left, BUFFER));
                int size = (int) kernel.call(FileCalls.read(file, new DirectBytes(direct)));
                if (size == 0) {
                    throw new ImageException(
                            "unable to make a layer with " + Text.quoted(path) + ": it shrinks meanwhile");
                }
                direct.get(buffer, 0, size);
                tar.data(buffer, 0, size);
                left -= size;
            }
        }
    }

    private void other(TarWriter tar, Fd folder, String name, String path, FileStatus status) throws IOException {
        TarEntry.Type type = switch (status.type()) {
            case Stat.S_IFLNK -> TarEntry.Type.SYMBOLIC_LINK;
            case Stat.S_IFCHR -> TarEntry.Type.CHARACTER_DEVICE;
            case Stat.S_IFBLK -> TarEntry.Type.BLOCK_DEVICE;
            case Stat.S_IFIFO -> TarEntry.Type.FIFO;
            default -> throw new ImageException(Text.quoted(path) + " is of no type that a layer can hold");
        };
        String link = status.isLink() ? files.linkTarget(folder, name) : "";
        try (Fd handle = files.handle(folder, name)) {
            tar.entry(entry(type, path, link, status, kept(files.attributes(handle), path)));
        }
    }

    private TarEntry entry(
            TarEntry.Type type, String path, String link, FileStatus status, SortedMap<String, byte[]> attributes) {
        return new TarEntry(
                type,
                path,
                link,
                status.permissions(),
                owners.uid(status.uid()),
                owners.gid(status.gid()),
                status.size(),
                status.modified(),
                status.modifiedNanos(),
                Device.major(status.special()),
                Device.minor(status.special()),
                attributes,
                List.of(new Extent(0, status.size())));
    }

    /** An empty file that removes something below. */
    private static TarEntry mark(String name) {
        return new TarEntry(
                TarEntry.Type.FILE, name, "", 0644, 0, 0, 0, 0, 0, 0, 0, new TreeMap<>(), List.of(new Extent(0, 0)));
    }

    private static boolean isOpaque(Map<String, byte[]> attributes) {
        for (OverlayForm form : OverlayForm.values()) {
            byte[] value = attributes.get(form.opaque());
            if (value != null && value.length == 1 && value[0] == OverlayForm.YES[0]) {
                return true;
            }
        }
        return false;
    }

    /** The attributes that belong to the image. */
    private SortedMap<String, byte[]> kept(SortedMap<String, byte[]> attributes, String path) {
        var kept = new TreeMap<String, byte[]>();
        attributes.forEach((name, value) -> {
            if (ELSEWHERE.contains(name)) {
                throw new ImageException("unable to make a layer with " + Text.quoted(path) + ": " + name
                        + " says that its content is elsewhere; mount with redirect_dir=off and metacopy=off");
            }
            if (!OverlayForm.isReserved(name) && !LayerTree.HOST_ATTRIBUTES.contains(name)) {
                kept.put(name, OwnedAttributes.shift(name, value, owners));
            }
        });
        return kept;
    }
}
