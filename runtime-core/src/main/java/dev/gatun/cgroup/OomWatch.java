package dev.gatun.cgroup;

import dev.gatun.linux.Block;
import dev.gatun.linux.Fcntl;
import dev.gatun.linux.Fd;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.Inotify;
import dev.gatun.linux.Kernel;
import java.util.Optional;

/** Tells when a group runs out of memory: by inotify on {@code memory.events}, in version 1 by an eventfd. */
public final class OomWatch implements AutoCloseable {
    private static final int BUFFER_SIZE = 4096;

    private final Kernel kernel;
    private final Fd descriptor;

    private OomWatch(Kernel kernel, Fd descriptor) {
        this.kernel = kernel;
        this.descriptor = descriptor;
    }

    static Optional<OomWatch> of(Kernel kernel, GroupPaths paths) {
        Optional<GroupPaths.Place> legacy = paths.legacy("memory");
        if (legacy.isPresent()) {
            return Optional.of(legacy(kernel, legacy.get()));
        }
        Optional<String> events = paths.unified().map(place -> place.file("memory.events"));
        return events.isPresent() && CgroupFiles.HOST.exists(events.get())
                ? Optional.of(unified(kernel, events.get()))
                : Optional.empty();
    }

    private static OomWatch unified(Kernel kernel, String events) {
        var watch = new OomWatch(
                kernel,
                new Fd(kernel, kernel.call(FileCalls.inotifyInit1(Inotify.IN_CLOEXEC | Inotify.IN_NONBLOCK)), "watch"));
        try {
            kernel.call(FileCalls.inotifyAddWatch(watch.descriptor, events, Inotify.IN_MODIFY));
            return watch;
        } catch (RuntimeException | Error failed) {
            watch.close();
            throw failed;
        }
    }

    /** Documentation/admin-guide/cgroup-v1/memory.rst, "OOM Control". */
    private static OomWatch legacy(Kernel kernel, GroupPaths.Place place) {
        var watch = new OomWatch(
                kernel, new Fd(kernel, kernel.call(FileCalls.eventfd2(Fcntl.O_CLOEXEC | Fcntl.O_NONBLOCK)), "watch"));
        String file = place.file("memory.oom_control");
        long flags = Fcntl.O_RDONLY | Fcntl.O_CLOEXEC;
        try (var control =
                new Fd(kernel, kernel.call(FileCalls.openat(FileCalls.CURRENT_DIRECTORY, file, flags, 0)), file)) {
            new Performer(kernel)
                    .write(Write.to(place, "cgroup.event_control", watch.descriptor.number() + " " + control.number()));
            return watch;
        } catch (RuntimeException | Error failed) {
            watch.close();
            throw failed;
        }
    }

    /** Readable when something has happened; the group may also have been removed. */
    public Fd descriptor() {
        return descriptor;
    }

    /** Makes it wait for the next event. */
    public void reset() {
        kernel.attempt(FileCalls.read(descriptor, Block.buffer(BUFFER_SIZE, "&events")));
    }

    @Override
    public void close() {
        descriptor.close();
    }
}
