package dev.gatun.cgroup;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Files that are only said to be there. */
final class FakeFiles implements CgroupFiles {
    private final Map<String, String> files = new TreeMap<>();
    private final Set<String> writable = new HashSet<>();

    /** A host with version 2 alone, as systemd sets it up. */
    static FakeFiles unified() {
        return new FakeFiles()
                .put(
                        "/proc/self/mountinfo",
                        "30 25 0:26 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:9 - cgroup2 cgroup2"
                                + " rw,nsdelegate,memory_recursiveprot\n")
                .put("/proc/self/cgroup", "0::/user.slice/user-0.slice/session-1.scope\n")
                .put("/sys/fs/cgroup/cgroup.controllers", "cpuset cpu io memory hugetlb pids rdma misc\n")
                .put("/sys/fs/cgroup/cgroup.subtree_control", "cpu memory pids\n");
    }

    /** A host with most controllers in version 1, two of them mounted together, and hugetlb left in version 2. */
    static FakeFiles hybrid() {
        return new FakeFiles()
                .put("/proc/self/mountinfo", """
                        31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
                        32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:10 master:1 - cgroup cgroup rw,cpu,cpuacct
                        34 31 0:31 / /sys/fs/cgroup/cpuset rw,relatime - cgroup cgroup rw,cpuset
                        35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
                        36 31 0:33 / /sys/fs/cgroup/devices rw,relatime - cgroup cgroup rw,devices
                        37 31 0:34 / /sys/fs/cgroup/freezer rw,relatime - cgroup cgroup rw,freezer
                        38 31 0:35 / /sys/fs/cgroup/blkio rw,relatime - cgroup cgroup rw,blkio
                        39 31 0:36 / /sys/fs/cgroup/pids rw,relatime - cgroup cgroup rw,pids
                        40 31 0:37 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,xattr,name=systemd
                        41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
                        42 31 0:37 /a /mnt/again rw,relatime - cgroup cgroup rw,xattr,name=systemd
                        """)
                .put("/proc/self/cgroup", """
                        9:name=systemd:/
                        8:pids:/
                        4:memory:/jobs/7
                        1:cpu,cpuacct:/
                        0::/
                        """)
                .put("/sys/fs/cgroup/unified/cgroup.controllers", "hugetlb\n")
                .put("/sys/fs/cgroup/unified/cgroup.subtree_control", "\n")
                .put("/sys/fs/cgroup/cpuset/cpuset.cpus", "0-3\n")
                .put("/sys/fs/cgroup/cpuset/cpuset.mems", "0\n")
                .put("/sys/fs/cgroup/devices/devices.list", "a *:* rwm\n");
    }

    FakeFiles put(String path, String content) {
        files.put(path, content);
        return this;
    }

    FakeFiles writable(String... paths) {
        writable.addAll(List.of(paths));
        return this;
    }

    @Override
    public Optional<String> read(String path) {
        return Optional.ofNullable(files.get(path));
    }

    @Override
    public boolean isWritable(String path) {
        return writable.contains(path);
    }

    @Override
    public boolean exists(String path) {
        return files.containsKey(path) || files.keySet().stream().anyMatch(file -> file.startsWith(path + "/"));
    }
}
