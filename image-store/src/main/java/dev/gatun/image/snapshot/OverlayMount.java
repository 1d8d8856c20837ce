package dev.gatun.image.snapshot;

import dev.gatun.image.ImageException;
import dev.gatun.image.file.FileAccess;
import dev.gatun.image.layer.OverlayForm;
import dev.gatun.linux.Call;
import dev.gatun.linux.Errno;
import dev.gatun.linux.Fcntl;
import dev.gatun.linux.Fd;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.Kernel;
import dev.gatun.linux.Mount;
import dev.gatun.linux.MountCalls;
import dev.gatun.linux.OwnThread;
import dev.gatun.linux.ProcessCalls;
import dev.gatun.linux.Sched;
import dev.gatun.linux.SyscallException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Mounts folders on top of each other (Documentation/filesystems/overlayfs.rst).
 *
 * <p>mount(2) takes a page of options. So layers get short names, links in a folder that they are all named from: in that
 * way every kernel takes as many as overlayfs can lay over each other. (To be given them one by one it must be Linux 6.5.)
 *
 * @param base the folder that all names are taken from
 * @param layers the topmost first
 * @param changes what is written to; without, the mount is read-only
 */
public record OverlayMount(Path base, List<String> layers, Optional<Changes> changes, OverlayForm form) {
    private static final String TYPE = "overlay";

    /** OVL_MAX_STACK. */
    private static final int MOST_LAYERS = 500;

    /** One page, with its NUL; the kernel takes no notice of what is behind it. */
    private static final int LONGEST_OPTIONS = 4095;

    private static final String LINKS = "l";

    /**
     * Where changes go.
     *
     * @param upper the folder that holds them
     * @param work an empty folder on the same file system, overlayfs's own
     */
    public record Changes(String upper, String work) {}

    public OverlayMount {
        layers = List.copyOf(layers);
    }

    /** Gives folders short names in {@code base}, in place of others that had them; {@link #links} tells them. */
    static void link(Kernel kernel, Path base, List<Path> folders) {
        var files = new FileAccess(kernel);
        Path links = base.resolve(LINKS);
        try (Fd above = files.folder(base)) {
            files.remove(above, LINKS);
            kernel.call(FileCalls.mkdirat(above, LINKS, 0700));
        }
        try (Fd in = files.folder(links)) {
            for (int i = 0; i < folders.size(); i++) {
                String target = links.relativize(folders.get(i)).toString();
                kernel.call(FileCalls.symlinkat(target, in, Integer.toString(i)));
            }
        }
    }

    /** The names that {@link #link} gives to so many folders. */
    static List<String> links(int count) {
        var names = new ArrayList<String>(count);
        for (int i = 0; i < count; i++) {
            names.add(LINKS + "/" + i);
        }
        return names;
    }

    /**
     * What mount(2) is told, by who stands in {@code base}.
     *
     * @throws ImageException if there are too many layers
     */
    public String options() {
        if (layers.size() > MOST_LAYERS) {
            throw new ImageException("unable to mount " + layers.size() + " layers: overlayfs takes no more than "
                    + MOST_LAYERS + "; make an image of fewer");
        }
        var text = new StringBuilder("lowerdir=").append(String.join(":", layers));
        changes.ifPresent(to ->
                text.append(",upperdir=").append(to.upper).append(",workdir=").append(to.work));
        if (form == OverlayForm.USER) {
            text.append(",userxattr");
        } else {
            // what lies below comes from strangers: no attribute of theirs shows another place, and no change does
            // either
            text.append(",redirect_dir=nofollow,metacopy=off");
        }
        text.append(",index=off");
        if (text.length() > LONGEST_OPTIONS) {
            throw new IllegalStateException("names of layers are too long: " + layers.getFirst());
        }
        return text.toString();
    }

    /** Mounts it on a folder. */
    public void mount(Kernel kernel, Path target) {
        long flags = changes.isPresent() ? 0 : Mount.MS_RDONLY;
        Call call = MountCalls.mount(
                Optional.of(TYPE), target.toString(), Optional.of(TYPE), flags, Optional.of(options()));
        long result = OwnThread.run(TYPE, () -> {
            kernel.call(ProcessCalls.unshare(Sched.CLONE_FS));
            kernel.call(FileCalls.chdir(base.toString()));
            return kernel.attempt(call);
        });
        if (result < 0) {
            var cause = new SyscallException(call.toString(), (int) -result);
            throw new ImageException(
                    "unable to mount " + layers.size() + " layers on " + target + ": " + cause.reason()
                            + "; the kernel's log (dmesg) may say more",
                    cause);
        }
    }

    /** Takes a mount away, and nothing else that may be there; it goes when the last user has left it. */
    static void unmount(Kernel kernel, Path target) {
        var call = MountCalls.umount2(target.toString(), Mount.MNT_DETACH | Mount.UMOUNT_NOFOLLOW);
        long result = kernel.attempt(call);
        // who may not unmount has mounted nothing
        boolean none = FileAccess.is(result, Errno.EINVAL)
                || FileAccess.is(result, Errno.ENOENT)
                || FileAccess.is(result, Errno.EPERM);
        if (result < 0 && !none) {
            throw new SyscallException(call.toString(), (int) -result);
        }
    }

    /** Opens the root of what is mounted on a folder. */
    static Fd root(Kernel kernel, Path target) {
        int flags = Fcntl.O_RDONLY | Fcntl.O_DIRECTORY | Fcntl.O_CLOEXEC;
        return new Fd(
                kernel,
                kernel.call(FileCalls.openat(FileCalls.CURRENT_DIRECTORY, target.toString(), flags, 0)),
                target.toString());
    }
}
