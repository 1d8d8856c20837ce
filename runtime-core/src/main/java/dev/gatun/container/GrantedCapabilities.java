package dev.gatun.container;

import dev.gatun.linux.Capability;
import dev.gatun.oci.Capabilities;
import dev.gatun.oci.Namespace;
import dev.gatun.oci.Process;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The capabilities that a process gets of those it asks for. What is unknown or cannot be granted is left out with a
 * warning, as a runtime may be in a restricted environment itself (config.md, Linux Process).
 */
final class GrantedCapabilities {
    private static final Capabilities NONE = new Capabilities(List.of(), List.of(), List.of(), List.of(), List.of());

    private final Capabilities asked;
    private final long grantable;

    private GrantedCapabilities(Capabilities asked, long grantable) {
        this.asked = asked;
        this.grantable = grantable;
    }

    /**
     * What a process gets.
     *
     * @param namespaces that it will be in: in a user namespace of its own there is nothing that cannot be granted
     * @param runtime who grants it
     */
    static GrantedCapabilities of(Process process, Namespaces namespaces, Privileges runtime) {
        Privileges granting = namespaces.has(Namespace.Type.USER) ? Privileges.ROOT : runtime;
        // none rather than all where none are listed, as runc and crun have it
        return new GrantedCapabilities(process.capabilities().orElse(NONE), granting.capabilities());
    }

    long bounding() {
        return bits(asked.bounding());
    }

    long effective() {
        return bits(asked.effective());
    }

    long inheritable() {
        return bits(asked.inheritable());
    }

    long permitted() {
        return bits(asked.permitted());
    }

    long ambient() {
        return bits(asked.ambient());
    }

    private long bits(List<String> names) {
        long bits = 0;
        for (String name : names) {
            bits |= bit(name);
        }
        return bits;
    }

    /** The capability's bit, or 0 if it is left out. */
    private long bit(String name) {
        Optional<Capability> capability = Capability.named(name);
        return capability.isPresent() ? capability.get().bit() & grantable : 0;
    }

    /** Tells in one line of those that are left out, if there are any. */
    void warn(Consumer<String> warnings) {
        var leftOut = new ArrayList<String>();
        for (List<String> set :
                List.of(asked.bounding(), asked.effective(), asked.inheritable(), asked.permitted(), asked.ambient())) {
            for (String name : set) {
                if (bit(name) == 0 && !leftOut.contains(name)) {
                    leftOut.add(name);
                }
            }
        }
        if (!leftOut.isEmpty()) {
            warnings.accept("process.capabilities: left out, as they are unknown or not this process's own: "
                    + String.join(", ", leftOut));
        }
    }
}
