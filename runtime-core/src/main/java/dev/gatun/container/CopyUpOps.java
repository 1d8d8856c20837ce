package dev.gatun.container;

import dev.gatun.linux.Fcntl;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.Stat;
import dev.gatun.oci.IdMapping;
import dev.gatun.program.Label;
import dev.gatun.program.Slot;
import java.util.List;

/**
 * Ops that copy what the image has in a folder into the file system that is going to cover it (runc's mount option
 * {@code tmpcopyup}, which podman gives to every tmpfs).
 *
 * <p>What is there to copy is seen when the program is compiled; it is what runs that opens and reads the files, inside
 * the root.
 */
final class CopyUpOps {
    /** It is meant for what an image has in /run or /var/tmp. */
    private static final int MAX_FILES = 10_000;

    private static final int CHUNK = 1 << 20;

    /** What a file belongs to whose owner the container has no number for: overflowuid(5). */
    private static final long NOBODY = 65534;

    private final Assembly assembly;
    private final PathOps paths;

    CopyUpOps(Assembly assembly, PathOps paths) {
        this.assembly = assembly;
        this.paths = paths;
    }

    /** Adds the ops; {@code tree} is the file system, attached nowhere yet. */
    void copy(String folder, Slot tree) {
        List<ImageFile> files = assembly.view.below(folder);
        if (files.size() > MAX_FILES) {
            throw new ContainerException("options: tmpcopyup: " + folder + " of the image has " + files.size()
                    + " files, which are more than " + MAX_FILES + "; mount a volume there");
        }
        for (ImageFile file : files) {
            copy(file, file.path().substring(folder.length() + 1), tree);
        }
    }

    private void copy(ImageFile file, String name, Slot tree) {
        var program = assembly.program;
        String purpose = "copy up " + file.path();
        switch (file.type()) {
            case Stat.S_IFDIR -> program.call(FileCalls.mkdirat(tree, name, file.permissions()), purpose);
            case Stat.S_IFLNK -> program.call(FileCalls.symlinkat(file.target(), tree, name), purpose);
            case Stat.S_IFREG -> copyContent(file, name, tree, purpose);
            default -> program.call(FileCalls.mknodat(tree, name, file.mode(), file.device()), purpose);
        }
        long uid = inContainer(file.uid(), assembly.spec.linux().uidMappings());
        long gid = inContainer(file.gid(), assembly.spec.linux().gidMappings());
        program.call(FileCalls.fchownat(tree, name, uid, gid, Fcntl.AT_SYMLINK_NOFOLLOW), purpose);
        if (file.type() != Stat.S_IFLNK) {
            // after the owner, as a change of owner clears the set-user-ID bit
            program.call(FileCalls.fchmodat(tree, name, file.permissions()), purpose);
        }
    }

    private void copyContent(ImageFile file, String name, Slot tree, String purpose) {
        var program = assembly.program;
        Slot from = program.slot(PathOps.slotName(file.path()));
        Slot to = program.slot("copy");
        program.call(paths.open(file.path(), Fcntl.O_RDONLY | Fcntl.O_NOFOLLOW | Fcntl.O_NONBLOCK, 0), purpose)
                .to(from);
        program.call(
                        FileCalls.openat(
                                tree, name, Fcntl.O_WRONLY | Fcntl.O_CREAT | Fcntl.O_EXCL | Fcntl.O_CLOEXEC, 0600),
                        purpose)
                .to(to);
        Label again = program.label("more of " + file.path());
        Label done = program.label("all of " + file.path());
        program.place(again);
        program.call(FileCalls.sendfile(to, from, CHUNK), purpose).ifZero(done);
        program.jump(again, purpose);
        program.place(done);
        assembly.close(to);
        assembly.close(from);
    }

    private static long inContainer(long id, List<IdMapping> mappings) {
        for (IdMapping mapping : mappings) {
            if (id >= mapping.hostId() && id < mapping.hostId() + mapping.size()) {
                return id - mapping.hostId() + mapping.containerId();
            }
        }
        return mappings.isEmpty() ? id : NOBODY;
    }
}
