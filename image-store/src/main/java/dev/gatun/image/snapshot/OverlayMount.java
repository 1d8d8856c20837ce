package dev.gatun.image.snapshot;

import dev.gatun.image.ImageException;
import dev.gatun.image.file.FileAccess;
import dev.gatun.image.layer.OverlayForm;
import dev.gatun.linux.Block;
import dev.gatun.linux.Call;
import dev.gatun.linux.Errno;
import dev.gatun.linux.Fcntl;
import dev.gatun.linux.Fd;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.Kernel;
import dev.gatun.linux.Mount;
import dev.gatun.linux.MountCalls;
import dev.gatun.linux.SyscallException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Mounts folders on top of each other (Documentation/filesystems/overlayfs.rst).
 *
 * <p>Layers are given one by one, so that hundreds of them fit (Linux 6.5). Older kernels take them in one text of at most a
 * page, for which they are named by descriptors to be short.
 *
 * @param layers the topmost first
 * @param changes what is written to; without, the mount is read-only
 */
public record OverlayMount(List<Path> layers, Optional<Changes> changes, OverlayForm form) {
    /** fsconfig(2) takes no longer text, with its NUL. */
    private static final int LONGEST_PARAMETER = 255;

    /** mount(2) takes one page of options, with its NUL. */
    private static final int LONGEST_OPTIONS = 4095;

    private static final int MESSAGES = 4096;

    /**
     * Where changes go.
     *
     * @param upper the folder that holds them
     * @param work an empty folder on the same file system, overlayfs's own
     */
    public record Changes(Path upper, Path work) {}

    public OverlayMount {
        layers = List.copyOf(layers);
    }

    /** Mounts it on a folder. */
    public void mount(Kernel kernel, Path target) {
        try (var handles = new Handles(kernel)) {
            if (!mountOneByOne(kernel, target, handles)) {
                mountAtOnce(kernel, target, handles);
            }
        }
    }

    /** False if the kernel is too old. */
    private boolean mountOneByOne(Kernel kernel, Path target, Handles handles) {
        try (var configuration = new Fd(kernel, kernel.call(MountCalls.fsopen("overlay")), "overlay")) {
            for (int i = 0; i < layers.size(); i++) {
                String name = handles.nameIfTooLong(layers.get(i), LONGEST_PARAMETER);
                long result = kernel.attempt(MountCalls.fsconfigString(configuration, "lowerdir+", name));
                if (i == 0 && FileAccess.is(result, Errno.EINVAL)) {
                    return false;
                }
                check(kernel, configuration, result, target);
            }
            for (String[] option : options(handles, LONGEST_PARAMETER)) {
                Call call = option.length == 1
                        ? MountCalls.fsconfigFlag(configuration, option[0])
                        : MountCalls.fsconfigString(configuration, option[0], option[1]);
                check(kernel, configuration, kernel.attempt(call), target);
            }
            check(kernel, configuration, kernel.attempt(MountCalls.fsconfigCreate(configuration)), target);
            long attributes = changes.isPresent() ? 0 : Mount.MOUNT_ATTR_RDONLY;
            try (var mount = new Fd(kernel, kernel.call(MountCalls.fsmount(configuration, attributes)), "mount")) {
                kernel.call(MountCalls.moveMount(
                        mount, FileCalls.CURRENT_DIRECTORY, target.toString(), Mount.MOVE_MOUNT_F_EMPTY_PATH));
            }
        }
        return true;
    }

    /** As kernels before 6.5 want it. */
    void mountAtOnce(Kernel kernel, Path target, Handles handles) {
        var text = new StringBuilder("lowerdir=");
        for (int i = 0; i < layers.size(); i++) {
            text.append(i == 0 ? "" : ":").append(handles.name(layers.get(i)));
        }
        for (String[] option : options(handles, 0)) {
            text.append(',').append(String.join("=", option));
        }
        if (text.length() > LONGEST_OPTIONS) {
            throw new ImageException(
                    "unable to mount " + layers.size() + " layers on " + target
                            + ": this kernel takes them in one page of text only; use Linux 6.5 or newer, or an image of fewer layers");
        }
        long flags = changes.isPresent() ? 0 : Mount.MS_RDONLY;
        Call call = MountCalls.mount(
                Optional.of("overlay"), target.toString(), Optional.of("overlay"), flags, Optional.of(text.toString()));
        kernel.call(call);
    }

    private List<String[]> options(Handles handles, int longest) {
        var options = new ArrayList<String[]>();
        changes.ifPresent(to -> {
            options.add(new String[] {"upperdir", handles.nameIfTooLong(to.upper, longest)});
            options.add(new String[] {"workdir", handles.nameIfTooLong(to.work, longest)});
        });
        if (form == OverlayForm.USER) {
            options.add(new String[] {"userxattr"});
        } else {
            // what lies below comes from strangers: no attribute of theirs shows another place, and no change does
            // either
            options.add(new String[] {"redirect_dir", "nofollow"});
            options.add(new String[] {"metacopy", "off"});
        }
        options.add(new String[] {"index", "off"});
        return options;
    }

    /** Reports an error together with what the file system itself has to say (Linux 5.1). */
    private void check(Kernel kernel, Fd configuration, long result, Path target) {
        if (result >= 0) {
            return;
        }
        var text = new StringBuilder();
        while (true) {
            var message = Block.buffer(MESSAGES, "&message");
            long size = kernel.attempt(FileCalls.read(configuration, message));
            if (size <= 0) {
                break;
            }
            text.append("; ").append(new String(message.getBytes(0, (int) size), StandardCharsets.UTF_8).strip());
        }
        var cause = new SyscallException("overlay of " + layers.size() + " layers", (int) -result);
        throw new ImageException(
                "unable to mount " + layers.size() + " layers on " + target + ": " + cause.reason() + text, cause);
    }

    /** Descriptors of folders whose names are too long to be given to the kernel. */
    static final class Handles implements AutoCloseable {
        private final FileAccess files;
        private final List<Fd> open = new ArrayList<>();

        Handles(Kernel kernel) {
            files = new FileAccess(kernel);
        }

        String nameIfTooLong(Path path, int longest) {
            return path.toString().getBytes(StandardCharsets.UTF_8).length > longest ? name(path) : path.toString();
        }

        String name(Path path) {
            Fd handle = files.handle(FileCalls.CURRENT_DIRECTORY, path.toString());
            open.add(handle);
            return handle.path();
        }

        @Override
        public void close() {
            open.forEach(Fd::close);
        }
    }

    /** Takes a mount away, and nothing else that may be there; it goes when the last user has left it. */
    static void unmount(Kernel kernel, Path target) {
        var call = MountCalls.umount2(target.toString(), Mount.MNT_DETACH | Mount.UMOUNT_NOFOLLOW);
        long result = kernel.attempt(call);
        if (result < 0 && !FileAccess.is(result, Errno.EINVAL) && !FileAccess.is(result, Errno.ENOENT)) {
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
