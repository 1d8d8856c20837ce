package dev.gatun.image.layer;

import dev.gatun.image.file.FileAccess;
import dev.gatun.image.file.FileStatus;
import dev.gatun.linux.Fd;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.Kernel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The folders from a layer's root to where entries are being made, each held open by a descriptor.
 *
 * <p>Entries of one folder follow each other in nearly all archives, so most cost no look-up at all. A symbolic link on the
 * way is read and resolved here, from the layer's root: the kernel never follows one.
 */
final class FolderStack implements AutoCloseable {
    private static final int MOST_LINKS = 40;
    private static final int IMPLICIT_MODE = 0755;

    private final FileAccess files;
    private final Kernel kernel;
    private final OverlayForm overlay;
    private final Limits limits;
    private final List<Level> levels = new ArrayList<>();
    private final List<String> implicit = new ArrayList<>();
    private String current = "";

    /** An open folder, and the time it is given when it is left. */
    static final class Level {
        final String name;
        final Fd fd;
        private long modified;
        private int modifiedNanos;
        private boolean changed;

        private Level(String name, Fd fd, FileStatus status) {
            this.name = name;
            this.fd = fd;
            this.modified = status.modified();
            this.modifiedNanos = status.modifiedNanos();
        }

        /** Has something made or removed in it, which sets its time. */
        void change() {
            changed = true;
        }

        void setTime(long seconds, int nanos) {
            modified = seconds;
            modifiedNanos = nanos;
            changed = true;
        }
    }

    /** Takes ownership of {@code root}. */
    FolderStack(FileAccess files, Fd root, OverlayForm overlay, Limits limits) {
        this.files = files;
        this.kernel = files.kernel();
        this.overlay = overlay;
        this.limits = limits;
        levels.add(new Level("", root, files.status(root)));
        implicit.add("");
    }

    Level root() {
        return levels.getFirst();
    }

    Level top() {
        return levels.getLast();
    }

    /** Folders that no entry has told of, but which others are in: paths from the root, parents first. */
    List<String> implicit() {
        return implicit;
    }

    /** Goes to the folder of this path, a name after the other; what is missing is made. */
    Level enter(List<String> path) {
        String wanted = String.join("/", path);
        if (wanted.equals(current) && levels.size() == path.size() + 1) {
            return top();
        }
        int same = 0;
        while (same < path.size()
                && same + 1 < levels.size()
                && levels.get(same + 1).name.equals(path.get(same))) {
            same++;
        }
        leave(same + 1);
        var rest = new ArrayDeque<>(path.subList(same, path.size()));
        int links = 0;
        while (!rest.isEmpty()) {
            String name = rest.removeFirst();
            if (name.equals("..")) {
                leave(Math.max(1, levels.size() - 1));
            } else if (!name.isEmpty() && !name.equals(".") && !descend(name)) {
                if (++links > MOST_LINKS) {
                    throw new WrongArchive("it lies behind more than " + MOST_LINKS + " symbolic links");
                }
                follow(name, rest);
            }
        }
        current = path();
        return top();
    }

    /** Goes into a folder of the top one that was just made or is known to be there. */
    Level push(String name) {
        if (levels.size() > limits.depth()) {
            throw new WrongArchive("it lies more than " + limits.depth() + " folders deep");
        }
        Fd fd = files.folder(top().fd, name);
        levels.add(new Level(name, fd, files.status(fd)));
        current = path();
        return top();
    }

    /** Goes into a folder, which is made if nothing is there; false if a symbolic link is there. */
    private boolean descend(String name) {
        if (levels.size() > limits.depth()) {
            throw new WrongArchive("it lies more than " + limits.depth() + " folders deep");
        }
        var found = files.findFolder(top().fd, name);
        if (found.isPresent()) {
            levels.add(new Level(name, found.get(), files.status(found.get())));
            return true;
        }
        var status = files.findStatus(top().fd, name);
        if (status.isPresent() && status.get().isLink()) {
            return false;
        }
        boolean opaque = false;
        if (status.isPresent()) {
            if (!status.get().isWhiteout()) {
                throw new WrongArchive(name + " on its way is no folder");
            }
            kernel.call(FileCalls.unlinkat(top().fd, name, 0));
            opaque = true;
        }
        top().change();
        kernel.call(FileCalls.mkdirat(top().fd, name, IMPLICIT_MODE));
        push(name);
        // the umask may have taken something away
        kernel.call(FileCalls.fchmod(top().fd, IMPLICIT_MODE));
        top().setTime(0, 0);
        if (opaque) {
            files.setAttribute(top().fd, overlay.opaque(), OverlayForm.YES);
        } else {
            implicit.add(path());
        }
        return true;
    }

    private void follow(String name, Deque<String> rest) {
        String target = files.linkTarget(top().fd, name);
        if (target.startsWith("/")) {
            leave(1);
        }
        List<String> names = List.of(target.split("/"));
        for (String each : names.reversed()) {
            rest.addFirst(each);
        }
    }

    /** The path of the top folder from the root. */
    String path() {
        var path = new StringBuilder();
        for (int i = 1; i < levels.size(); i++) {
            path.append(i == 1 ? "" : "/").append(levels.get(i).name);
        }
        return path.toString();
    }

    /** An entry tells of the top folder, which so is implicit no more. */
    void explain() {
        if (!implicit.isEmpty()) {
            implicit.remove(path());
        }
    }

    /** Leaves all folders but {@code count}, and gives each that was changed its time back. */
    private void leave(int count) {
        while (levels.size() > count) {
            Level level = levels.removeLast();
            try {
                settle(level);
            } finally {
                level.fd.close();
            }
        }
    }

    private void settle(Level level) {
        if (level.changed) {
            kernel.call(FileCalls.futimens(level.fd, level.modified, level.modifiedNanos));
            level.changed = false;
        }
    }

    /** Leaves all folders, the root included. */
    void finish() {
        leave(1);
        settle(levels.getFirst());
        current = "";
    }

    @Override
    public void close() {
        while (!levels.isEmpty()) {
            levels.removeLast().fd.close();
        }
    }
}
