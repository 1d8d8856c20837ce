package dev.gatun.image;

import dev.gatun.linux.Errno;
import dev.gatun.linux.Fcntl;
import dev.gatun.linux.Fd;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.Kernel;
import dev.gatun.linux.SyscallException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * A file that is locked while it is open, by flock(2): such a lock belongs to the open file, so threads of one JVM keep
 * each other out as processes do, and it ends with its owner however that ends.
 */
final class LockedFile implements AutoCloseable {
    private static final Duration LONGEST_NAP = Duration.ofMillis(16);

    private final Path path;
    private final Fd fd;

    private LockedFile(Path path, Fd fd) {
        this.path = path;
        this.fd = fd;
    }

    /** Opens a file, which is made if it is missing, and waits until it is this owner's alone. */
    static LockedFile exclusive(Kernel kernel, Path path) throws IOException {
        return await(kernel, path, Fcntl.LOCK_EX);
    }

    /** As {@link #exclusive}, but others may share it. */
    static LockedFile shared(Kernel kernel, Path path) throws IOException {
        return await(kernel, path, Fcntl.LOCK_SH);
    }

    /** The file, if it is there and nobody holds it. */
    static Optional<LockedFile> ifFree(Kernel kernel, Path path) throws IOException {
        try {
            return attempt(kernel, path, Fcntl.LOCK_EX, Fcntl.O_RDWR);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    // Asked again and again instead of waited for in the kernel: a virtual thread that sleeps there keeps its carrier,
    // and the carriers may be all that the owner needs to get on.
    private static LockedFile await(Kernel kernel, Path path, long operation) throws IOException {
        long nap = 1;
        while (true) {
            Optional<LockedFile> locked = attempt(kernel, path, operation, Fcntl.O_RDWR | Fcntl.O_CREAT);
            if (locked.isPresent()) {
                return locked.get();
            }
            try {
                Thread.sleep(nap);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted while waiting for " + path, e);
            }
            nap = Math.min(nap * 2, LONGEST_NAP.toMillis());
        }
    }

    private static Optional<LockedFile> attempt(Kernel kernel, Path path, long operation, long flags)
            throws IOException {
        long number = kernel.attempt(
                FileCalls.openat(FileCalls.CURRENT_DIRECTORY, path.toString(), flags | Fcntl.O_CLOEXEC, 0600));
        if (number == -Errno.ENOENT.number()) {
            throw new NoSuchFileException(path.toString());
        }
        if (number < 0) {
            throw new IOException(new SyscallException("open " + path, (int) -number).getMessage());
        }
        var fd = new Fd(kernel, number, path.toString());
        var file = new LockedFile(path, fd);
        long result = kernel.attempt(FileCalls.flock(fd, operation | Fcntl.LOCK_NB));
        // Its last owner may have renamed or removed it between our open and our lock.
        if (result == 0 && file.isStillThere()) {
            return Optional.of(file);
        }
        fd.close();
        if (result < 0 && result != -Errno.EAGAIN.number()) {
            throw new IOException(new SyscallException("lock " + path, (int) -result).getMessage());
        }
        return Optional.empty();
    }

    private boolean isStillThere() throws IOException {
        try {
            return Objects.equals(inode(path), inode(Path.of(fd.path())));
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    private static Object inode(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
    }

    Path path() {
        return path;
    }

    /** The same file, opened once more. */
    FileChannel open(StandardOpenOption... options) throws IOException {
        return FileChannel.open(Path.of(fd.path()), options);
    }

    /** Gives the lock up; the file stays. */
    @Override
    public void close() {
        fd.close();
    }
}
