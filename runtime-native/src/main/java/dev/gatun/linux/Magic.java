package dev.gatun.linux;

/** linux/magic.h: the types that statfs(2) reports. */
public final class Magic {
    public static final int PROC_SUPER_MAGIC = 0x9fa0;
    public static final int SYSFS_MAGIC = 0x62656572;
    public static final int TMPFS_MAGIC = 0x01021994;
    public static final int CGROUP_SUPER_MAGIC = 0x27e0eb;
    public static final int CGROUP2_SUPER_MAGIC = 0x63677270;
    public static final int OVERLAYFS_SUPER_MAGIC = 0x794c7630;
    public static final int NSFS_MAGIC = 0x6e736673;

    private Magic() {}
}
