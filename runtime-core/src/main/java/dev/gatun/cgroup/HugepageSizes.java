package dev.gatun.cgroup;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The sizes of huge pages that this machine knows, as the names of files have them: {@code 2MB}. */
final class HugepageSizes {
    private static final Path FOLDER = Path.of("/sys/kernel/mm/hugepages");
    private static final String PREFIX = "hugepages-";
    private static final long STEP = 1024;

    private HugepageSizes() {}

    static List<String> read() {
        var sizes = new ArrayList<String>();
        if (!Files.isDirectory(FOLDER)) {
            return sizes;
        }
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(FOLDER)) {
            for (Path folder : folders) {
                String name = folder.getFileName().toString();
                sizes.add(text(Long.parseLong(name.substring(PREFIX.length(), name.length() - "kB".length()))));
            }
        } catch (IOException e) {
            throw new CgroupException("list " + FOLDER + ": " + e.getMessage(), e);
        }
        return sizes;
    }

    private static String text(long kilobytes) {
        if (kilobytes >= STEP * STEP) {
            return kilobytes / (STEP * STEP) + "GB";
        }
        return kilobytes >= STEP ? kilobytes / STEP + "MB" : kilobytes + "KB";
    }
}
