package dev.gatun.container;

import dev.gatun.cgroup.Group;
import dev.gatun.cgroup.GroupPaths;
import dev.gatun.linux.Fd;
import dev.gatun.linux.Kernel;
import dev.gatun.linux.ProcessCalls;
import dev.gatun.linux.Signal;
import dev.gatun.oci.Hook;
import dev.gatun.oci.State;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** The end of containers: their processes, what the host has for them, their records, and the hooks that come after. */
final class Ending {
    private static final int KILL_TIMEOUT_MILLIS = 10_000;
    private static final int USUAL_END_MILLIS = 100;

    private final Kernel kernel;
    private final StateFolder state;
    private final HookRunner hooks;
    private final Consumer<String> warnings;

    Ending(Kernel kernel, StateFolder state, HookRunner hooks, Consumer<String> warnings) {
        this.kernel = kernel;
        this.state = state;
        this.hooks = hooks;
        this.warnings = warnings;
    }

    /**
     * Sends a signal to the first process. SIGKILL ends all processes: where the kernel does not end the others with the
     * first, as that has no pid namespace of its own, by the control group.
     */
    void kill(ContainerStatus status, int signal) {
        var group = new Group(kernel, status.record().group());
        if (signal == Signal.SIGKILL && endsByGroup(status.record(), group)) {
            group.killAll();
            return;
        }
        if (status.status() == State.Status.STOPPED || !signal(status.record().init(), signal)) {
            throw new ContainerException("container not running");
        }
        if (signal == Signal.SIGKILL && status.status() == State.Status.PAUSED) {
            group.thaw();
        }
    }

    /** Sends a signal to all processes. */
    void killAll(ContainerStatus status, int signal) {
        var group = new Group(kernel, status.record().group());
        if (group.view().processes().isEmpty()) {
            throw new ContainerException("container not running");
        }
        if (signal == Signal.SIGKILL) {
            group.killAll();
        } else {
            group.signal(signal);
        }
    }

    private static boolean endsByGroup(ContainerRecord record, Group group) {
        return !record.ownPidNamespace() && !group.view().processes().isEmpty();
    }

    /** Whether the process was there to get it; a process id that was given to another meanwhile is not it. */
    private boolean signal(ProcessIdentity process, int signal) {
        long opened = kernel.attempt(ProcessCalls.pidfdOpen(process.pid()));
        if (opened < 0) {
            return false;
        }
        try (var pidfd = new Fd(kernel, opened, "process")) {
            return process.isAlive() && kernel.attempt(ProcessCalls.pidfdSendSignal(pidfd, signal)) >= 0;
        }
    }

    /** Ends all processes of a container. */
    void end(ContainerStatus status) {
        var group = new Group(kernel, status.record().group());
        if (status.status() == State.Status.PAUSED || endsByGroup(status.record(), group)) {
            group.killAll();
        } else if (status.status() != State.Status.STOPPED) {
            killAndWait(status.record());
        }
    }

    /** Ends a container and forgets it. */
    void destroy(ContainerStatus status) {
        ContainerRecord record = status.record();
        end(status);
        // where this process has started it and not waited for it
        Launch.reapIfEnded(kernel, record.init());
        // it ends after the one that it waits for
        record.monitor().filter(ProcessIdentity::isThere).ifPresent(monitor -> Launch.reap(kernel, monitor.pid()));
        if (record.unit().isPresent()) {
            Scope.stop(record.unit().get());
        }
        new Group(kernel, record.group()).remove();
        if (!record.resctrl().isEmpty()) {
            Resctrl.remove(record.resctrl().stream().map(Path::of).toList());
        }
        state.remove(record.id());
        poststop(record.hooks().poststop(), new ContainerStatus(record, State.Status.STOPPED, false).state());
    }

    /**
     * Removes what there may be of a container without a record that can be read. Whoever set up one that was never
     * recorded has ended by now, or the lock could not be had; of one whose record is damaged, processes may be left.
     */
    void clear(ContainerId id) {
        Optional<GroupPaths> planned = state.plannedGroup(id);
        if (planned.isPresent()) {
            var group = new Group(kernel, planned.get());
            if (state.isRecorded(id)) {
                group.killAll();
            }
            group.remove();
        }
        state.remove(id);
    }

    private void killAndWait(ContainerRecord record) {
        ProcessIdentity process = record.init();
        long opened = kernel.attempt(ProcessCalls.pidfdOpen(process.pid()));
        if (opened < 0) {
            return;
        }
        try (var pidfd = new Fd(kernel, opened, "process")) {
            if (!process.isAlive()) {
                return;
            }
            kernel.attempt(ProcessCalls.pidfdSendSignal(pidfd, Signal.SIGKILL));
            if (awaitExit(pidfd, USUAL_END_MILLIS)) {
                return;
            }
            if (record.ownPidNamespace()) {
                Unreaped.in(process.pid()).reapOwn(kernel);
            }
            if (!awaitExit(pidfd, KILL_TIMEOUT_MILLIS)) {
                String left =
                        record.ownPidNamespace() ? Unreaped.in(process.pid()).description() : "";
                throw new ContainerException("process " + process.pid() + " has not ended " + KILL_TIMEOUT_MILLIS / 1000
                        + " s after SIGKILL: "
                        + (left.isEmpty() ? "it waits in the kernel, for a device perhaps" : left));
            }
        }
    }

    /** Whether the process ended in time: its descriptor becomes readable then. */
    private boolean awaitExit(Fd pidfd, int timeoutMillis) {
        return kernel.call(ProcessCalls.ppollReadable(pidfd, timeoutMillis)) > 0;
    }

    /** Runs the hooks of a container that is gone; one that fails is told of and passed over (runtime.md, Lifecycle). */
    void poststop(List<Hook> poststop, State stopped) {
        for (int i = 0; i < poststop.size(); i++) {
            try {
                hooks.runInRuntime("poststop", List.of(poststop.get(i)), stopped);
            } catch (ContainerException failed) {
                warnings.accept(failed.getMessage());
            }
        }
    }
}
