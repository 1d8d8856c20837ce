package dev.gatun.container;

import dev.gatun.linux.Block;
import dev.gatun.linux.Fcntl;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.Text;
import dev.gatun.oci.Namespace;
import dev.gatun.program.Slot;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Ops that set kernel parameters, of the container's own namespaces only.
 *
 * <p>They are written through a procfs that the program has mounted itself: what an image or a volume puts at
 * {@code /proc} is never written to (CVE-2025-52881).
 */
final class SysctlOps {
    private static final Set<String> IPC = Set.of(
            "kernel.msgmax",
            "kernel.msgmnb",
            "kernel.msgmni",
            "kernel.sem",
            "kernel.shmall",
            "kernel.shmmax",
            "kernel.shmmni",
            "kernel.shm_rmid_forced");

    private final Assembly assembly;

    SysctlOps(Assembly assembly) {
        this.assembly = assembly;
    }

    void set(Optional<Slot> containerProc) {
        Map<String, String> parameters = assembly.spec.linux().sysctl();
        if (parameters.isEmpty()) {
            return;
        }
        for (String name : parameters.keySet()) {
            check(name);
        }
        Slot proc = containerProc.isPresent() ? containerProc.get() : privateProc();
        for (Map.Entry<String, String> parameter : parameters.entrySet()) {
            set(proc, parameter.getKey(), parameter.getValue());
        }
    }

    private void set(Slot proc, String name, String value) {
        String purpose = "set the kernel parameter " + name + " to " + Text.quoted(value);
        Slot file = assembly.program.slot("parameter");
        long flags = Fcntl.O_WRONLY | Fcntl.O_CLOEXEC;
        // nothing that is mounted over a parameter is taken for it
        long procOnly = Fcntl.RESOLVE_NO_XDEV | Fcntl.RESOLVE_NO_SYMLINKS | Fcntl.RESOLVE_BENEATH;
        assembly.program
                .call(FileCalls.openat2(proc, path(name), flags, 0, procOnly), purpose)
                .to(file);
        assembly.program.call(FileCalls.write(file, Block.content(value)), purpose);
        assembly.close(file);
    }

    /** A procfs that is attached nowhere, for a container that mounts none. */
    private Slot privateProc() {
        Slot proc = assembly.program.slot("private_proc");
        FilesystemOps.make(assembly, "proc", List.of(), 0, proc, "make a private procfs");
        return proc;
    }

    /** Refuses what is not the container's own: the same parameters that runc allows, and for the same reason. */
    private void check(String name) {
        String dotted = name.replace('/', '.');
        if (IPC.contains(dotted) || dotted.startsWith("fs.mqueue.")) {
            require(Namespace.Type.IPC, name);
        } else if (dotted.startsWith("net.")) {
            require(Namespace.Type.NETWORK, name);
        } else if (dotted.equals("kernel.domainname")) {
            require(Namespace.Type.UTS, name);
        } else if (dotted.startsWith("user.")) {
            require(Namespace.Type.USER, name);
        } else if (dotted.equals("kernel.hostname")) {
            throw new ContainerException("linux.sysctl[\"" + name + "\"]: use the field hostname instead");
        } else {
            throw new ContainerException(
                    "linux.sysctl[\"" + name + "\"]: it is the whole machine's, not in a namespace of the container");
        }
    }

    private void require(Namespace.Type type, String name) {
        if (!assembly.namespaces.has(type)) {
            throw new ContainerException("linux.sysctl[\"" + name + "\"]: the container has no " + type.text()
                    + " namespace of its own, so it would change the host's");
        }
    }

    /**
     * The file of a parameter, as sysctl(8) finds it: with the first separator a slash the name is a path, otherwise
     * dots separate, and a slash stands for a dot in an interface's name.
     */
    private static String path(String name) {
        int slash = name.indexOf('/');
        int dot = name.indexOf('.');
        boolean isPath = slash >= 0 && (dot < 0 || slash < dot);
        String path = isPath ? name : name.replace('.', '\0').replace('/', '.').replace('\0', '/');
        for (String component : path.split("/", -1)) {
            if (component.isEmpty() || component.equals(".") || component.equals("..")) {
                throw new ContainerException("linux.sysctl[\"" + name + "\"]: not the name of a kernel parameter");
            }
        }
        return "sys/" + path;
    }
}
