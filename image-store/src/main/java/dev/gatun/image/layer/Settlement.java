package dev.gatun.image.layer;

import dev.gatun.image.ImageException;
import dev.gatun.image.file.FileAccess;
import dev.gatun.image.file.FileStatus;
import dev.gatun.image.file.IdShift;
import dev.gatun.image.file.TreeCopy;
import dev.gatun.image.layer.Unpacked.PendingLink;
import dev.gatun.linux.Errno;
import dev.gatun.linux.Fcntl;
import dev.gatun.linux.Fd;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.Kernel;
import dev.gatun.linux.SyscallException;
import dev.gatun.linux.Text;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Finishes a layer that was unpacked by itself with what only the layers below know, so that it is as if it had been
 * unpacked on top of them: what folders are like that no entry tells of, where they are if a symbolic link is in their
 * place, and the files that hard links lead to.
 */
public final class Settlement {
    private static final int FIND = Fcntl.O_PATH | Fcntl.O_NOFOLLOW | Fcntl.O_CLOEXEC;
    private static final long INSIDE = Fcntl.RESOLVE_IN_ROOT | Fcntl.RESOLVE_NO_MAGICLINKS;

    private final FileAccess files;
    private final Kernel kernel;
    private final UnpackRules rules;
    private final Fd below;
    private final Fd tree;

    private Settlement(Kernel kernel, UnpackRules rules, Fd tree, Fd below) {
        this.files = new FileAccess(kernel);
        this.kernel = kernel;
        this.rules = rules;
        this.tree = tree;
        this.below = below;
    }

    /** Whether a layer needs any of it. */
    public static boolean isNeeded(Unpacked unpacked) {
        return !unpacked.implicit().isEmpty() || !unpacked.pending().isEmpty();
    }

    /**
     * Finishes the layer in a folder.
     *
     * @param below the root of what the layers below it look like together
     * @throws ImageException if a hard link leads to nothing
     */
    public static void settle(Kernel kernel, UnpackRules rules, Path folder, Unpacked unpacked, Fd below) {
        var files = new FileAccess(kernel);
        try (Fd tree = files.folder(folder)) {
            var settlement = new Settlement(kernel, rules, tree, below);
            settlement.links(unpacked.pending());
            var moved = new ArrayList<String>();
            for (String path : unpacked.implicit()) {
                if (moved.stream().noneMatch(each -> path.startsWith(each + "/"))) {
                    settlement.folder(path, moved);
                }
            }
        }
    }

    /** The image has no layer below: a hard link to what is not in the layer leads to nothing. */
    public static void refusePending(Unpacked unpacked) {
        if (!unpacked.pending().isEmpty()) {
            throw missing(unpacked.pending().getFirst());
        }
    }

    private static ImageException missing(PendingLink link) {
        return new ImageException("layer: " + Text.quoted(link.name()) + ": a hard link to "
                + Text.quoted(link.target()) + ", which is neither in the layer nor below it");
    }

    /** Makes the links that lead below: the file is copied up, as overlayfs would. */
    private void links(List<PendingLink> pending) {
        if (pending.isEmpty()) {
            return;
        }
        try (var stack = new FolderStack(files, files.folder(tree, "."), rules.overlay(), rules.limits())) {
            for (PendingLink link : pending) {
                try {
                    link(stack, link);
                } catch (WrongArchive wrong) {
                    throw wrong.in(link.name());
                }
            }
            stack.finish();
            for (String path : stack.implicit()) {
                folder(path, new ArrayList<>());
            }
        }
    }

    private void link(FolderStack stack, PendingLink link) {
        List<String> target = LayerTree.path(link.target());
        List<String> name = LayerTree.path(link.name());
        String last = target.getLast();
        Fd up = stack.enter(target.subList(0, target.size() - 1)).fd;
        if (files.findStatus(up, last).filter(status -> !status.isWhiteout()).isEmpty()) {
            Optional<Fd> folder = find(parent(target), FIND | Fcntl.O_DIRECTORY);
            try {
                FileStatus status =
                        folder.flatMap(fd -> files.findStatus(fd, last)).orElseThrow(() -> missing(link));
                if (status.isFolder() || files.findStatus(up, last).isPresent()) {
                    throw missing(link);
                }
                stack.top().change();
                TreeCopy.file(kernel, folder.orElseThrow(), last, up, last, IdShift.NONE);
            } finally {
                folder.ifPresent(Fd::close);
            }
        }
        try (Fd file = files.handle(up, last)) {
            FolderStack.Level to = stack.enter(name.subList(0, name.size() - 1));
            to.change();
            kernel.call(FileCalls.linkat(
                    FileCalls.CURRENT_DIRECTORY, file.path(), to.fd, name.getLast(), Fcntl.AT_SYMLINK_FOLLOW));
        }
    }

