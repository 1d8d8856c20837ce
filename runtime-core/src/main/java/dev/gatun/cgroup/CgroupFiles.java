package dev.gatun.cgroup;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/** The files that control groups consist of, as they are now. */
public interface CgroupFiles {
    /** Those of this host. */
    CgroupFiles HOST = new Host();

    /** What is in a file; empty if there is none, or its group went away meanwhile. */
    Optional<String> read(String path);

    /** Whether there is such a file or folder. */
    boolean exists(String path);

    /** Whether this process may write to such a file, or make something in such a folder. */
    boolean isWritable(String path);

    /** This host's. */
    final class Host implements CgroupFiles {
        private Host() {}

        @Override
        public Optional<String> read(String path) {
            try {
                return Optional.of(new String(Files.readAllBytes(Path.of(path)), StandardCharsets.UTF_8));
            } catch (NoSuchFileException missing) {
                return Optional.empty();
            } catch (IOException e) {
                // ENODEV: the group was removed between open and read; EOPNOTSUPP: not in a group of this kind
                if (isGone(e)) {
                    return Optional.empty();
                }
                throw new CgroupException("read " + path + ": " + e.getMessage(), e);
            }
        }

        private static boolean isGone(IOException e) {
            String message = String.valueOf(e.getMessage());
            return message.contains("No such device") || message.contains("not supported");
        }

        @Override
        public boolean exists(String path) {
            return Files.exists(Path.of(path));
        }

        @Override
        public boolean isWritable(String path) {
            return Files.isWritable(Path.of(path));
        }
    }
}
