package dev.gatun.container;

import dev.gatun.linux.Stat;

/**
 * A file of a root file system, of any type.
 *
 * @param path from the root, with a leading slash
 * @param mode type and permissions, {@code S_IF*} of {@link Stat} included
 * @param uid the owner, as the host numbers it
 * @param gid the group, as the host numbers it
 * @param device what a device file stands for, otherwise 0
 * @param target where a symbolic link leads, otherwise empty
 */
record ImageFile(String path, int mode, long uid, long gid, long device, String target) {
    int type() {
        return mode & Stat.S_IFMT;
    }

    /** Whether overlayfs takes it for the mark of what a layer removes. */
    boolean isWhiteout() {
        return type() == Stat.S_IFCHR && device == 0;
    }

    int permissions() {
        return mode & ~Stat.S_IFMT;
    }
}
