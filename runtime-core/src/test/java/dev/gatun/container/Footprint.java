package dev.gatun.container;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What containers of this JVM could leave behind, at one moment.
 *
 * <p>Only what is this JVM's own is counted, as others may run containers meanwhile: its descriptors, its children, and
 * the mounts, processes and files that have to do with one bundle's folder.
 *
 * @param descriptors what its descriptors stand for (memory files included), but for archives that classes come from
 * @param children its children, ended ones that nobody has waited for included
 * @param mounts mounts of its mount namespace on the bundle's folder or on a folder of the host
 * @param residents processes that have a mount of the bundle's folder
 * @param files of the bundle
 */
record Footprint(
        List<String> descriptors,
        List<String> children,
        List<String> mounts,
        List<String> residents,
        SortedSet<String> files) {

    static Footprint of(Path folder) {
        return new Footprint(openDescriptors(), ownChildren(), mountsOn(folder), processesOn(folder), filesOf(folder));
    }

    private static List<String> openDescriptors() {
        var found = new ArrayList<String>();
        for (Path link : list(Path.of("/proc/self/fd"))) {
            try {
                String target = Files.readSymbolicLink(link).toString();
                // a pipe's or socket's number says which it is; the listing's own descriptor is gone by now
                if (!target.endsWith(".jar") && !target.endsWith(".class") && !target.startsWith("/proc/")) {
                    found.add(target);
                }
            } catch (IOException closed) {
                // the descriptor that the listing itself was read from, for one
            }
        }
        Collections.sort(found);
        return found;
    }

    private static List<String> ownChildren() {
        String self = Long.toString(ProcessHandle.current().pid());
        var found = new ArrayList<String>();
        for (Path process : processes()) {
            String stat = readIfThere(process.resolve("stat"));
            if (!stat.isEmpty()) {
                String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
                if (fields[1].equals(self)) {
                    found.add(stat.substring(0, stat.lastIndexOf(')') + 1) + (fields[0].equals("Z") ? " ended" : ""));
                }
            }
        }
        Collections.sort(found);
        return found;
    }

    private static List<String> processesOn(Path folder) {
        var found = new ArrayList<String>();
        for (Path process : processes()) {
            if (readIfThere(process.resolve("mountinfo"))
                    .contains(folder.getFileName().toString())) {
                found.add(
                        process + " " + readIfThere(process.resolve("cmdline")).replace('\0', ' '));
            }
        }
        Collections.sort(found);
        return found;
    }

    private static List<Path> processes() {
        return list(Path.of("/proc")).stream()
                .filter(path -> Character.isDigit(path.getFileName().toString().charAt(0)))
                .toList();
    }

    private static List<String> mountsOn(Path folder) {
        String temporary = folder.getParent() + "/";
        return readIfThere(Path.of("/proc/self/mountinfo"))
                .lines()
                .filter(line -> {
                    String mountPoint = line.split(" ", 6)[4];
                    // what else is mounted below the folder of temporary files is somebody else's
                    return line.contains(folder.toString()) || !mountPoint.startsWith(temporary);
                })
                .sorted()
                .toList();
    }

    static SortedSet<String> filesOf(Path folder) {
        var found = new TreeSet<String>();
        if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            return found;
        }
        try (Stream<Path> tree = Files.walk(folder)) {
            tree.forEach(path -> found.add(folder.relativize(path).toString()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }

    private static List<Path> list(Path folder) {
        var found = new ArrayList<Path>();
        try (DirectoryStream<Path> paths = Files.newDirectoryStream(folder)) {
            paths.forEach(found::add);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }

    private static String readIfThere(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        } catch (IOException gone) {
            return "";
        }
    }
}
