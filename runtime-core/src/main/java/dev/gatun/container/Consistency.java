package dev.gatun.container;

import dev.gatun.oci.Linux;
import dev.gatun.oci.Namespace;
import dev.gatun.oci.RuntimeSpec;

/** Refuses configurations whose parts do not fit together: what would reach the host for want of a namespace, above all. */
final class Consistency {
    private final RuntimeSpec spec;
    private final Namespaces namespaces;

    private Consistency(RuntimeSpec spec) {
        this.spec = spec;
        this.namespaces = new Namespaces(spec.linux().namespaces());
    }

    static void check(RuntimeSpec spec) {
        var consistency = new Consistency(spec);
        consistency.propagation();
        consistency.users();
        consistency.names();
    }

    private void propagation() {
        need(
                Namespace.Type.MOUNT,
                "linux.rootfsPropagation",
                spec.linux().rootfsPropagation().isPresent());
    }

    private void users() {
        Linux linux = spec.linux();
        boolean mapped = !linux.uidMappings().isEmpty() || !linux.gidMappings().isEmpty();
        if (namespaces.isNew(Namespace.Type.USER)) {
            if (linux.uidMappings().isEmpty() || linux.gidMappings().isEmpty()) {
                String missing = linux.uidMappings().isEmpty() ? "linux.uidMappings" : "linux.gidMappings";
                throw new ContainerException(missing + ": missing; a new user namespace needs them");
            }
        } else if (mapped && !namespaces.has(Namespace.Type.USER)) {
            throw new ContainerException("linux.uidMappings: they need a user namespace in linux.namespaces");
        }
        if (namespaces.has(Namespace.Type.USER) && !namespaces.has(Namespace.Type.MOUNT)) {
            throw new ContainerException("linux.namespaces: with a user namespace it needs a mount namespace, as nobody"
                    + " in the first may mount anything in the host's");
        }
        need(Namespace.Type.TIME, "linux.timeOffsets", !linux.timeOffsets().isEmpty());
    }

    private void names() {
        need(Namespace.Type.UTS, "hostname", spec.hostname().isPresent());
        need(Namespace.Type.UTS, "domainname", spec.domainname().isPresent());
        need(
                Namespace.Type.NETWORK,
                "linux.netDevices",
                !spec.linux().netDevices().isEmpty());
    }

    private void need(Namespace.Type type, String field, boolean used) {
        if (used && !namespaces.has(type)) {
            throw new ContainerException(field + ": it needs a " + type.text()
                    + " namespace in linux.namespaces, or it would change the host");
        }
    }
}
