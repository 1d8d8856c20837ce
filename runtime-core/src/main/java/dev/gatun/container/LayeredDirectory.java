package dev.gatun.container;

import dev.gatun.linux.Kernel;
import dev.gatun.linux.Stat;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * What folders in overlayfs's form come to when they lie on top of each other, looked at without mounting them, which
 * takes root (Documentation/filesystems/overlayfs.rst, "Upper and Lower", "whiteouts and opaque directories").
 */
final class LayeredDirectory extends LinkedView {
    private final List<RootDirectory> layers = new ArrayList<>();

    /** What a path leads to: the file that is seen, and if it is a folder the layers that it is put together of. */
    private record Place(ImageFile file, List<RootDirectory> layers) {}

    /**
     * Opens the folders.
     *
     * @param folders the topmost first
     */
    LayeredDirectory(Kernel kernel, List<Path> folders) {
        try {
            for (Path folder : folders) {
                layers.add(new RootDirectory(kernel, folder));
            }
        } catch (RuntimeException | Error failed) {
            close();
            throw failed;
        }
    }

    @Override
    public String resolve(String path) {
        return walk(path);
    }

    @Override
    String readLink(List<String> components) {
        return place(components).map(place -> place.file.target()).orElse("");
    }

    @Override
    public Optional<ImageFile> find(String path) {
        int slash = path.lastIndexOf('/');
        List<String> names = names(resolve(path.substring(0, slash + 1)));
        names.addAll(names(path.substring(slash)));
        return place(names).map(Place::file);
    }

    @Override
    public String read(String path) {
        String resolved = resolve(path);
        Optional<Place> place = place(names(resolved));
        return place.isEmpty() ? "" : place.get().layers.getFirst().read(resolved);
    }

    @Override
    List<String> list(String folder) {
        String resolved = resolve(folder);
        Optional<Place> place = place(names(resolved));
        var names = new TreeSet<String>();
        if (place.isPresent()) {
            for (RootDirectory layer : place.get().layers) {
                names.addAll(layer.list(resolved));
            }
        }
        // a name that is removed is still there, as the mark of that
        names.removeIf(name -> find(folder + "/" + name).isEmpty());
        return List.copyOf(names);
    }

    private static List<String> names(String path) {
        var names = new ArrayList<String>();
        for (String name : path.split("/", -1)) {
            if (!name.isEmpty()) {
                names.add(name);
            }
        }
        return names;
    }

    /** Looks for a path in which no name but the last is a symbolic link. */
    private Optional<Place> place(List<String> names) {
        var place = new Place(layers.getFirst().find("/").orElseThrow(), layers);
        var path = new StringBuilder();
        for (String name : names) {
            Optional<Place> next = merge(path.append('/').append(name).toString(), place.layers);
            if (next.isEmpty()) {
                return next;
            }
            place = next.get();
        }
        return Optional.of(place);
    }

    /** What the layers of a folder have at a path in it. */
    private static Optional<Place> merge(String path, List<RootDirectory> parents) {
        var having = new ArrayList<RootDirectory>();
        ImageFile seen = null;
        for (RootDirectory layer : parents) {
            Optional<ImageFile> there = layer.find(path);
            if (there.isEmpty()) {
                continue;
            }
            boolean folder = there.get().type() == Stat.S_IFDIR;
            if (there.get().isWhiteout() || (seen != null && !folder)) {
                break;
            }
            seen = seen == null ? there.get() : seen;
            having.add(layer);
            if (!folder || layer.isOpaque(path)) {
                break;
            }
        }
        return seen == null ? Optional.empty() : Optional.of(new Place(seen, having));
    }

    @Override
    public void close() {
        layers.forEach(RootDirectory::close);
    }
}
