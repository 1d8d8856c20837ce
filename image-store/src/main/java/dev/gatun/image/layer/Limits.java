package dev.gatun.image.layer;

/**
 * What an archive may ask for before it is refused.
 *
 * @param bytes of all files' data, holes not counted
 * @param entries files of any type, folders that no entry names included
 * @param depth folders in each other
 */
public record Limits(long bytes, long entries, int depth) {
    /** Enough for any layer that has been seen, and little enough for a disk. */
    public static final Limits DEFAULT = new Limits(256L << 30, 4_000_000, 256);

    /** What comes before the data of an entry: names and attributes. Linux allows no attribute larger than 64 KiB. */
    static final int HEADER_BYTES = 1 << 20;

    /** PATH_MAX without the NUL, linux/limits.h. */
    static final int NAME_BYTES = 4095;
}
