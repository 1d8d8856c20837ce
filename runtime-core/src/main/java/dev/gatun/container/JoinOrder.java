package dev.gatun.container;

import dev.gatun.linux.Call;
import dev.gatun.linux.Errno;
import dev.gatun.linux.Fcntl;
import dev.gatun.linux.Fd;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.Kernel;
import dev.gatun.linux.Namespacefs;
import dev.gatun.linux.SyscallException;
import dev.gatun.linux.Word;
import dev.gatun.oci.Namespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * In which order namespaces are joined.
 *
 * <p>setns(2) wants CAP_SYS_ADMIN in the user namespace that owns the other. When a user namespace is joined too, what
 * the runtime's own owns has to be joined before, and what the joined one owns after.
 */
final class JoinOrder {
    private final Kernel kernel;

    JoinOrder(Kernel kernel) {
        this.kernel = kernel;
    }

    /** The types of the namespaces that have a path; each path is checked to be of its type. */
    List<Namespace.Type> of(List<Namespace> namespaces) {
        boolean joinsUser =
                new Namespaces(namespaces).joined(Namespace.Type.USER).isPresent();
        var before = new ArrayList<Namespace.Type>();
        var after = new ArrayList<Namespace.Type>();
        for (int i = 0; i < namespaces.size(); i++) {
            Namespace namespace = namespaces.get(i);
            if (namespace.path().isEmpty()) {
                continue;
            }
            String field = "linux.namespaces[" + i + "].path";
            try (Fd file = open(field, namespace.path().get())) {
                checkType(field, namespace, file);
                if (namespace.type() != Namespace.Type.USER) {
                    (joinsUser && !ownedByCurrent(file) ? after : before).add(namespace.type());
                }
            }
        }
        if (joinsUser) {
            before.add(Namespace.Type.USER);
        }
        before.addAll(after);
        return before;
    }

    private Fd open(String field, String path) {
        try {
            return new Fd(
                    kernel,
                    kernel.call(
                            FileCalls.openat(FileCalls.CURRENT_DIRECTORY, path, Fcntl.O_RDONLY | Fcntl.O_CLOEXEC, 0)),
                    path);
        } catch (SyscallException failed) {
            String advice = failed.is(Errno.EACCES) ? "; another user's namespaces need root" : "";
            throw new ContainerException(field + ": open " + path + ": " + failed.reason() + advice, failed);
        }
    }

    private void checkType(String field, Namespace namespace, Fd file) {
        long type = kernel.attempt(request(file, Namespacefs.NS_GET_NSTYPE));
        if (type < 0) {
            throw new ContainerException(field + ": " + file + " is not a namespace");
        }
        if (type != Namespaces.flag(namespace.type())) {
            throw new ContainerException(
                    field + ": " + file + " is not a " + namespace.type().text() + " namespace");
        }
    }

    private boolean ownedByCurrent(Fd file) {
        long owner = kernel.attempt(request(file, Namespacefs.NS_GET_USERNS));
        if (owner < 0) {
            return false;
        }
        try (var fd = new Fd(kernel, owner, "owner")) {
            return Files.isSameFile(Path.of(fd.path()), Path.of("/proc/self/ns/user"));
        } catch (IOException e) {
            throw new ContainerException("compare user namespaces: " + e.getMessage(), e);
        }
    }

    private static Call request(Fd file, int request) {
        return FileCalls.ioctl(file, request, Word.of(0));
    }
}
