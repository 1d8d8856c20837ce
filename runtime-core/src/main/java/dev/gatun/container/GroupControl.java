package dev.gatun.container;

import dev.gatun.cgroup.Group;
import dev.gatun.cgroup.OomWatch;
import dev.gatun.cgroup.Stats;
import dev.gatun.linux.Fd;
import dev.gatun.linux.Kernel;
import dev.gatun.linux.ProcessCalls;
import dev.gatun.oci.Resources;
import dev.gatun.oci.State;
import java.util.List;
import java.util.Optional;

/** What is done with containers by their control groups: paused, limited, counted. */
public final class GroupControl {
    private static final int CHECK_MILLIS = 1000;

    private final Kernel kernel;
    private final StateFolder state;

    public GroupControl(Kernel kernel, StateFolder state) {
        this.kernel = kernel;
        this.state = state;
    }

    /** Stops all processes of a container until {@link #resume}. */
    public void pause(ContainerId id) {
        ContainerStatus status = state.get(id);
        if (status.status() != State.Status.RUNNING && status.status() != State.Status.CREATED) {
            throw new ContainerException(
                    "container not running or created: " + status.status().text());
        }
        // who starts a container that stands still has to be told
        state.removePlain(id);
        group(status).freeze();
    }

    public void resume(ContainerId id) {
        ContainerStatus status = state.get(id);
        if (status.status() != State.Status.PAUSED) {
            throw new ContainerException("container not paused");
        }
        group(status).thaw();
    }

    /** The processes of a container, as the host numbers them. */
    public List<Integer> processes(ContainerId id) {
        ContainerStatus status = state.get(id);
        return status.record().group().isEmpty()
                ? PidNamespace.processes(status.pid())
                : group(status).view().processes();
    }

    /** Changes the limits of a container; what is not set stays. */
    public void update(ContainerId id, Resources resources) {
        ContainerStatus status = alive(id);
        ContainerRecord record = status.record();
        if (record.unit().isPresent()) {
            Scope.change(record.unit().get(), record.group(), resources);
        }
        group(status).update(resources);
    }

    public Stats stats(ContainerId id) {
        return stats(alive(id));
    }

    /** What a container uses that was running a moment ago: nothing, if its group is gone by now. */
    public Stats stats(ContainerStatus container) {
        return group(container).view().stats();
    }

    private ContainerStatus alive(ContainerId id) {
        ContainerStatus status = state.get(id);
        if (status.status() == State.Status.STOPPED) {
            throw new ContainerException("container with id " + id + " is not running");
        }
        return status;
    }

    /**
     * Calls {@code listener} each time processes of a container were killed for want of memory, until the container ends.
     *
     * @param listener is told of how many since it was last called
     */
    public void watchOom(ContainerId id, java.util.function.LongConsumer listener) {
        ContainerStatus status = alive(id);
        Group group = group(status);
        Optional<OomWatch> found = group.watchOom();
        if (found.isEmpty()) {
            throw new ContainerException("the host has no memory controller, so nothing tells when memory runs out");
        }
        try (OomWatch watch = found.get()) {
            long told = 0;
            boolean ended = false;
            while (!ended) {
                // looked at once more after the end, as what ended it may be what is waited for
                ended = !status.record().init().isAlive();
                long kills = group.view().oomKills();
                if (kills > told) {
                    listener.accept(kills - told);
                    told = kills;
                }
                if (!ended) {
                    Fd descriptor = watch.descriptor();
                    if (kernel.call(ProcessCalls.ppollReadable(descriptor, CHECK_MILLIS)) > 0) {
                        watch.reset();
                    }
                }
            }
        }
    }

    private Group group(ContainerStatus status) {
        return new Group(kernel, status.record().group());
    }
}
