package dev.gatun.container;

import dev.gatun.linux.Stat;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** A view that goes through the names of a path, and through folders, one after the other. */
abstract class LinkedView implements RootView {
    private static final int MAX_LINKS = 40;

    /** The target of the link that the components name, or an empty string if they name no link; none before the last is one. */
    abstract String readLink(List<String> components);

    /** The names in a folder, in order; none if it is no folder. */
    abstract List<String> list(String folder);

    /** Resolves one component after the other; each link is read without following anything. */
    final String walk(String path) {
        Deque<String> rest = new ArrayDeque<>(List.of(path.split("/", -1)));
        List<String> done = new ArrayList<>();
        int links = 0;
        while (!rest.isEmpty()) {
            String component = rest.pop();
            if (component.isEmpty() || component.equals(".")) {
                continue;
            }
            if (component.equals("..")) {
                climb(done, path);
                continue;
            }
            done.add(component);
            String target = readLink(done);
            if (target.isEmpty()) {
                continue;
            }
            if (++links > MAX_LINKS) {
                throw new ContainerException(
                        path + ": more than " + MAX_LINKS + " symbolic links in the root file system");
            }
            done.removeLast();
            if (target.startsWith("/")) {
                done.clear();
            }
            String[] parts = target.split("/", -1);
            for (int i = parts.length - 1; i >= 0; i--) {
                rest.push(parts[i]);
            }
        }
        return "/" + String.join("/", done);
    }

    private static void climb(List<String> done, String path) {
        if (done.isEmpty()) {
            throw new ContainerException(path
                    + ": a symbolic link on this path leads out of the root file system; remove it from the image");
        }
        done.removeLast();
    }

    @Override
    public final List<ImageFile> below(String folder) {
        var found = new ArrayList<ImageFile>();
        addBelow(folder, found);
        return found;
    }

    private void addBelow(String folder, List<ImageFile> found) {
        for (String name : list(folder)) {
            Optional<ImageFile> file = find(folder + "/" + name);
            if (file.isPresent()) {
                found.add(file.get());
                if (file.get().type() == Stat.S_IFDIR) {
                    addBelow(file.get().path(), found);
                }
            }
        }
    }
}
