package dev.gatun.image.file;

import dev.gatun.linux.Block;
import dev.gatun.linux.Device;
import dev.gatun.linux.Stat;
import dev.gatun.linux.Structs;

/**
 * What statx(2) tells of a file.
 *
 * @param mode type and permissions
 * @param size in bytes
 * @param blocks in units of 512 bytes
 * @param links how many names it has
 * @param modified seconds since 1970
 * @param modifiedNanos the rest of it
 * @param special the device's number, if it is one
 * @param device of the file system it is on
 */
public record FileStatus(
        int mode,
        long uid,
        long gid,
        long size,
        long blocks,
        long links,
        long modified,
        int modifiedNanos,
        long special,
        long device,
        long inode) {

    static FileStatus of(Block status) {
        return new FileStatus(
                status.getInt16(Structs.STATX_MODE) & 0xffff,
                status.getInt32(Structs.STATX_UID) & 0xffff_ffffL,
                status.getInt32(Structs.STATX_GID) & 0xffff_ffffL,
                status.getInt64(Structs.STATX_FILE_SIZE),
                status.getInt64(Structs.STATX_BLOCKS),
                status.getInt32(Structs.STATX_LINKS) & 0xffff_ffffL,
                status.getInt64(Structs.STATX_MTIME),
                status.getInt32(Structs.STATX_MTIME_NANOSECONDS),
                Device.number(
                        status.getInt32(Structs.STATX_RDEV_MAJOR) & 0xffff_ffffL,
                        status.getInt32(Structs.STATX_RDEV_MINOR) & 0xffff_ffffL),
                Device.number(
                        status.getInt32(Structs.STATX_DEV_MAJOR) & 0xffff_ffffL,
                        status.getInt32(Structs.STATX_DEV_MINOR) & 0xffff_ffffL),
                status.getInt64(Structs.STATX_INODE));
    }

    /** {@code S_IF*} of {@link Stat}. */
    public int type() {
        return mode & Stat.S_IFMT;
    }

    /** The mode without the type. */
    public int permissions() {
        return mode & ~Stat.S_IFMT;
    }

    public boolean isFolder() {
        return type() == Stat.S_IFDIR;
    }

    public boolean isFile() {
        return type() == Stat.S_IFREG;
    }

    public boolean isLink() {
        return type() == Stat.S_IFLNK;
    }

    /** Whether overlayfs takes it for the mark of what a layer removes. */
    public boolean isWhiteout() {
        return type() == Stat.S_IFCHR && special == 0;
    }
}
