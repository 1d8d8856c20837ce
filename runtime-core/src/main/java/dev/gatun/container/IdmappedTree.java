package dev.gatun.container;

import dev.gatun.linux.Errno;
import dev.gatun.linux.Fcntl;
import dev.gatun.linux.Fd;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.Kernel;
import dev.gatun.linux.Mount;
import dev.gatun.linux.MountCalls;
import dev.gatun.linux.SyscallException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Mounts of a folder, attached nowhere yet, that show other owners than its file system has.
 *
 * @param recursive whether what is mounted below it is part of it
 * @param separation {@code MS_*}: how far it is from the host's mounts
 * @param recursiveIdmap whether what is mounted below it shows other owners, too
 */
record IdmappedTree(Path source, boolean recursive, long separation, boolean recursiveIdmap) {
    private static final String UNKNOWN = "of unknown type";

    /**
     * Makes one.
     *
     * @param namespace the user namespace whose mappings it has
     * @throws UnmappableException if the kernel cannot map its owners
     */
    Fd make(Kernel kernel, Fd namespace) {
        long flags = Mount.OPEN_TREE_CLONE | Mount.OPEN_TREE_CLOEXEC | (recursive ? Fcntl.AT_RECURSIVE : 0);
        var tree = new Fd(
                kernel,
                kernel.call(MountCalls.openTree(FileCalls.CURRENT_DIRECTORY, source.toString(), flags)),
                "idmapped_bind");
        try {
            if ((separation & Mount.MS_REC) != 0) {
                kernel.call(MountCalls.mountSetattr(
                        tree,
                        Fcntl.AT_EMPTY_PATH | Fcntl.AT_RECURSIVE,
                        0,
                        0,
                        separation & ~Mount.MS_REC,
                        Optional.empty()));
            }
            map(kernel, tree, namespace);
            return tree;
        } catch (RuntimeException | Error failed) {
            tree.close();
            throw failed;
        }
    }

    private void map(Kernel kernel, Fd tree, Fd namespace) {
        try {
            kernel.call(MountCalls.mountSetattr(
                    tree,
                    Fcntl.AT_EMPTY_PATH | (recursiveIdmap ? Fcntl.AT_RECURSIVE : 0),
                    Mount.MOUNT_ATTR_IDMAP,
                    0,
                    0,
                    Optional.of(namespace)));
        } catch (SyscallException refused) {
            String what = source + " (" + type() + (recursiveIdmap ? ", or what is mounted below it)" : ")");
            if (refused.is(Errno.EINVAL)) {
                throw new UnmappableException(
                        "this kernel cannot map the owners that the file system of " + what + " shows", refused);
            }
            if (refused.is(Errno.EPERM)) {
                throw new UnmappableException(
                        what + " shows mapped owners already, or belongs to another user namespace", refused);
            }
            throw refused;
        }
    }

    private String type() {
        try {
            return Files.getFileStore(source).type();
        } catch (IOException unseen) {
            // the message that it is for says enough without
            return UNKNOWN;
        }
    }
}
