package dev.gatun.linux;

/** Device numbers as the kernel's system calls encode them (linux/kdev_t.h, new_encode_dev). */
public final class Device {
    private Device() {}

    public static long number(long major, long minor) {
        return (minor & 0xff) | ((major & 0xfff) << 8) | ((minor & ~0xffL) << 12);
    }

    public static long major(long device) {
        return (device >> 8) & 0xfff;
    }

    public static long minor(long device) {
        return (device & 0xff) | ((device >> 12) & ~0xffL);
    }
}
