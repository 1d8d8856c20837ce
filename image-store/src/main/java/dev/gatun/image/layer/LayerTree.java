package dev.gatun.image.layer;

import dev.gatun.image.Digest;
import dev.gatun.image.file.FileAccess;
import dev.gatun.image.file.FileStatus;
import dev.gatun.image.layer.FolderStack.Level;
import dev.gatun.image.layer.TarEntry.Extent;
import dev.gatun.image.layer.Unpacked.PendingLink;
import dev.gatun.linux.Arg;
import dev.gatun.linux.Call;
import dev.gatun.linux.Device;
import dev.gatun.linux.DirectBytes;
import dev.gatun.linux.Errno;
import dev.gatun.linux.Fcntl;
import dev.gatun.linux.Fd;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.Kernel;
import dev.gatun.linux.Stat;
import dev.gatun.linux.SyscallException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A layer's folder while it is filled: makes each entry in the form that overlayfs expects. */
final class LayerTree {
    private static final int CREATE =
            Fcntl.O_WRONLY | Fcntl.O_CREAT | Fcntl.O_EXCL | Fcntl.O_NOFOLLOW | Fcntl.O_CLOEXEC;
    private static final int MOST_PENDING = 100_000;

    /** What a host decides for itself, as umoci has it. */
    static final Set<String> HOST_ATTRIBUTES = Set.of("security.selinux", "system.nfs4_acl");

    private static final Set<Errno> NOT_ALLOWED = Set.of(Errno.EPERM, Errno.EOPNOTSUPP);

    private final FileAccess files;
    private final Kernel kernel;
    private final FolderStack stack;
    private final UnpackRules rules;
    private final List<PendingLink> pending = new ArrayList<>();
    private final List<String> leftOut = new ArrayList<>();
    private long bytes;
    private long entries;

    LayerTree(FileAccess files, FolderStack stack, UnpackRules rules) {
        this.files = files;
        this.kernel = files.kernel();
        this.stack = stack;
        this.rules = rules;
    }

    Unpacked result(Digest diffId, long archiveSize) {
        return new Unpacked(
                diffId,
                archiveSize,
                bytes,
                entries,
                List.copyOf(stack.implicit()),
                List.copyOf(pending),
                List.copyOf(leftOut));
    }

    /** Makes what an entry says; a file's data is taken from {@code reader}. */
    void add(TarEntry entry, TarReader reader) {
        List<String> path = path(entry.name());
        entries++;
        if (entries + stack.implicit().size() - 1 > rules.limits().entries()) {
            throw new WrongArchive(
                    "the layer has more than " + rules.limits().entries() + " files; refused as hostile");
        }
        if (path.isEmpty()) {
            if (entry.type() != TarEntry.Type.FOLDER) {
                throw new WrongArchive("the root is no folder");
            }
            describe(stack.enter(path), entry);
            stack.explain();
            return;
        }
        if (isOfAufs(path)) {
            return;
        }
        String name = path.getLast();
        List<String> above = path.subList(0, path.size() - 1);
        if (name.startsWith(OverlayForm.WHITEOUT) && isBehindFile(above)) {
            return;
        }
        Level parent = stack.enter(above);
        if (name.startsWith(OverlayForm.WHITEOUT)) {
            whiteOut(parent, name);
            return;
        }
        parent.change();
        switch (entry.type()) {
            case FOLDER -> folder(parent, name, entry);
            case FILE -> file(parent, name, entry, reader);
            case SYMBOLIC_LINK -> {
                if (entry.link().isEmpty()) {
                    throw new WrongArchive("a symbolic link to nowhere");
                }
                make(parent, name, FileCalls.symlinkat(entry.link(), parent.fd, name));
                finish(parent, name, entry);
            }
            case HARD_LINK -> hardLink(parent, name, entry);
            case FIFO -> node(parent, name, entry, Stat.S_IFIFO);
            case CHARACTER_DEVICE -> node(parent, name, entry, Stat.S_IFCHR);
            case BLOCK_DEVICE -> node(parent, name, entry, Stat.S_IFBLK);
        }
    }

    private static boolean isOfAufs(List<String> path) {
        for (String name : path) {
            if (name.startsWith(OverlayForm.AUFS) && !name.equals(OverlayForm.OPAQUE)) {
                return true;
            }
        }
        return false;
    }

    /** The names of a path. An absolute one begins at the layer's root like any other; one that climbs is refused. */
    static List<String> path(String name) {
        var path = new ArrayList<String>();
        for (int start = 0; start <= name.length(); ) {
            int slash = name.indexOf('/', start);
            int end = slash < 0 ? name.length() : slash;
            String each = name.substring(start, end);
            if (each.equals("..")) {
                throw new WrongArchive("its name climbs with \"..\"");
            }
            if (!each.isEmpty() && !each.equals(".")) {
                path.add(each);
            }
            start = end + 1;
        }
        return path;
    }

