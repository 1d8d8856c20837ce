package dev.gatun.linux;

/** sys/inotify.h: inotify(7). */
public final class Inotify {
    public static final int IN_MODIFY = 2;
    public static final int IN_CLOEXEC = 0x80000;
    public static final int IN_NONBLOCK = 0x800;

    private Inotify() {}
}
