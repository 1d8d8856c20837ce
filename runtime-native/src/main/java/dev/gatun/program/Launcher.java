package dev.gatun.program;

import dev.gatun.linux.Block;
import dev.gatun.linux.Call;
import dev.gatun.linux.Errno;
import dev.gatun.linux.Fcntl;
import dev.gatun.linux.Fd;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.Kernel;
import dev.gatun.linux.ProcessCalls;
import dev.gatun.linux.Spawn;
import dev.gatun.linux.Syscall;
import dev.gatun.linux.SyscallException;
import dev.gatun.linux.Word;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/** Starts images as processes. */
public final class Launcher {
    private static final String NAME = "gatun";
    private static final int ALL_SEALS =
            Fcntl.F_SEAL_SEAL | Fcntl.F_SEAL_SHRINK | Fcntl.F_SEAL_GROW | Fcntl.F_SEAL_WRITE;

    private static final int BUSY_ATTEMPTS = 1000;
    private static final long BUSY_PAUSE_NANOS = 1_000_000;

    private final Kernel kernel;
    private final Spawn spawn;
    private final Path fallback;

    /**
     * A launcher.
     *
     * @param fallback a folder for image files, used where the kernel executes no memory files
     *     ({@code vm.memfd_noexec=2}); it must be on a file system without {@code noexec}
     */
    public Launcher(Kernel kernel, Path fallback) {
        this.kernel = kernel;
        this.spawn = new Spawn(kernel);
        this.fallback = fallback;
    }

    /**
     * Starts an image. Whatever descriptors of this process are not in {@code keep}, the program closes itself
     * ({@link Preamble}).
     *
     * @return the process id
     */
    public int start(Image image, List<Fd> keep) {
        try (Fd file = executable(image)) {
            return start(file, keep);
        }
    }

    /**
     * Starts an executable file. Until its execve(2), a child that another thread starts has a copy of the descriptor
     * that a file on disk was written through, and the kernel executes no file that is open for writing.
     */
    int start(Fd file, List<Fd> keep) {
        for (int attempt = 1; ; attempt++) {
            try {
                return spawn.start(file.path(), NAME, keep);
            } catch (SyscallException busy) {
                if (!busy.is(Errno.ETXTBSY) || attempt == BUSY_ATTEMPTS) {
                    throw busy;
                }
                LockSupport.parkNanos(BUSY_PAUSE_NANOS);
            }
        }
    }

    /**
     * Replaces this process, JVM and all, by an image; all signals are blocked then. Its process id and its children
     * stay.
     *
     * @param keep descriptors that the program is to have, under their own numbers
     * @throws SyscallException if that failed; this process goes on then
     */
    public void become(Image image, List<Fd> keep) {
        try (Fd file = executable(image)) {
            closeOnExec(keep, 0);
            // execve keeps the mask of the thread that calls it: no signal is lost between the JVM's handlers and the
            // program's own
            kernel.call(ProcessCalls.setSignalMask(ProcessCalls.allSignals()));
            try {
                kernel.call(ProcessCalls.execve(file.path(), List.of(NAME), List.of()));
            } finally {
                kernel.call(ProcessCalls.setSignalMask(ProcessCalls.noSignals()));
                closeOnExec(keep, Fcntl.FD_CLOEXEC);
            }
        }
    }

    private void closeOnExec(List<Fd> descriptors, int flag) {
        for (Fd fd : descriptors) {
            kernel.call(FileCalls.fcntl(fd, Fcntl.F_SETFD, flag));
        }
    }

    private Fd executable(Image image) {
        try {
            return memoryFile(image);
        } catch (SyscallException refused) {
            if (refused.is(Errno.EACCES)) {
                return diskFile(image);
            }
            throw refused;
        }
    }

    /** The image as a file of the fallback folder that has no name any more, and goes with its last user. */
    Fd diskFile(Image image) {
        try {
            Files.createDirectories(fallback, permissions());
            Path file = Files.createTempFile(fallback, "program-", "", permissions());
            try {
                Files.write(file, image.bytes());
                long flags = Fcntl.O_RDONLY | Fcntl.O_CLOEXEC;
                Call open = FileCalls.openat(FileCalls.CURRENT_DIRECTORY, file.toString(), flags, 0);
                return new Fd(kernel, kernel.call(open), "image");
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("write a program to " + fallback, e);
        }
    }

    private static FileAttribute<Set<PosixFilePermission>> permissions() {
        return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    }

    /** The image as a sealed memory file: nothing can change it, the container that it becomes included (CVE-2019-5736). */
    private Fd memoryFile(Image image) {
        int flags = Fcntl.MFD_CLOEXEC | Fcntl.MFD_ALLOW_SEALING;
        long fd = kernel.attempt(FileCalls.memfdCreate(NAME, flags | Fcntl.MFD_EXEC));
        if (fd == -Errno.EINVAL.number()) {
            // MFD_EXEC came with Linux 6.3; before, every memory file was executable
            fd = kernel.call(FileCalls.memfdCreate(NAME, flags));
        } else if (fd < 0) {
            throw new SyscallException(
                    FileCalls.memfdCreate(NAME, flags | Fcntl.MFD_EXEC).toString(), (int) -fd);
        }
        var file = new Fd(kernel, fd, "image");
        try {
            write(file, image.text(), 0);
            write(file, image.data(), image.dataOffset());
            kernel.call(FileCalls.fcntl(file, Fcntl.F_ADD_SEALS, ALL_SEALS));
            return file;
        } catch (RuntimeException | Error failed) {
            file.close();
            throw failed;
        }
    }

    /**
     * Writes with the descriptor that made the file. One that was opened for writing would stand in the way of execve(2)
     * if a child of another thread just has a copy of it; this one does not.
     */
    private void write(Fd file, ByteBuffer bytes, long offset) {
        var rest = new byte[bytes.remaining()];
        bytes.get(rest);
        long position = offset;
        while (rest.length > 0) {
            var content = Block.of(rest, "program");
            Call write = Call.of(Syscall.PWRITE64, file, content, Word.of(rest.length), Word.of(position));
            int written = (int) kernel.call(write);
            position += written;
            rest = Arrays.copyOfRange(rest, written, rest.length);
        }
    }
}
