package dev.gatun.clients;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Removes the control groups that a client leaves behind under one name, unless they were there before. */
final class CgroupsLeft implements AutoCloseable {
    private static final Path HIERARCHIES = Path.of("/sys/fs/cgroup");

    private final String name;
    private final List<Path> before;

    CgroupsLeft(String name) {
        this.name = name;
        this.before = folders();
    }

    private List<Path> folders() {
        try (Stream<Path> hierarchies = Files.list(HIERARCHIES)) {
            return Stream.concat(Stream.of(HIERARCHIES), hierarchies.filter(Files::isDirectory))
                    .map(hierarchy -> hierarchy.resolve(name))
                    .filter(Files::isDirectory)
                    .distinct()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        for (Path folder : folders()) {
            if (!before.contains(folder)) {
                Room.await(folder + " can be removed", () -> remove(folder));
            }
        }
    }

    /** Whether it is gone: a group goes only after the last process in it, which may still be ending. */
    private static boolean remove(Path folder) {
        try (Stream<Path> tree = Files.walk(folder)) {
            List<Path> groups = tree.filter(Files::isDirectory)
                    .sorted(Comparator.reverseOrder())
                    .toList();
            for (Path group : groups) {
                Files.delete(group);
            }
            return true;
        } catch (IOException | UncheckedIOException busy) {
            return false;
        }
    }
}