    private void folder(Level parent, String name, TarEntry entry) {
        boolean hides = false;
        var call = FileCalls.mkdirat(parent.fd, name, 0700);
        long result = kernel.attempt(call);
        if (FileAccess.is(result, Errno.EEXIST)) {
            FileStatus there = files.status(parent.fd, name);
            if (!there.isFolder()) {
                kernel.call(FileCalls.unlinkat(parent.fd, name, 0));
                kernel.call(call);
                hides = there.isWhiteout();
            }
        } else if (result < 0) {
            throw new SyscallException(call.toString(), (int) -result);
        }
        Level level = stack.push(name);
        stack.explain();
        describe(level, entry);
        if (hides) {
            files.setAttribute(level.fd, rules.overlay().opaque(), OverlayForm.YES);
        }
    }

    private void describe(Level level, TarEntry entry) {
        own(level.fd, entry);
        kernel.call(FileCalls.fchmod(level.fd, entry.mode()));
        attributes(level.fd, entry);
        level.setTime(entry.modified(), entry.modifiedNanos());
    }

    private void file(Level parent, String name, TarEntry entry, TarReader reader) {
        long number = make(parent, name, FileCalls.openat(parent.fd, name, CREATE, 0600));
        try (var file = new Fd(kernel, number, name)) {
            write(file, entry, reader);
            own(file, entry);
            kernel.call(FileCalls.fchmod(file, entry.mode()));
            // behind the owner, as chown(2) takes file capabilities away
            attributes(file, entry);
            kernel.call(FileCalls.futimens(file, entry.modified(), entry.modifiedNanos()));
        }
    }

    private void write(Fd file, TarEntry entry, TarReader reader) {
        long end = 0;
        ByteBuffer piece = ByteBuffer.allocateDirect(0);
        for (Extent extent : entry.extents()) {
            if (extent.length() == 0) {
                // GNU tar ends its maps with one, at the file's end
                continue;
            }
            if (extent.offset() != end) {
                kernel.call(FileCalls.lseek(file, extent.offset(), Fcntl.SEEK_SET));
            }
            for (long left = extent.length(); left > 0; ) {
                if (!piece.hasRemaining()) {
                    piece = reader.data();
                    count(piece.remaining());
                }
                int size = (int) Math.min(left, piece.remaining());
                writeAll(file, piece.slice(piece.position(), size));
                piece.position(piece.position() + size);
                left -= size;
            }
            end = extent.offset() + extent.length();
        }
        if (end != entry.size()) {
            kernel.call(FileCalls.ftruncate(file, entry.size()));
        }
    }

    private void writeAll(Fd file, ByteBuffer content) {
        while (content.hasRemaining()) {
            long written = kernel.call(FileCalls.write(file, new DirectBytes(content)));
            content.position(content.position() + (int) written);
        }
    }

    private void count(int more) {
        bytes += more;
        if (bytes > rules.limits().bytes()) {
            throw new WrongArchive("with it the layer's files are larger than "
                    + rules.limits().bytes() + " bytes; refused as hostile");
        }
    }

    private void node(Level parent, String name, TarEntry entry, int type) {
        long device = type == Stat.S_IFIFO ? 0 : device(entry);
        var call = FileCalls.mknodat(parent.fd, name, type | 0600, device);
        if (!rules.owners() && type != Stat.S_IFIFO) {
            leftOut.add(entry.name());
            return;
        }
        try {
            make(parent, name, call);
        } catch (SyscallException refused) {
            if (refused.is(Errno.EPERM) && type != Stat.S_IFIFO) {
                leftOut.add(entry.name());
                return;
            }
            throw refused;
        }
        finish(parent, name, entry);
    }

    private static long device(TarEntry entry) {
        if (entry.major() < 0 || entry.major() > 0xfff || entry.minor() < 0 || entry.minor() > 0xfffff) {
            throw new WrongArchive("its device number is out of range");
        }
        if (entry.type() == TarEntry.Type.CHARACTER_DEVICE && entry.major() == 0 && entry.minor() == 0) {
            throw new WrongArchive(
                    "a character device 0:0, which overlayfs takes for a removed file; a layer marks that by "
                            + OverlayForm.WHITEOUT);
        }
        return Device.number(entry.major(), entry.minor());
    }

    /** A link's target is looked for without following a symbolic link out of the layer; the last name is not followed at all. */
    private void hardLink(Level parent, String name, TarEntry entry) {
        List<String> target = path(entry.link());
        if (target.isEmpty()) {
            throw new WrongArchive("a hard link to nothing");
        }
        Optional<Fd> folder = folder(target.subList(0, target.size() - 1));
        try {
            if (folder.isPresent() && link(folder.get(), target.getLast(), parent, name)) {
                return;
            }
        } finally {
            folder.ifPresent(Fd::close);
        }
        if (pending.size() == MOST_PENDING) {
            throw new WrongArchive("more than " + MOST_PENDING + " hard links to what is not in the layer");
        }
        pending.add(
                new PendingLink(stack.path().isEmpty() ? name : stack.path() + "/" + name, String.join("/", target)));
    }

