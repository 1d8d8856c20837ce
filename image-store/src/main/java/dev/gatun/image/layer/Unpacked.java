package dev.gatun.image.layer;

import dev.gatun.image.Digest;
import java.util.List;

/**
 * What came out of an archive.
 *
 * @param diffId the digest of the archive, unpacked
 * @param archiveSize of it in bytes
 * @param size of all files' data in bytes
 * @param entries how many files of any type
 * @param implicit folders that the archive has files in, but no entry for: paths from the layer's root,
 *     which is "" itself, parents first.
 *     They are owned by root, and what is below them in the image knows better
 * @param pending hard links to files that are not in the layer, and so may be below it
 * @param leftOut devices, by their names, that the caller may not make
 */
public record Unpacked(
        Digest diffId,
        long archiveSize,
        long size,
        long entries,
        List<String> implicit,
        List<PendingLink> pending,
        List<String> leftOut) {
    /**
     * A hard link that could not be made yet.
     *
     * @param name from the layer's root
     * @param target from the root, too
     */
    public record PendingLink(String name, String target) {}
}
