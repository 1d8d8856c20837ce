package dev.gatun.container;

import dev.gatun.linux.Errno;
import dev.gatun.linux.Fcntl;
import dev.gatun.linux.Fd;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.Mount;
import dev.gatun.linux.MountCalls;
import dev.gatun.linux.ProcessCalls;
import dev.gatun.linux.Sched;
import dev.gatun.oci.Linux;
import dev.gatun.oci.Namespace;
import dev.gatun.oci.Propagation;
import dev.gatun.program.Label;
import dev.gatun.program.Slot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Ops that make a folder the root of the container, and leave the host's behind. */
final class RootfsOps {
    /** A folder that every machine has; what is mounted on it is seen by the container's first process only. */
    private static final String SCRATCH = "/tmp";

    /** Mounts of the host appear in the container, but not the other way round. */
    private static final long SEPARATE = Mount.MS_REC | Mount.MS_SLAVE;

    private static final int OPEN = Fcntl.O_PATH | Fcntl.O_DIRECTORY | Fcntl.O_NOFOLLOW | Fcntl.O_CLOEXEC;

    /** proc_pid_mountinfo(5), counted from 0. */
    private static final int MOUNT_POINT = 4;

    private final Assembly assembly;
    private final Slot hostMounts;
    private final LayerOps layers;

    /**
     * Ops for a root.
     *
     * @param layers mount the layers of an image
     */
    RootfsOps(Assembly assembly, LayerOps layers) {
        this.assembly = assembly;
        this.layers = layers;
        this.hostMounts = assembly.program.slot("host_mounts");
    }

    /** Before a namespace of mounts is made: notes the host's, if the container is to be in that. */
    void rememberHost() {
        if (!assembly.namespaces.has(Namespace.Type.MOUNT)) {
            assembly.program
                    .call(
                            FileCalls.openat(
                                    FileCalls.CURRENT_DIRECTORY,
                                    "/proc/self/ns/mnt",
                                    Fcntl.O_RDONLY | Fcntl.O_CLOEXEC,
                                    0),
                            "open the host's mount namespace")
                    .to(hostMounts);
        }
    }

    /** Mounts the root file system, so that it can be pivoted to and made read-only without the host noticing. */
    void mount() {
        var program = assembly.program;
        long flags = separation(assembly.spec.linux());
        program.call(MountCalls.propagation("/", flags), "set how mounts of host and container affect each other");
        String folder = assembly.source.folder().toString();
        boolean separates = (flags & Mount.MS_REC) != 0 && (flags & Mount.MS_SHARED) == 0;
        if (!separates) {
            makeMountOfPrivate(mountPoint());
        }
        if (assembly.source instanceof RootSource.ScratchCopy) {
            mountScratch(folder);
        } else if (assembly.source instanceof RootSource.Layers source) {
            layers.mount(source);
            open();
        } else if (assembly.source.mount().isPresent()) {
            attach(assembly.source.mount().get());
        } else {
            mountFolder(folder);
        }
    }

    /** {@code MS_*}: what the host's mounts become where the container sees them, while it is set up. */
    static long separation(Linux linux) {
        // what is unbindable could not be bound here, and becomes so in the end
        return propagation(linux)
                .filter(wanted -> (wanted & Mount.MS_UNBINDABLE) == 0)
                .orElse(SEPARATE);
    }

    private String mountPoint() {
        if (assembly.source instanceof RootSource.ScratchCopy) {
            return SCRATCH;
        }
        return assembly.source.mount().isPresent()
                ? "/"
                : assembly.source.folder().toString();
    }

    /** What is mounted on a shared mount is mounted on the host's too, and cannot be pivoted to. */
    private void makeMountOfPrivate(String path) {
        var program = assembly.program;
        String purpose = "keep the root file system from the host";
        Label done = program.label("made private");
        for (Path folder = real(path); folder.getParent() != null; folder = folder.getParent()) {
            Label next = program.label("above " + folder);
            program.call(MountCalls.propagation(folder.toString(), Mount.MS_PRIVATE), purpose)
                    .onError(next, Errno.EINVAL);
            program.jump(done, "go on, as " + folder + " is a mount");
            program.place(next);
        }
        program.call(MountCalls.propagation("/", Mount.MS_PRIVATE), purpose);
        program.place(done);
    }

