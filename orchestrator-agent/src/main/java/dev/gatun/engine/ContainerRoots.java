package dev.gatun.engine;

import dev.gatun.container.Privileges;
import dev.gatun.image.ImageException;
import dev.gatun.image.snapshot.ContainerRoot;
import dev.gatun.image.snapshot.Snapshots;
import dev.gatun.linux.Errno;
import dev.gatun.linux.Fcntl;
import dev.gatun.linux.Fd;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.Kernel;
import dev.gatun.linux.SyscallException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Removes the root file systems of containers that are no more. There may be no Java when a container ends, so the next
 * command does it: each root has a link to the state of its container, and goes when that leads nowhere.
 *
 * <p>Who makes a container holds a shared lock until its state is there, and who removes roots an exclusive one, or
 * leaves it to the next.
 */
public final class ContainerRoots {
    private static final String STATE = "state";

    private final Kernel kernel;
    private final Snapshots snapshots;
    private final Privileges user = Privileges.ofThisProcess();

    public ContainerRoots(Images images) {
        this.kernel = images.kernel();
        this.snapshots = images.snapshots();
    }

    /** Keeps roots from being removed until it is closed, or its owner ends. */
    record Claim(Fd lock) implements AutoCloseable {
        @Override
        public void close() {
            lock.close();
        }
    }

    /** Keeps a root that was made under a claim for as long as its container's state is there. */
    void keep(ContainerRoot root, Path state) {
        try {
            Files.createSymbolicLink(root.folder().resolve(STATE), state);
        } catch (IOException e) {
            throw ImageException.failed("link " + root.folder() + " to its container", e);
        }
    }

    Claim claim() {
        Fd folder = open();
        try {
            kernel.call(FileCalls.flock(folder, Fcntl.LOCK_SH));
            return new Claim(folder);
        } catch (SyscallException failed) {
            folder.close();
            throw failed;
        }
    }

    /** Removes the roots of containers that are gone. */
    public void sweep() {
        try (Fd folder = open()) {
            var lock = FileCalls.flock(folder, Fcntl.LOCK_EX | Fcntl.LOCK_NB);
            long locked = kernel.attempt(lock);
            if (locked == -Errno.EAGAIN.number()) {
                return;
            }
            if (locked < 0) {
                throw new SyscallException(lock.toString(), (int) -locked);
            }
            for (ContainerRoot root : snapshots.containers()) {
                if (Files.notExists(root.folder().resolve(STATE))) {
                    remove(root);
                }
            }
        }
    }

    /** Removes a root, or leaves what of it belongs to a user's subordinate ids to a command that is run where it is root. */
    void remove(ContainerRoot root) {
        try {
            root.remove();
        } catch (SyscallException refused) {
            if (!(refused.is(Errno.EACCES) || refused.is(Errno.EPERM)) || !user.isRootless()) {
                throw refused;
            }
        }
    }

    private Fd open() {
        Path folder = snapshots.containersFolder();
        int flags = Fcntl.O_RDONLY | Fcntl.O_DIRECTORY | Fcntl.O_CLOEXEC;
        return new Fd(
                kernel,
                kernel.call(FileCalls.openat(FileCalls.CURRENT_DIRECTORY, folder.toString(), flags, 0)),
                "containers");
    }
}
