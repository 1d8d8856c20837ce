package dev.gatun.image.file;

import dev.gatun.linux.Fd;
import dev.gatun.linux.FileName;
import dev.gatun.linux.Kernel;
import dev.gatun.linux.Text;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** All that can be told of the files below a folder, a line each, for tests that compare. */
public final class TreeListing {
    private final FileAccess files = new FileAccess(Kernel.load());
    private final SortedMap<String, String> lines = new TreeMap<>();
    private final Map<Long, String> firstNames = new HashMap<>();

    private TreeListing() {}

    /** Paths from the folder (which is ""), and their lines. */
    public static SortedMap<String, String> of(Path folder) {
        var listing = new TreeListing();
        try (Fd root = listing.files.folder(folder)) {
            listing.add("", root, listing.files.status(root));
            listing.children(root, "");
        }
        return listing.lines;
    }

    /** What is different, a line each. */
    public static List<String> differences(Map<String, String> expected, Map<String, String> actual) {
        var names = new TreeSet<>(expected.keySet());
        names.addAll(actual.keySet());
        return names.stream()
                .filter(name -> !Objects.equals(expected.get(name), actual.get(name)))
                .map(name -> name + ": " + expected.get(name) + " / " + actual.get(name))
                .toList();
    }

    private void children(Fd folder, String path) {
        for (String name : files.sortedNames(folder)) {
            String whole = path + "/" + name;
            FileStatus status = files.status(folder, name);
            if (status.isFolder()) {
                try (Fd inside = files.folder(folder, name)) {
                    add(whole, inside, status);
                    children(inside, whole);
                }
            } else {
                try (Fd handle = files.handle(folder, name)) {
                    String extra = "";
                    if (status.isLink()) {
                        extra = " -> " + Text.quoted(files.linkTarget(folder, name));
                    } else if (status.isFile()) {
                        extra = " " + hash(handle);
                    }
                    String first = firstNames.putIfAbsent(status.inode(), whole);
                    add(whole, handle, status, extra + (first == null ? "" : " = " + Text.quoted(first)));
                }
            }
        }
    }

    private void add(String path, Fd file, FileStatus status) {
        add(path, file, status, "");
    }

    private void add(String path, Fd file, FileStatus status, String extra) {
        var line = new StringBuilder();
        line.append(Integer.toOctalString(status.mode()))
                .append(' ')
                .append(status.uid())
                .append(':')
                .append(status.gid())
                .append(' ')
                .append(status.isFolder() ? 0 : status.size())
                .append(' ')
                .append(status.modified())
                .append('.')
                .append(status.modifiedNanos())
                .append(" dev ")
                .append(status.special())
                .append(" links ")
                .append(status.isFolder() ? 0 : status.links());
        files.attributes(file)
                .forEach((name, value) -> line.append(' ')
                        .append(name)
                        .append('=')
                        .append(HexFormat.of().formatHex(value)));
        lines.put(Text.quoted(path), line.append(extra).toString());
    }

    private static String hash(Fd handle) {
        try (var in = Files.newInputStream(Path.of(handle.path()))) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            in.transferTo(new java.security.DigestOutputStream(java.io.OutputStream.nullOutputStream(), digest));
            return HexFormat.of().formatHex(digest.digest(), 0, 8);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (java.security.NoSuchAlgorithmException impossible) {
            throw new AssertionError(impossible);
        }
    }

    /** The name of bytes. */
    public static String name(int... bytes) {
        var name = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            name[i] = (byte) bytes[i];
        }
        return FileName.decode(name);
    }
}
