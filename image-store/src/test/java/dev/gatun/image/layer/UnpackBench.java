package dev.gatun.image.layer;

import dev.gatun.image.file.FileAccess;
import dev.gatun.linux.Fd;
import dev.gatun.linux.Kernel;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Times unpacking of an archive: {@code UnpackBench ARCHIVE FOLDER ROUNDS}. */
final class UnpackBench {
    private UnpackBench() {}

    public static void main(String[] args) throws Exception {
        Kernel kernel = Kernel.load();
        for (int i = 0; i < Integer.parseInt(args[2]); i++) {
            Path out = Files.createDirectory(Path.of(args[1]).resolve("out"));
            long start = System.nanoTime();
            Unpacked unpacked = new LayerUnpack(kernel, UnpackRules.PRIVILEGED)
                    .unpack(FileChannel.open(Path.of(args[0])), out, Optional.empty());
            double seconds = (System.nanoTime() - start) / 1e9;
            System.out.println(seconds + " s, " + unpacked.archiveSize() / seconds / 1e6 + " MB/s, "
                    + unpacked.entries() + " entries");
            var files = new FileAccess(kernel);
            try (Fd parent = files.folder(Path.of(args[1]))) {
                files.remove(parent, "out");
            }
        }
    }
}
