package dev.gatun.container;

import dev.gatun.oci.Hooks;
import dev.gatun.oci.Namespace;
import dev.gatun.oci.RuntimeSpec;
import dev.gatun.oci.State;
import java.util.List;

/**
 * What only Java can do for a container that is set up and has not entered its root: run hooks, above all.
 *
 * <p>Hooks are promised (config.md) that the mounts are there and the root is still the runtime's.
 */
final class Preparation {
    private final HookRunner runner;
    private final RuntimeSpec spec;
    private boolean begun;

    Preparation(HookRunner runner, RuntimeSpec spec) {
        this.runner = runner;
        this.spec = spec;
    }

    /** Whether the configuration has anything of the kind. */
    static boolean isNeeded(RuntimeSpec spec) {
        Hooks hooks = spec.hooks();
        return !hooks.prestart().isEmpty()
                || !hooks.createRuntime().isEmpty()
                || !hooks.createContainer().isEmpty();
    }

    /** Whether something of it was done, and is to be undone by the hooks that run at a container's end. */
    boolean hasBegun() {
        return begun;
    }

    /**
     * Does it.
     *
     * @param creating the container's state, with the waiting process
     * @param namespaces the container's, by path
     */
    void run(State creating, List<Namespace> namespaces) {
        begun = true;
        Hooks hooks = spec.hooks();
        // prestart is older than the state "creating", and who uses it expects the one that there was
        runner.runInRuntime("prestart", hooks.prestart(), creating.as(State.Status.CREATED));
        runner.runInRuntime("createRuntime", hooks.createRuntime(), creating);
        runner.runBeforeRoot("createContainer", hooks.createContainer(), creating, namespaces);
    }
}
