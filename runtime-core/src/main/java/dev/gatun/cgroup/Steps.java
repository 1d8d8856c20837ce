package dev.gatun.cgroup;

/** What making or changing a group consists of: done at once ({@link Performer}), or added to a container's program. */
public interface Steps {
    /** Makes a folder, unless it is there. */
    void folder(String folder, String purpose);

    void write(Write write);

    /** Gives a file or folder to a user; one that this kernel does not have is passed over. */
    void own(String path, long uid, long gid, String purpose);

    /** Attaches a filter of devices to a group of version 2 that has none from here. */
    void filter(String folder, DeviceFilter filter, String purpose);
}
