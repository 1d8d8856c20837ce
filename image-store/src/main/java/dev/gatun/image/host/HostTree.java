package dev.gatun.image.host;

import dev.gatun.image.ImageException;
import dev.gatun.image.file.FileAccess;
import dev.gatun.image.file.FileStatus;
import dev.gatun.image.file.IdShift;
import dev.gatun.image.file.TreeCopy;
import dev.gatun.linux.Fd;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.Kernel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** A tree that has some of the host's files, each where it is on the host: links on the way to it are there, too. */
final class HostTree {
    private static final int MOST_LINKS = 40;

    private final Kernel kernel;
    private final FileAccess files;
    private final Path root;
    private final IdShift owners;

    HostTree(Kernel kernel, Path root, IdShift owners) {
        this.owners = owners;
        this.kernel = kernel;
        this.files = new FileAccess(kernel);
        this.root = root;
    }

    /** Copies a file, or a folder with all that is in it. */
    void add(String path) {
        var rest = new ArrayDeque<>(List.of(path.split("/")));
        var done = new ArrayList<String>();
        int links = 0;
        while (!rest.isEmpty()) {
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
            try (Fd from = open(Path.of("/"), done);
                    Fd to = open(root, done)) {
                FileStatus status = files.findStatus(from, name)
                        .orElseThrow(() -> new ImageException(path + " is not on this host"));
                boolean there = files.findStatus(to, name).isPresent();
                if (status.isLink()) {
                    if (++links > MOST_LINKS) {
                        throw new ImageException(path + " lies behind more than " + MOST_LINKS + " symbolic links");
                    }
                    if (!there) {
                        TreeCopy.file(kernel, from, name, to, name, owners);
                    }
                    String target = files.linkTarget(from, name);
                    if (target.startsWith("/")) {
                        done.clear();
                    }
                    List.of(target.split("/")).reversed().forEach(rest::addFirst);
                    continue;
                }
                copy(from, to, name, status, there, rest.isEmpty());
                done.add(name);
            }
        }
    }

    private void copy(Fd from, Fd to, String name, FileStatus status, boolean there, boolean last) {
        if (!status.isFolder()) {
            if (!there) {
                TreeCopy.file(kernel, from, name, to, name, owners);
            }
            return;
        }
        if (!there) {
            kernel.call(FileCalls.mkdirat(to, name, 0755));
        }
        try (Fd fromChild = files.folder(from, name);
                Fd toChild = files.folder(to, name)) {
            if (last) {
                if (!files.names(toChild).isEmpty()) {
                    throw new ImageException(name + ": name a folder before what is in it");
                }
                TreeCopy.contents(kernel, fromChild, toChild, owners);
            } else if (!there) {
                TreeCopy.description(kernel, fromChild, toChild, owners);
            }
        }
    }

    /** Writes a file that the host has otherwise. */
    void write(String path, String content) {
        try {
            Path file = root.resolve(path);
            Files.createDirectories(file.getParent());
            Files.writeString(file, content);
            Files.setLastModifiedTime(file, FileTime.fromMillis(0));
        } catch (IOException failed) {
            throw new ImageException("unable to write " + path + ": " + failed.getMessage(), failed);
        }
    }

    /** Gives all folders a time that says nothing, so that the same host gives the same image. */
    void settle() {
        // a temporary folder is its owner's only, and the root of an image everybody's
        kernel.call(FileCalls.fchmodat(FileCalls.CURRENT_DIRECTORY, root.toString(), 0755));
        try (Fd fd = files.folder(root)) {
            settle(fd);
        }
    }

    private void settle(Fd folder) {
        for (String name : files.names(folder)) {
            files.findFolder(folder, name).ifPresent(child -> {
                try (child) {
                    settle(child);
                }
            });
        }
        kernel.call(FileCalls.futimens(folder, 0, 0));
    }

    private Fd open(Path start, List<String> names) {
        Fd fd = files.folder(start);
        for (String name : names) {
            try (Fd parent = fd) {
                fd = files.folder(parent, name);
            }
        }
        return fd;
    }
}
