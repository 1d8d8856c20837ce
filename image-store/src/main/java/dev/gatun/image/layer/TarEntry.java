package dev.gatun.image.layer;

import java.util.List;
import java.util.Map;

/**
 * One file of an archive, whatever dialect of tar told of it.
 *
 * @param name as the archive has it
 * @param link what a link leads to; empty for others
 * @param mode permissions, without the type
 * @param size in bytes, holes included
 * @param modified seconds since 1970
 * @param modifiedNanos the rest of it
 * @param attributes extended attributes
 * @param extents where the data belongs, in the order of the archive; one for all that is no sparse file
 */
record TarEntry(
        Type type,
        String name,
        String link,
        int mode,
        long uid,
        long gid,
        long size,
        long modified,
        int modifiedNanos,
        long major,
        long minor,
        Map<String, byte[]> attributes,
        List<Extent> extents) {
    /** What kind of file. */
    enum Type {
        FILE,
        HARD_LINK,
        SYMBOLIC_LINK,
        CHARACTER_DEVICE,
        BLOCK_DEVICE,
        FOLDER,
        FIFO
    }

    /** A piece of data, and where in the file it belongs; both in bytes. */
    record Extent(long offset, long length) {}
}
