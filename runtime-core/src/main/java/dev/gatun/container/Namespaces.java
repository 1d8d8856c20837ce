package dev.gatun.container;

import dev.gatun.linux.Sched;
import dev.gatun.oci.Namespace;
import dev.gatun.oci.RuntimeSpec;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which namespaces a container gets new, and which it joins (config-linux.md, "Namespaces"); the others are the runtime's. */
final class Namespaces {
    private final Map<Namespace.Type, Namespace> byType = new EnumMap<>(Namespace.Type.class);

    Namespaces(Iterable<Namespace> namespaces) {
        for (Namespace namespace : namespaces) {
            byType.put(namespace.type(), namespace);
        }
    }

    /** Those that a process is in, of the types that its configuration has, by their paths. */
    static List<Namespace> of(ProcessIdentity process, RuntimeSpec spec) {
        var namespaces = new ArrayList<Namespace>();
        for (Namespace namespace : spec.linux().namespaces()) {
            String path = "/proc/" + process.pid() + "/ns/" + Namespaces.file(namespace.type());
            namespaces.add(new Namespace(namespace.type(), Optional.of(path)));
        }
        return namespaces;
    }

    /** Whether the container has one of its own, new or joined. */
    boolean has(Namespace.Type type) {
        return byType.containsKey(type);
    }

    boolean isNew(Namespace.Type type) {
        Namespace namespace = byType.get(type);
        return namespace != null && namespace.path().isEmpty();
    }

    /** The file of the namespace to join, if one is to be joined. */
    Optional<String> joined(Namespace.Type type) {
        Namespace namespace = byType.get(type);
        return namespace == null ? Optional.empty() : namespace.path();
    }

    /** {@code CLONE_NEW*} of all new ones. */
    long newFlags() {
        long flags = 0;
        for (Namespace namespace : byType.values()) {
            if (namespace.path().isEmpty()) {
                flags |= flag(namespace.type());
            }
        }
        return flags;
    }

    /** {@code CLONE_NEW*} of a type. */
    static long flag(Namespace.Type type) {
        return switch (type) {
            case PID -> Sched.CLONE_NEWPID;
            case NETWORK -> Sched.CLONE_NEWNET;
            case MOUNT -> Sched.CLONE_NEWNS;
            case IPC -> Sched.CLONE_NEWIPC;
            case UTS -> Sched.CLONE_NEWUTS;
            case USER -> Sched.CLONE_NEWUSER;
            case CGROUP -> Sched.CLONE_NEWCGROUP;
            case TIME -> Sched.CLONE_NEWTIME;
        };
    }

    /** The name of a type's file below {@code /proc/PID/ns}. */
    static String file(Namespace.Type type) {
        return switch (type) {
            case NETWORK -> "net";
            case MOUNT -> "mnt";
            default -> type.text();
        };
    }
}
