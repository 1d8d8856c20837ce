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
    private final Slot cgroup;

    JoinOps(ProgramBuilder program, Namespaces namespaces) {
        this.program = program;
        this.namespaces = namespaces;
        this.cgroup = program.slot("cgroup_namespace");
    }

    /**
     * Joins those namespaces that have a path.
     *
     * @param order in which order; what is owned by a user namespace can only be joined from inside it, and what is
     *     owned by the runtime's only before that is left
     */
    void join(List<Namespace.Type> order) {
        join(order, false);
    }

    /** As {@link #join}, for who clones into a control group then: the child may still have one to join. */
    void joinAsParent(List<Namespace.Type> order) {
        join(order, childJoinsCgroup());
    }

    private void join(List<Namespace.Type> order, boolean leavesCgroup) {
        List<Slot> files = new ArrayList<>();
        for (Namespace.Type type : order) {
            String path = namespaces.joined(type).orElseThrow();
            Slot file = type == Namespace.Type.CGROUP ? cgroup : program.slot(Namespaces.file(type) + "_namespace");
            program.call(
                            FileCalls.openat(FileCalls.CURRENT_DIRECTORY, path, Fcntl.O_RDONLY | Fcntl.O_CLOEXEC, 0),
                            "open the " + type.text() + " namespace " + path)
                    .to(file);
            files.add(file);
        }
        for (int i = 0; i < files.size(); i++) {
            if (order.get(i) != Namespace.Type.CGROUP || !leavesCgroup) {
                enter(order.get(i), files.get(i));
            }
        }
    }

    private void enter(Namespace.Type type, Slot file) {
        program.call(
                ProcessCalls.setns(file, Namespaces.flag(type)),
                "join the " + type.text() + " namespace "
                        + namespaces.joined(type).orElseThrow());
    }

    /**
     * Whether the child itself joins the cgroup namespace. From inside, the parent's own group is not to be seen, and the
     * kernel would not let it clone into another (mount option nsdelegate). With a user namespace only the parent may.
     */
    private boolean childJoinsCgroup() {
        return namespaces.joined(Namespace.Type.CGROUP).isPresent() && !namespaces.has(Namespace.Type.USER);
    }

    /** Whether the parent still has its own rights in its own groups when it clones. */
    boolean clonesIntoGroup() {
        boolean joinsUser = namespaces.joined(Namespace.Type.USER).isPresent();
        boolean joinsCgroup = namespaces.joined(Namespace.Type.CGROUP).isPresent();
        return !joinsUser && (!joinsCgroup || childJoinsCgroup());
    }

    /** In the child, once it is in its control group: joins what the parent has left to it. */
    void joinAsChild() {
        if (childJoinsCgroup()) {
            enter(Namespace.Type.CGROUP, cgroup);
            program.call(FileCalls.close(cgroup), "close the namespace");
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