    private static Path real(String path) {
        try {
            return Path.of(path).toRealPath();
        } catch (IOException e) {
            throw new ContainerException("find " + path + ": " + StateFolder.reason(e), e);
        }
    }

    private void mountFolder(String folder) {
        var program = assembly.program;
        program.call(
                        MountCalls.openTree(
                                FileCalls.CURRENT_DIRECTORY,
                                folder,
                                Mount.OPEN_TREE_CLONE | Mount.OPEN_TREE_CLOEXEC | Fcntl.AT_RECURSIVE),
                        "take the root file system " + folder)
                .to(assembly.root);
        program.call(
                MountCalls.moveMount(assembly.root, FileCalls.CURRENT_DIRECTORY, folder, Mount.MOVE_MOUNT_F_EMPTY_PATH),
                "mount the root file system on itself");
    }

    /** The folder as the lower layer of an overlay, whose upper layer is memory that goes with the container. */
    private void mountScratch(String lower) {
        var program = assembly.program;
        Slot scratch = program.slot("scratch");
        FilesystemOps.make(
                assembly,
                "tmpfs",
                List.of("mode=0755"),
                0,
                scratch,
                "make a layer in memory for what the container writes");
        program.call(
                MountCalls.moveMount(scratch, FileCalls.CURRENT_DIRECTORY, SCRATCH, Mount.MOVE_MOUNT_F_EMPTY_PATH),
                "mount that layer where only this process sees it");
        program.call(FileCalls.mkdirat(scratch, "upper", 0755), "make the folder of what is written");
        program.call(FileCalls.mkdirat(scratch, "work", 0755), "make the overlay's own folder");
        FilesystemOps.make(
                assembly,
                "overlay",
                List.of("lowerdir=" + lower, "upperdir=" + SCRATCH + "/upper", "workdir=" + SCRATCH + "/work"),
                0,
                assembly.root,
                "lay the two over each other");
        program.call(
                MountCalls.moveMount(
                        assembly.root, FileCalls.CURRENT_DIRECTORY, SCRATCH, Mount.MOVE_MOUNT_F_EMPTY_PATH),
                "mount the root file system");
        assembly.close(scratch);
    }

    /** A mount that was made before, on top of the root: who stands in a root does not see what is mounted on it. */
    private void attach(Fd mount) {
        assembly.program.call(
                MountCalls.moveMount(mount, FileCalls.CURRENT_DIRECTORY, "/", Mount.MOVE_MOUNT_F_EMPTY_PATH),
                "mount the root file system");
        assembly.program.call(FileCalls.openat(mount, ".", OPEN, 0), "open it").to(assembly.root);
        assembly.close(mount);
    }

    private void open() {
        String rootfs = assembly.source.folder().toString();
        assembly.program
                .call(
                        FileCalls.openat(FileCalls.CURRENT_DIRECTORY, rootfs, OPEN, 0),
                        "open the root file system " + rootfs)
                .to(assembly.root);
    }

    void makeReadOnly() {
        assembly.program.call(
                MountCalls.mountSetattr(
                        assembly.root, Fcntl.AT_EMPTY_PATH, Mount.MOUNT_ATTR_RDONLY, 0, 0, Optional.empty()),
                "make the root file system read-only");
    }

    /** Makes the root file system the root. */
    void enter() {
        var program = assembly.program;
        program.call(FileCalls.fchdir(assembly.root), "go to the root file system");
        // pivot_root(2), NOTES: with "." twice the old root lies on top of the new one, and is unmounted from there
        program.call(MountCalls.pivotRoot(".", "."), "make it the root, with the host's root on top");
        if (propagation().isPresent()) {
            program.call(
                    MountCalls.propagation(".", Mount.MS_REC | Mount.MS_SLAVE), "keep the host's mounts as they are");
        }
        program.call(MountCalls.umount2(".", Mount.MNT_DETACH), "leave the host's root");
        program.call(FileCalls.chdir("/"), "stand in the new root");
        assembly.close(assembly.root);
        if (propagation().isPresent()) {
            program.call(MountCalls.propagation("/", propagation().get()), "set the root's propagation");
        }
    }