    private boolean link(Fd folder, String target, Level parent, String name) {
        Optional<FileStatus> there = files.findStatus(folder, target);
        if (there.isEmpty() || there.get().isWhiteout()) {
            return false;
        }
        if (there.get().isFolder()) {
            throw new WrongArchive("a hard link to a folder");
        }
        Optional<FileStatus> old = files.findStatus(parent.fd, name);
        // a link to itself must not remove what it links to
        if (old.isEmpty() || old.get().inode() != there.get().inode()) {
            make(parent, name, FileCalls.linkat(folder, target, parent.fd, name, 0));
        }
        return true;
    }

    private Optional<Fd> folder(List<String> path) {
        Call call = openFolder(path);
        long result = kernel.attempt(call);
        if (FileAccess.is(result, Errno.ENOENT) || FileAccess.is(result, Errno.ENOTDIR)) {
            return Optional.empty();
        }
        if (result < 0) {
            throw new SyscallException(call.toString(), (int) -result);
        }
        return Optional.of(new Fd(kernel, result, "target"));
    }

    private Call openFolder(List<String> path) {
        return FileCalls.openat2(
                stack.root().fd,
                path.isEmpty() ? "." : String.join("/", path),
                Fcntl.O_PATH | Fcntl.O_DIRECTORY | Fcntl.O_CLOEXEC,
                0,
                Fcntl.RESOLVE_IN_ROOT | Fcntl.RESOLVE_NO_MAGICLINKS | Fcntl.RESOLVE_NO_XDEV);
    }

    /** Whether a file is on the way: whoever made it of a folder may say (umoci does) that all in the folder is removed. */
    private boolean isBehindFile(List<String> path) {
        long result = kernel.attempt(openFolder(path));
        if (result >= 0) {
            new Fd(kernel, result, "folder").close();
        }
        return FileAccess.is(result, Errno.ENOTDIR);
    }

    /** Marks what layers below have as removed; what this layer has itself stays, whichever came first. */
    private void whiteOut(Level parent, String marker) {
        if (marker.equals(OverlayForm.OPAQUE)) {
            files.setAttribute(parent.fd, rules.overlay().opaque(), OverlayForm.YES);
            return;
        }
        String name = marker.substring(OverlayForm.WHITEOUT.length());
        if (name.isEmpty() || name.equals(".") || name.equals("..")) {
            throw new WrongArchive("it removes nothing that has a name");
        }
        parent.change();
        var call = FileCalls.mknodat(parent.fd, name, Stat.S_IFCHR, 0);
        long result = kernel.attempt(call);
        if (FileAccess.is(result, Errno.EEXIST)) {
            Optional<Fd> folder = files.findFolder(parent.fd, name);
            folder.ifPresent(fd -> {
                files.setAttribute(fd, rules.overlay().opaque(), OverlayForm.YES);
                fd.close();
            });
        } else if (result < 0) {
            throw new SyscallException(call.toString(), (int) -result);
        }
    }

    /** Makes a name; what had it before is removed. */
    private long make(Level parent, String name, Call call) {
        long result = kernel.attempt(call);
        if (FileAccess.is(result, Errno.EEXIST)) {
            files.remove(parent.fd, name);
            return kernel.call(call);
        }
        if (result < 0) {
            throw new SyscallException(call.toString(), (int) -result);
        }
        return result;
    }

    /** Owner, mode, attributes and time of what has no descriptor of its own. */
    private void finish(Level parent, String name, TarEntry entry) {
        if (rules.owners()) {
            kernel.call(FileCalls.fchownat(parent.fd, name, entry.uid(), entry.gid(), Fcntl.AT_SYMLINK_NOFOLLOW));
        }
        if (entry.type() != TarEntry.Type.SYMBOLIC_LINK) {
            // not followed: it was just made, in a folder that is nobody else's
            kernel.call(FileCalls.fchmodat(parent.fd, name, entry.mode()));
        }
        if (!entry.attributes().isEmpty()) {
            try (Fd handle = files.handle(parent.fd, name)) {
                attributes(handle, entry);
            }
        }
        kernel.call(FileCalls.utimensat(
                parent.fd, name, entry.modified(), entry.modifiedNanos(), Fcntl.AT_SYMLINK_NOFOLLOW));
    }

    private void own(Arg fd, TarEntry entry) {
        if (rules.owners()) {
            kernel.call(FileCalls.fchownat(fd, "", entry.uid(), entry.gid(), Fcntl.AT_EMPTY_PATH));
        }
    }

    private void attributes(Fd file, TarEntry entry) {
        for (Map.Entry<String, byte[]> attribute : entry.attributes().entrySet()) {
            String name = attribute.getKey();
            if (HOST_ATTRIBUTES.contains(name) || OverlayForm.isReserved(name)) {
                continue;
            }
            try {
                files.setAttribute(file, name, attribute.getValue());
            } catch (SyscallException refused) {
                if (rules.owners() || NOT_ALLOWED.stream().noneMatch(refused::is)) {
                    throw refused;
                }
            }
        }
    }
}
