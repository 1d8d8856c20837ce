package dev.gatun.container;

import dev.gatun.linux.Kernel;
import dev.gatun.oci.Hooks;
import dev.gatun.oci.Linux;
import dev.gatun.oci.Namespace;
import dev.gatun.oci.RuntimeSpec;
import dev.gatun.oci.State;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What only Java can do for a container that is set up and has not entered its root: run hooks, above all.
 *
 * <p>Hooks are promised (config.md) that the mounts are there and the root is still the runtime's. They find the network
 * devices moved, and are in no class of service of the container's.
 */
final class Preparation implements AutoCloseable {
    private final Kernel kernel;
    private final HookRunner runner;
    private final RuntimeSpec spec;
    private boolean begun;
    private @Nullable NetDevices devices;
    private @Nullable Resctrl resctrl;

    Preparation(Kernel kernel, HookRunner runner, RuntimeSpec spec) {
        this.kernel = kernel;
        this.runner = runner;
        this.spec = spec;
    }

    /** Whether the configuration has anything of the kind. */
    static boolean isNeeded(RuntimeSpec spec) {
        Hooks hooks = spec.hooks();
        Linux linux = spec.linux();
        return !hooks.prestart().isEmpty()
                || !hooks.createRuntime().isEmpty()
                || !hooks.createContainer().isEmpty()
                || !linux.netDevices().isEmpty()
                || linux.intelRdt().isPresent();
    }

    /** Whether something of it was done, and is to be undone by the hooks that run at a container's end. */
    boolean hasBegun() {
        return begun;
    }

    /** Folders that are to be removed when the container is deleted, in order. */
    List<String> foldersToRemove() {
        return resctrl == null ? List.of() : resctrl.toRemove();
    }

    /**
     * Does it.
     *
     * @param creating the container's state, with the waiting process
     * @param namespaces the container's, by path
     */
    void run(State creating, List<Namespace> namespaces) {
        Linux linux = spec.linux();
        if (!linux.netDevices().isEmpty()) {
            moveDevices(
                    new Namespaces(namespaces).joined(Namespace.Type.NETWORK).orElseThrow());
        }
        if (linux.intelRdt().isPresent()) {
            resctrl = Resctrl.ofHost();
            resctrl.apply(linux.intelRdt().get(), creating.id(), creating.pid().orElseThrow());
        }
        begun = true;
        Hooks hooks = spec.hooks();
        // prestart is older than the state "creating", and who uses it expects the one that there was
        runner.runInRuntime("prestart", hooks.prestart(), creating.as(State.Status.CREATED));
        runner.runInRuntime("createRuntime", hooks.createRuntime(), creating);
        runner.runBeforeRoot("createContainer", hooks.createContainer(), creating, namespaces);
    }

    private void moveDevices(String namespace) {
        devices = NetDevices.between(kernel, namespace);
        devices.move(spec.linux().netDevices());
    }

    /**
     * Undoes what was done, but for what hooks did.
     *
     * @throws ContainerException if that fails
     */
    void undo() {
        if (resctrl != null) {
            resctrl.undo();
        }
        if (devices != null) {
            devices.giveBack();
        }
    }

    /** Lets go of the container's namespaces. */
    @Override
    public void close() {
        if (devices != null) {
            devices.close();
        }
    }
}