    /**
     * Makes the root file system the root of a process in the host's mount namespace.
     *
     * <p>It takes a copy along that is attached nowhere: the host does not see what is mounted in it, and it goes with
     * the last process whose root it is.
     */
    void enterFromHost() {
        var program = assembly.program;
        Slot tree = program.slot("tree");
        program.call(
                        MountCalls.openTree(
                                assembly.root,
                                "",
                                Mount.OPEN_TREE_CLONE
                                        | Mount.OPEN_TREE_CLOEXEC
                                        | Fcntl.AT_EMPTY_PATH
                                        | Fcntl.AT_RECURSIVE),
                        "take the root file system along with all that is mounted in it")
                .to(tree);
        assembly.close(assembly.root);
        program.call(ProcessCalls.setns(hostMounts, Sched.CLONE_NEWNS), "go back to the host's mount namespace");
        assembly.close(hostMounts);
        program.call(FileCalls.fchdir(tree), "go to the root file system");
        program.call(FileCalls.chroot("."), "make it the root");
        assembly.close(tree);
    }

    /**
     * Makes the root file system the root by moving it over the host's, where that cannot be pivoted away (an initramfs).
     *
     * <p>What lies below can be reached by who may unmount the root; the host's procfs and sysfs, at least, are not
     * there any more (as runc, msMoveRoot).
     */
    void moveOver() {
        var program = assembly.program;
        for (String mount : hostViews()) {
            program.call(MountCalls.umount2(mount, Mount.MNT_DETACH), "leave the host's " + mount)
                    .tolerate(Errno.EINVAL);
        }
        program.call(FileCalls.fchdir(assembly.root), "go to the root file system");
        program.call(
                MountCalls.mount(Optional.of("."), "/", Optional.empty(), Mount.MS_MOVE, Optional.empty()),
                "move it over the host's root");
        program.call(FileCalls.chroot("."), "make it the root");
        program.call(FileCalls.chdir("/"), "stand in the new root");
        assembly.close(assembly.root);
        if (propagation().isPresent()) {
            program.call(MountCalls.propagation("/", propagation().get()), "set the root's propagation");
        }
    }

    /** Where the host has mounted procfs and sysfs, the last first. */
    private List<String> hostViews() {
        var mounts = new ArrayList<String>();
        String below = assembly.source.folder() + "/";
        try {
            for (String line : Files.readAllLines(Path.of("/proc/self/mountinfo"))) {
                boolean view = line.contains(" - proc ") || line.contains(" - sysfs ");
                String point = line.split(" ", -1)[MOUNT_POINT];
                if (view && !point.startsWith(below)) {
                    mounts.addFirst(point);
                }
            }
        } catch (IOException e) {
            throw new ContainerException("read /proc/self/mountinfo: " + StateFolder.reason(e), e);
        }
        return mounts;
    }

    private Optional<Long> propagation() {
        return propagation(assembly.spec.linux());
    }

    private static Optional<Long> propagation(Linux linux) {
        return linux.rootfsPropagation().map(RootfsOps::flags);
    }

    private static long flags(Propagation propagation) {
        return switch (propagation) {
            case PRIVATE -> Mount.MS_PRIVATE;
            case RPRIVATE -> Mount.MS_PRIVATE | Mount.MS_REC;
            case SLAVE -> Mount.MS_SLAVE;
            case RSLAVE -> Mount.MS_SLAVE | Mount.MS_REC;
            case SHARED -> Mount.MS_SHARED;
            case RSHARED -> Mount.MS_SHARED | Mount.MS_REC;
            case UNBINDABLE -> Mount.MS_UNBINDABLE;
            case RUNBINDABLE -> Mount.MS_UNBINDABLE | Mount.MS_REC;
        };
    }
}
