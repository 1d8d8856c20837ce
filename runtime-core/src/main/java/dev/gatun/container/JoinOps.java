package dev.gatun.container;

import dev.gatun.linux.Errno;
import dev.gatun.linux.Fcntl;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.ProcessCalls;
import dev.gatun.oci.Namespace;
import dev.gatun.program.ProgramBuilder;
import dev.gatun.program.Slot;
import java.util.ArrayList;
import java.util.List;

/** Ops that join namespaces which are there already. */
final class JoinOps {
    private final ProgramBuilder program;
    private final Namespaces namespaces;

    JoinOps(ProgramBuilder program, Namespaces namespaces) {
        this.program = program;
        this.namespaces = namespaces;
    }

    /**
     * Joins those namespaces that have a path.
     *
     * @param order in which order; what is owned by a user namespace can only be joined from inside it, and what is
     *     owned by the runtime's only before that is left
     */
    void join(List<Namespace.Type> order) {
        List<Slot> files = new ArrayList<>();
        for (Namespace.Type type : order) {
            String path = namespaces.joined(type).orElseThrow();
            Slot file = program.slot(Namespaces.file(type) + "_namespace");
            program.call(
                            FileCalls.openat(FileCalls.CURRENT_DIRECTORY, path, Fcntl.O_RDONLY | Fcntl.O_CLOEXEC, 0),
                            "open the " + type.text() + " namespace " + path)
                    .to(file);
            files.add(file);
        }
        for (int i = 0; i < files.size(); i++) {
            Namespace.Type type = order.get(i);
            program.call(
                    ProcessCalls.setns(files.get(i), Namespaces.flag(type)),
                    "join the " + type.text() + " namespace "
                            + namespaces.joined(type).orElseThrow());
        }
    }

    /** Becomes root of the user namespace that was joined or made, as far as that has a root. */
    void becomeRoot() {
        program.call(ProcessCalls.setresgid(0), "become group 0 of the user namespace")
                .tolerate(Errno.EINVAL);
        program.call(ProcessCalls.setresuid(0), "become user 0 of the user namespace")
                .tolerate(Errno.EINVAL);
    }
}
