package dev.gatun.container;

import dev.gatun.linux.Block;
import dev.gatun.linux.Errno;
import dev.gatun.linux.Fcntl;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.Kernel;
import dev.gatun.linux.Mount;
import dev.gatun.linux.MountCalls;
import dev.gatun.linux.Stat;
import dev.gatun.linux.Structs;
import dev.gatun.program.Label;
import dev.gatun.program.Slot;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Ops that hide paths of the container, or make them read-only; a path that does not exist needs neither. */
final class RestrictionOps {
    private static final String NULL = "/dev/null";
    private static final int NULL_MAJOR = 1;
    private static final int NULL_MINOR = 3;

    private final Assembly assembly;
    private final PathOps paths;

    RestrictionOps(Assembly assembly, PathOps paths) {
        this.assembly = assembly;
        this.paths = paths;
    }

    /** Covers files with the host's {@code /dev/null} and folders with an empty, read-only one. */
    void mask(List<String> masked) {
        if (masked.isEmpty()) {
            return;
        }
        Slot empty = emptyFolder();
        for (String path : masked) {
            mask(path, empty);
        }
        assembly.close(empty);
    }

    /**
     * Throws {@link ContainerException} if what is to hide files is not the null device: where the runtime itself runs
     * in a container, somebody may have put another file there (CVE-2025-31133).
     */
    static void checkCover(Kernel kernel) {
        var status = Block.buffer(Structs.STATX_SIZE, "&status");
        kernel.call(FileCalls.statx(FileCalls.CURRENT_DIRECTORY, NULL, Fcntl.AT_SYMLINK_NOFOLLOW, status));
        boolean device = (status.getInt16(Structs.STATX_MODE) & Stat.S_IFMT) == Stat.S_IFCHR;
        if (!device
                || status.getInt32(Structs.STATX_RDEV_MAJOR) != NULL_MAJOR
                || status.getInt32(Structs.STATX_RDEV_MINOR) != NULL_MINOR) {
            throw new ContainerException(
                    "linux.maskedPaths: /dev/null is not the null device (character device 1:3), so"
                            + " nothing can be hidden behind it");
        }
    }

    private Slot emptyFolder() {
        Slot folder = assembly.program.slot("empty_folder");
        var parameters = new ArrayList<String>(List.of("nr_inodes=1", "mode=0755"));
        parameters.addAll(assembly.labelOf("tmpfs"));
        FilesystemOps.make(
                assembly,
                "tmpfs",
                parameters,
                Mount.MOUNT_ATTR_RDONLY,
                folder,
                "make an empty folder to hide others with");
        return folder;
    }

    private void mask(String path, Slot empty) {
        var program = assembly.program;
        String purpose = "hide " + path;
        Slot target = program.slot(PathOps.slotName(path));
        Slot cover = program.slot("cover");
        Label file = program.label("file " + path);
        Label itself = program.label("use up " + path);
        Label attach = program.label("cover " + path);
        Label done = program.label("behind " + path);
        program.call(paths.open(path, Fcntl.O_PATH | Fcntl.O_DIRECTORY, 0), purpose)
                .to(target)
                .onError(file, Errno.ENOENT, Errno.ENOTDIR);
        program.call(
                        MountCalls.openTree(
                                empty, "", Mount.OPEN_TREE_CLONE | Mount.OPEN_TREE_CLOEXEC | Fcntl.AT_EMPTY_PATH),
                        purpose)
                .to(cover)
                .onError(itself, Errno.EINVAL);
        program.place(attach);
        program.call(MountCalls.moveMount(cover, target), purpose);
        assembly.close(cover);
        assembly.close(target);
        program.place(done);
        assembly.detour(() -> {
            program.section("paths to hide that are files, or not there");
            program.place(file);
            program.call(paths.open(path, Fcntl.O_PATH, 0), purpose)
                    .to(target)
                    .onError(done, Errno.ENOENT, Errno.ENOTDIR);
            program.call(
                            MountCalls.openTree(
                                    FileCalls.CURRENT_DIRECTORY, NULL, Mount.OPEN_TREE_CLONE | Mount.OPEN_TREE_CLOEXEC),
                            purpose)
                    .to(cover);
            program.jump(attach, "go on with " + path);
            // Before Linux 6.15 a mount that is attached nowhere cannot be cloned. Then the first folder gets the empty
            // one itself, which is attached from there on.
            program.place(itself);
            program.call(MountCalls.moveMount(empty, target), purpose);
            assembly.close(target);
            program.jump(done, "go on behind " + path);
        });
    }

    void makeReadOnly(List<String> readonly) {
        for (String path : readonly) {
            makeReadOnly(path);
        }
    }

    private void makeReadOnly(String path) {
        var program = assembly.program;
        String purpose = "make " + path + " read-only";
        Slot target = program.slot(PathOps.slotName(path));
        Slot tree = program.slot("readonly");
        Label done = program.label("behind " + path);
        program.call(paths.open(path, Fcntl.O_PATH, 0), purpose).to(target).onError(done, Errno.ENOENT, Errno.ENOTDIR);
        program.call(
                        MountCalls.openTree(
                                target,
                                "",
                                Mount.OPEN_TREE_CLONE
                                        | Mount.OPEN_TREE_CLOEXEC
                                        | Fcntl.AT_EMPTY_PATH
                                        | Fcntl.AT_RECURSIVE),
                        purpose)
                .to(tree);
        program.call(
                MountCalls.mountSetattr(tree, Fcntl.AT_EMPTY_PATH, Mount.MOUNT_ATTR_RDONLY, 0, 0, Optional.empty()),
                purpose);
        program.call(MountCalls.moveMount(tree, target), purpose);
        assembly.close(tree);
        assembly.close(target);
        program.place(done);
    }
}
