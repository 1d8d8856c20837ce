package dev.gatun.container;

/**
 * A block device of a test's own, whose blocks are a file's.
 *
 * @param number its minor number
 */
record LoopDevice(int number, String file) implements AutoCloseable {
    private static final int MAJOR = 7;

    /** Takes the first that is free. */
    static LoopDevice of(String file, String size) {
        String number = HostShell.run("truncate -s " + size + " " + file + " && for i in 0 1 2 3 4 5 6 7; do"
                + " losetup /dev/loop$i " + file + " 2>/dev/null && echo $i && exit; done; echo none is free; exit 1");
        return new LoopDevice(Integer.parseInt(number), file);
    }

    /** As rules and settings name it. */
    String id() {
        return MAJOR + ":" + number;
    }

    /** Lets a container have it, as /dev/disk. */
    void addTo(TestBundle bundle) {
        bundle.add("linux.devices", "{path: '/dev/disk', type: 'b', major: " + MAJOR + ", minor: " + number + "}");
    }

    /** Sets how its queue works: Documentation/block/queue-sysfs.rst. */
    void queue(String setting, String value) {
        HostShell.run("echo " + value + " >" + queue() + setting);
    }

    /** The schedulers that its queue may have. */
    String schedulers() {
        return HostShell.run("cat " + queue() + "scheduler");
    }

    private String queue() {
        return "/sys/block/loop" + number + "/queue/";
    }

    @Override
    public void close() {
        queue("scheduler", "none");
        HostShell.run("losetup -d /dev/loop" + number + " && rm " + file);
    }
}
