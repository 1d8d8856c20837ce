package dev.gatun.image.host;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The paths of libraries by their names, as ldconfig(8) has written them (glibc, sysdeps/generic/dl-cache.h). Of a library
 * that is there for several processors the plain one is taken, which runs everywhere.
 */
final class LibraryCache {
    private static final byte[] MAGIC = "glibc-ld.so.cache1.1".getBytes(StandardCharsets.US_ASCII);
    private static final int COUNT = 20;
    private static final int HEADER = 48;
    private static final int ENTRY = 24;

    private final Map<String, List<String>> paths = new HashMap<>();

    /** An empty one if there is no such file, or if it is in a form that is no longer written. */
    static LibraryCache read(Path path) {
        var cache = new LibraryCache();
        try {
            byte[] bytes = Files.readAllBytes(path);
            int start = indexOf(bytes, MAGIC);
            if (start >= 0) {
                cache.parse(ByteBuffer.wrap(bytes, start, bytes.length - start)
                        .slice()
                        .order(ByteOrder.LITTLE_ENDIAN));
            }
            return cache;
        } catch (NoSuchFileException none) {
            return cache;
        } catch (IOException failed) {
            throw new UncheckedIOException("unable to read " + path + ": " + failed.getMessage(), failed);
        } catch (IndexOutOfBoundsException damaged) {
            return new LibraryCache();
        }
    }

    /** Where libraries of this name are, of any architecture. */
    List<String> paths(String name) {
        return paths.getOrDefault(name, List.of());
    }

    private void parse(ByteBuffer cache) {
        int count = cache.getInt(COUNT);
        for (int i = 0; i < count; i++) {
            int entry = HEADER + i * ENTRY;
            if (cache.getLong(entry + 16) == 0) {
                paths.computeIfAbsent(text(cache, cache.getInt(entry + 4)), _ -> new ArrayList<>())
                        .add(text(cache, cache.getInt(entry + 8)));
            }
        }
    }

    private static String text(ByteBuffer cache, int offset) {
        int end = offset;
        while (cache.get(end) != 0) {
            end++;
        }
        var bytes = new byte[end - offset];
        cache.get(offset, bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** The older form may stand before it, for loaders of the last century. */
    private static int indexOf(byte[] bytes, byte[] part) {
        for (int i = 0; i + part.length <= bytes.length; i += 4) {
            if (Arrays.equals(bytes, i, i + part.length, part, 0, part.length)) {
                return i;
            }
        }
        return -1;
    }
}
