package dev.gatun.seccomp;

import dev.gatun.linux.Arch;
import dev.gatun.oci.RuntimeSpec;
import dev.gatun.oci.Seccomp;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.zip.CRC32;

/**
 * Compiled filters in a folder that only its owner can read, by a digest of their profiles: engines give every container
 * the same profile, and compiling it takes a cold JVM longer than all else that {@code create} computes.
 *
 * <p>A file holds the profile itself beside its filter, so that no two profiles of one digest can be mistaken for each
 * other, and a checksum. One that is damaged, or of another version of Gatun's compiler, counts as missing. Without a
 * folder to write to, filters are compiled each time.
 */
public final class FilterCache {
    /** To be raised with each change of what a profile is compiled to; a test tells of such a change. */
    static final int COMPILER = 1;

    /** A machine has a handful of profiles; whoever makes one for each container is to fill no disk. */
    private static final int MOST_FILES = 64;

    /** The checksum, the flags of seccomp(2), and how long the profile is. */
    private static final int HEADER_SIZE = Long.BYTES + 2 * Integer.BYTES;

    private static final FileAttribute<Set<PosixFilePermission>> PRIVATE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private final Path folder;

    public FilterCache(Path folder) {
        this.folder = folder;
    }

    /** The filter of a profile, as {@link SeccompFilter#compile} makes it, with its errors. */
    public SeccompFilter filter(Seccomp profile, Arch kernel) {
        byte[] key = (COMPILER + " " + kernel.machine() + " " + profile.toJson()).getBytes(StandardCharsets.UTF_8);
        Path file = folder.resolve(Long.toHexString(checksum(key, 0)) + ".bpf");
        Optional<SeccompFilter> kept = read(file, key);
        if (kept.isPresent()) {
            return kept.get();
        }
        SeccompFilter filter = SeccompFilter.compile(profile, kernel);
        write(file, key, filter);
        return filter;
    }

    /** The filter of a configuration's profile, if it has one. */
    public Optional<SeccompFilter> filter(RuntimeSpec spec, Arch kernel) {
        return spec.linux().seccomp().map(profile -> filter(profile, kernel));
    }

    private static Optional<SeccompFilter> read(Path file, byte[] key) {
        byte[] content;
        try {
            content = Files.readAllBytes(file);
        } catch (IOException missing) {
            return Optional.empty();
        }
        if (content.length < HEADER_SIZE) {
            return Optional.empty();
        }
        var buffer = ByteBuffer.wrap(content);
        long checksum = buffer.getLong();
        int flags = buffer.getInt();
        int length = buffer.getInt();
        int end = HEADER_SIZE + key.length;
        boolean ours = checksum == checksum(content, Long.BYTES)
                && length == key.length
                && Arrays.equals(content, HEADER_SIZE, Math.min(end, content.length), key, 0, key.length);
        return ours
                ? Optional.of(SeccompFilter.compiled(Arrays.copyOfRange(content, end, content.length), flags))
                : Optional.empty();
    }

    private void write(Path file, byte[] key, SeccompFilter filter) {
        byte[] program = filter.program();
        var buffer = ByteBuffer.allocate(HEADER_SIZE + key.length + program.length);
        buffer.position(Long.BYTES);
        buffer.putInt(filter.flags()).putInt(key.length).put(key).put(program);
        buffer.putLong(0, checksum(buffer.array(), Long.BYTES));
        try {
            Files.createDirectories(folder, PRIVATE);
            makeRoom();
            Path fresh = Files.createTempFile(folder, ".filter-", "");
            Files.write(fresh, buffer.array());
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException readOnly) {
            // the filter is there all the same, and is compiled anew the next time
            return;
        }
    }

    private void makeRoom() throws IOException {
        int count = 0;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                if (++count >= MOST_FILES) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    private static long checksum(byte[] bytes, int from) {
        var checksum = new CRC32();
        checksum.update(bytes, from, bytes.length - from);
        return checksum.getValue();
    }
}
