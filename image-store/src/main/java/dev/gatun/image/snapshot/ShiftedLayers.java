package dev.gatun.image.snapshot;

import dev.gatun.image.Digest;
import dev.gatun.image.file.FileAccess;
import dev.gatun.image.file.IdShift;
import dev.gatun.image.file.TreeCopy;
import dev.gatun.linux.Errno;
import dev.gatun.linux.Fcntl;
import dev.gatun.linux.Fd;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.Kernel;
import dev.gatun.linux.SyscallException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Copies of layers whose files have other owners, for containers in user namespaces where the kernel cannot show them so.
 * A copy lies beside its layer, and all containers with the same mapping share it.
 */
final class ShiftedLayers {
    private static final String PREFIX = "shifted-";

    private final Snapshots snapshots;
    private final IdShift owners;

    ShiftedLayers(Snapshots snapshots, IdShift owners) {
        this.snapshots = snapshots;
        this.owners = owners;
    }

    /** The folders of a snapshot's layers, the topmost first; those that are missing are made. */
    List<Path> of(Snapshot snapshot) {
        return snapshot.chain().reversed().stream().map(this::copy).toList();
    }

    /** Where the copy of a layer is, if there is one. */
    Path folder(Digest layer) {
        var name = Digest.of(owners.text().getBytes(StandardCharsets.US_ASCII));
        return snapshots.folder(layer).resolve(PREFIX + name.hex());
    }

    static boolean isCopy(Path folder) {
        return folder.getFileName().toString().startsWith(PREFIX);
    }

    private Path copy(Digest layer) {
        Path copy = folder(layer);
        if (!Files.exists(copy)) {
            copy(snapshots.tree(layer), copy);
        }
        return copy;
    }

    private void copy(Path tree, Path copy) {
        Kernel kernel = snapshots.kernel();
        var files = new FileAccess(kernel);
        try (SnapshotWork work = snapshots.begin();
                Fd from = files.folder(tree);
                Fd to = files.folder(work.tree())) {
            TreeCopy.contents(kernel, from, to, owners);
            kernel.call(FileCalls.syncfs(to));
            var rename = FileCalls.renameat2(
                    FileCalls.CURRENT_DIRECTORY,
                    work.tree().toString(),
                    FileCalls.CURRENT_DIRECTORY,
                    copy.toString(),
                    Fcntl.RENAME_NOREPLACE);
            long result = kernel.attempt(rename);
            // somebody else may have copied it meanwhile, and theirs is as good
            if (result < 0 && !FileAccess.is(result, Errno.EEXIST)) {
                throw new SyscallException(rename.toString(), (int) -result);
            }
        }
    }
}
