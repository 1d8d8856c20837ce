package dev.gatun.container;

import dev.gatun.linux.Arg;
import dev.gatun.linux.Call;
import dev.gatun.linux.Errno;
import dev.gatun.linux.Fcntl;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.Stat;
import dev.gatun.program.Label;
import dev.gatun.program.Slot;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Ops that reach files in the container's root.
 *
 * <p>An image is hostile: any part of any path in it may be a symbolic link, and another container may change it while
 * it is looked at. So a path is resolved by the kernel, inside the root, into a descriptor, and only descriptors are
 * acted on.
 */
final class PathOps {
    private static final long IN_ROOT = Fcntl.RESOLVE_IN_ROOT | Fcntl.RESOLVE_NO_MAGICLINKS;
    private static final int FOLDER_MODE = 0755;
    private static final int FILE_MODE = 0644;

    private final Assembly assembly;

    /** What is mounted or made at a path. */
    enum Kind {
        FOLDER,
        FILE
    }

    PathOps(Assembly assembly) {
        this.assembly = assembly;
    }

    /** The call that opens {@code path} of the container; {@code flags} are {@code O_*} beside {@code O_CLOEXEC}. */
    Call open(String path, long flags, int mode) {
        return FileCalls.openat2(assembly.root, relative(path), flags | Fcntl.O_CLOEXEC, mode, IN_ROOT);
    }

    /** As {@link #open}, but no part of the path may be a symbolic link. */
    Call openNoLinks(String path, long flags) {
        return FileCalls.openat2(
                assembly.root, relative(path), flags | Fcntl.O_CLOEXEC, 0, IN_ROOT | Fcntl.RESOLVE_NO_SYMLINKS);
    }

    /**
     * Adds ops that leave a descriptor of {@code path}, which is made if it is not there.
     *
     * @param links whether parts of the path may be symbolic links (inside the root)
     */
    Slot openOrMake(String path, Kind kind, boolean links, String purpose) {
        var program = assembly.program;
        Slot target = program.slot(slotName(path));
        Label found = program.label("found " + path);
        Label missing = program.label("make " + path);
        String real = links ? assembly.view.resolve(path) : path;
        long flags = Fcntl.O_PATH | (kind == Kind.FOLDER ? Fcntl.O_DIRECTORY : 0);
        Call open = links ? open(path, flags, 0) : openNoLinks(path, flags);
        program.call(open, purpose).to(target).onError(missing, Errno.ENOENT);
        program.place(found);
        assembly.detour(() -> {
            program.section("mount points that are missing");
            program.place(missing);
            make(real, kind);
            program.call(open, purpose).to(target);
            program.jump(found, "go on with " + path);
        });
        return target;
    }

    private void make(String path, Kind kind) {
        var program = assembly.program;
        List<String> components = components(path);
        Arg parent = assembly.root;
        var done = new StringBuilder();
        for (int i = 0; i < components.size(); i++) {
            String name = components.get(i);
            boolean last = i == components.size() - 1;
            done.append('/').append(name);
            if (last && kind == Kind.FILE) {
                program.call(FileCalls.mknodat(parent, name, Stat.S_IFREG | FILE_MODE, 0), "make the file " + done)
                        .tolerate(Errno.EEXIST);
            } else {
                program.call(FileCalls.mkdirat(parent, name, FOLDER_MODE), "make the folder " + done)
                        .tolerate(Errno.EEXIST);
            }
            if (!last) {
                Slot folder = program.slot(slotName(done.toString()));
                program.call(open(done.toString(), Fcntl.O_PATH | Fcntl.O_DIRECTORY, 0), "go into the folder " + done)
                        .to(folder);
                parent = folder;
            }
        }
    }

    private static List<String> components(String path) {
        var components = new ArrayList<String>();
        for (Path component : Path.of(path).normalize()) {
            components.add(component.toString());
        }
        return components;
    }

    /** What the listing calls the descriptor of a path, as strace -y does. */
    static String slotName(String path) {
        return "<" + path + ">";
    }

    /** The path without its leading slashes, as the calls with a directory descriptor take it. */
    static String relative(String path) {
        int start = 0;
        while (start < path.length() && path.charAt(start) == '/') {
            start++;
        }
        return start == path.length() ? "." : path.substring(start);
    }
}