    /** Makes a folder what it is below, or moves what is in it to where a symbolic link leads. */
    private void folder(String path, List<String> moved) {
        Optional<Fd> found = find(path, FIND);
        if (found.isEmpty()) {
            return;
        }
        try (Fd there = found.get()) {
            FileStatus status = files.status(there);
            if (status.isLink()) {
                if (move(path)) {
                    moved.add(path);
                }
            } else if (status.isFolder()) {
                try (Fd here = open(path)) {
                    TreeCopy.description(kernel, there, here, IdShift.NONE);
                }
            }
        }
    }

    /** Moves what is in a folder of the layer to where the symbolic link of that name below leads; false if to nowhere. */
    private boolean move(String path) {
        Optional<Fd> target = find(path, Fcntl.O_PATH | Fcntl.O_DIRECTORY | Fcntl.O_CLOEXEC);
        if (target.isEmpty()) {
            return false;
        }
        target.get().close();
        List<String> names = LayerTree.path(path);
        try (var stack = new FolderStack(files, files.folder(tree, "."), rules.overlay(), rules.limits());
                Fd from = open(path)) {
            Fd to = stack.enter(LayerTree.path(resolved(path))).fd;
            merge(from, to);
            stack.finish();
            for (String implicit : stack.implicit()) {
                folder(implicit, new ArrayList<>());
            }
        }
        try (Fd parent = open(parent(names))) {
            FileStatus before = files.status(parent);
            kernel.call(FileCalls.unlinkat(parent, names.getLast(), Fcntl.AT_REMOVEDIR));
            kernel.call(FileCalls.futimens(parent, before.modified(), before.modifiedNanos()));
        }
        return true;
    }

    private void merge(Fd from, Fd to) {
        FileStatus before = files.status(to);
        for (String name : files.sortedNames(from)) {
            var call = FileCalls.renameat2(from, name, to, name, Fcntl.RENAME_NOREPLACE);
            long result = kernel.attempt(call);
            if (FileAccess.is(result, Errno.EEXIST)) {
                Optional<Fd> fromChild = files.findFolder(from, name);
                Optional<Fd> toChild = files.findFolder(to, name);
                if (fromChild.isPresent() && toChild.isPresent()) {
                    merge(fromChild.get(), toChild.get());
                }
                fromChild.ifPresent(Fd::close);
                toChild.ifPresent(Fd::close);
                files.remove(from, name);
            } else if (result < 0) {
                throw new SyscallException(call.toString(), (int) -result);
            }
        }
        kernel.call(FileCalls.futimens(to, before.modified(), before.modifiedNanos()));
    }

    /** Where a path that ends in a symbolic link leads below, without links. */
    private String resolved(String path) {
        var done = new ArrayList<String>();
        var rest = new ArrayDeque<>(LayerTree.path(path));
        for (int links = 0; !rest.isEmpty(); ) {
            String name = rest.removeFirst();
            if (name.isEmpty() || name.equals(".")) {
                continue;
            }
            if (name.equals("..")) {
                if (!done.isEmpty()) {
                    done.removeLast();
                }
                continue;
            }
            Optional<Fd> folder = find(String.join("/", done), FIND | Fcntl.O_DIRECTORY);
            if (folder.isEmpty()) {
                throw new ImageException("layer: " + Text.quoted(path) + " leads to nothing below the layer");
            }
            try (Fd in = folder.get()) {
                if (files.findStatus(in, name).filter(FileStatus::isLink).isEmpty()) {
                    done.add(name);
                    continue;
                }
                String target = files.linkTarget(in, name);
                if (target.startsWith("/")) {
                    done.clear();
                }
                List.of(target.split("/")).reversed().forEach(rest::addFirst);
            }
            if (++links > 40) {
                throw new ImageException("layer: " + Text.quoted(path) + " lies behind more than 40 symbolic links");
            }
        }
        return String.join("/", done);
    }

    private Fd open(String path) {
        int flags = Fcntl.O_RDONLY | Fcntl.O_DIRECTORY | Fcntl.O_CLOEXEC;
        return new Fd(
                kernel,
                kernel.call(FileCalls.openat2(
                        tree,
                        path.isEmpty() ? "." : path,
                        flags,
                        0,
                        Fcntl.RESOLVE_BENEATH | Fcntl.RESOLVE_NO_SYMLINKS)),
                path);
    }

    private Optional<Fd> find(String path, int flags) {
        var call = FileCalls.openat2(below, path.isEmpty() ? "." : path, flags, 0, INSIDE);
        long result = kernel.attempt(call);
        if (FileAccess.is(result, Errno.ENOENT)
                || FileAccess.is(result, Errno.ENOTDIR)
                || FileAccess.is(result, Errno.ELOOP)) {
            return Optional.empty();
        }
        if (result < 0) {
            throw new SyscallException(call.toString(), (int) -result);
        }
        return Optional.of(new Fd(kernel, result, path));
    }

    private static String parent(List<String> path) {
        return String.join("/", path.subList(0, path.size() - 1));
    }
}
