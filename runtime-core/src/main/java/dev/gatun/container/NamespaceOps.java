package dev.gatun.container;

import dev.gatun.linux.Block;
import dev.gatun.linux.Fcntl;
import dev.gatun.linux.Fd;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.Offset;
import dev.gatun.linux.Prctl;
import dev.gatun.linux.ProcessCalls;
import dev.gatun.linux.Sched;
import dev.gatun.linux.Socket;
import dev.gatun.linux.SocketCalls;
import dev.gatun.linux.Structs;
import dev.gatun.linux.Text;
import dev.gatun.linux.Word;
import dev.gatun.oci.IdMapping;
import dev.gatun.oci.Namespace;
import dev.gatun.oci.TimeOffset;
import dev.gatun.program.Channel;
import dev.gatun.program.Slot;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Ops that make namespaces, and set up what they contain from the start. */
final class NamespaceOps {
    private static final long DESCRIPTOR_MASK = 0xffff_ffffL;

    private final Assembly assembly;
    private final Block pair = Block.buffer(2 * Integer.BYTES, "&pair");
    private final Slot parentEnd;
    private final Slot childEnd;

    NamespaceOps(Assembly assembly) {
        this.assembly = assembly;
        this.parentEnd = assembly.program.slot("parent_end");
        this.childEnd = assembly.program.slot("child_end");
    }

    /** Makes the cgroup namespace, whose root is the group that its maker is in: the container's, by now. */
    void makeCgroup() {
        if (assembly.namespaces.isNew(Namespace.Type.CGROUP)) {
            assembly.program.call(ProcessCalls.unshare(Sched.CLONE_NEWCGROUP), "make the cgroup namespace");
        }
    }

    /** Makes the time namespace that the next child is born into; the clocks can be set only while nobody is in it. */
    void makeTime() {
        if (assembly.namespaces.isNew(Namespace.Type.TIME) && !assembly.privileges.isRootless()) {
            unshareTime();
        }
    }

    /** In the child, where only inside its user namespace one can be made; it moves there at once. */
    void makeOwnTime() {
        if (!assembly.namespaces.isNew(Namespace.Type.TIME) || !assembly.privileges.isRootless()) {
            return;
        }
        var program = assembly.program;
        Slot file = program.slot("time_namespace");
        // the files of a process that is not dumpable belong to the machine's root
        program.call(ProcessCalls.prctl(Prctl.PR_SET_DUMPABLE, 1), "be able to write to /proc/self");
        unshareTime();
        program.call(ProcessCalls.prctl(Prctl.PR_SET_DUMPABLE, 0), "keep other processes out again");
        program.call(
                        FileCalls.openat(
                                FileCalls.CURRENT_DIRECTORY,
                                "/proc/self/ns/time_for_children",
                                Fcntl.O_RDONLY | Fcntl.O_CLOEXEC,
                                0),
                        "open the time namespace")
                .to(file);
        program.call(ProcessCalls.setns(file, Sched.CLONE_NEWTIME), "move to the time namespace");
        assembly.close(file);
    }

    private void unshareTime() {
        var program = assembly.program;
        program.call(ProcessCalls.unshare(Sched.CLONE_NEWTIME), "make the time namespace");
        Map<String, TimeOffset> offsets = assembly.spec.linux().timeOffsets();
        if (!offsets.isEmpty()) {
            var text = new StringBuilder();
            for (Map.Entry<String, TimeOffset> offset : offsets.entrySet()) {
                text.append(offset.getKey())
                        .append(' ')
                        .append(offset.getValue().secs());
                text.append(' ').append(offset.getValue().nanosecs()).append('\n');
            }
            writeFile("/proc/self/timens_offsets", text.toString(), "set the clocks of the time namespace");
        }
    }

    /**
     * {@code CLONE_NEW*} of what the clone itself makes: a mount namespace always, be it to leave it once the root is
     * mounted ({@link RootfsOps#enterFromHost}).
     */
    long cloneFlags() {
        long made = assembly.namespaces.newFlags() & ~(Sched.CLONE_NEWTIME | Sched.CLONE_NEWCGROUP);
        return assembly.namespaces.has(Namespace.Type.MOUNT) ? made : made | Sched.CLONE_NEWNS;
    }

    /** Whether the child needs its ids mapped before it can do anything. */
    boolean mapsIds() {
        return assembly.namespaces.isNew(Namespace.Type.USER);
    }

    /** Whether the program's parent maps them. */
    boolean mapsIdsInParent() {
        return mapsIds() && mapper() != IdMapper.HELPERS;
    }

    private IdMapper mapper() {
        return IdMapper.of(assembly.spec.linux(), assembly.privileges);
    }

    /** Before the clone: the line on which the child hands its parent its folder in /proc. */
    void prepareMapping() {
        var program = assembly.program;
        program.call(
                SocketCalls.socketpair(Socket.AF_UNIX, Socket.SOCK_SEQPACKET | Socket.SOCK_CLOEXEC, pair),
                "make a line between parent and child");
        program.load(pair, 0, DESCRIPTOR_MASK, 0, "the parent's end").to(parentEnd);
        program.load(pair, Integer.SIZE, DESCRIPTOR_MASK, 0, "the child's end").to(childEnd);
    }

    /** In the parent: only a process outside the new user namespace may map more than one id into it. */
    void mapIdsOfChild() {
        var program = assembly.program;
        Slot folder = program.slot("proc_child");
        var buffer = Block.buffer(1, "&byte");
        var control = Block.buffer(Structs.CMSG_ONE_FD_SIZE, "&rights");
        assembly.close(childEnd);
        program.call(
                        SocketCalls.recvmsg(parentEnd, SocketCalls.message(buffer, control), Socket.MSG_CMSG_CLOEXEC),
                        "get the child's folder in /proc")
                .ifZero(assembly.abandoned);
        // the descriptor lies behind the header of the control message
        program.load(new Offset(control, Structs.CMSGHDR_SIZE), 0, DESCRIPTOR_MASK, 0, "its descriptor")
                .to(folder);
        if (mapper() == IdMapper.PARENT_OF_ONE) {
            write(folder, "setgroups", "deny");
        }
        writeMap(folder, "uid_map", assembly.spec.linux().uidMappings());
        writeMap(folder, "gid_map", assembly.spec.linux().gidMappings());
        program.call(FileCalls.write(parentEnd, Block.of(new byte[1], "\"\\0\"")), "let the child go on");
        assembly.close(parentEnd);
        assembly.close(folder);
    }

    /** In the child: hands over its folder in /proc, waits, and becomes root of the new user namespace. */
    void awaitMapping() {
        var program = assembly.program;
        Slot folder = program.slot("proc_self");
        assembly.close(parentEnd);
        // the files of a process that is not dumpable belong to the machine's root, who may be somebody else
        program.call(ProcessCalls.prctl(Prctl.PR_SET_DUMPABLE, 1), "let the parent write to /proc/self");
        program.call(
                        FileCalls.openat(
                                FileCalls.CURRENT_DIRECTORY,
                                "/proc/self",
                                Fcntl.O_PATH | Fcntl.O_DIRECTORY | Fcntl.O_CLOEXEC,
                                0),
                        "open /proc/self")
                .to(folder);
        var message = SocketCalls.message(Block.of(new byte[1], "\"\\0\""), SocketCalls.rights(folder));
        program.call(SocketCalls.sendmsg(childEnd, message), "hand the parent /proc/self");
        program.call(FileCalls.read(childEnd, Block.buffer(1, "&byte")), "wait until the ids are mapped")
                .ifZero(assembly.abandoned);
        program.call(ProcessCalls.prctl(Prctl.PR_SET_DUMPABLE, 0), "keep other processes out again");
        assembly.close(folder);
        assembly.close(childEnd);
    }

    /** In the child, as {@link #awaitMapping}: waits until Java has had the ids mapped. */
    void awaitHelpers(Fd line) {
        var program = assembly.program;
        program.call(ProcessCalls.prctl(Prctl.PR_SET_DUMPABLE, 1), "let newuidmap write to /proc/self");
        Channel.signalOp(program, line, ContainerProgram.UNMAPPED, Word.of(0), "ask for ids");
        Channel.awaitOps(program, line, assembly.abandoned, "wait until the ids are mapped");
        program.call(ProcessCalls.prctl(Prctl.PR_SET_DUMPABLE, 0), "keep other processes out again");
    }

    /** Switches on the loopback interface, which a new network namespace has, but down. */
    void raiseLoopback() {
        var program = assembly.program;
        Slot socket = program.slot("socket");
        program.call(
                        SocketCalls.socket(Socket.AF_INET, Socket.SOCK_DGRAM | Socket.SOCK_CLOEXEC),
                        "open a socket to reach the loopback interface")
                .to(socket);
        var request = SocketCalls.interfaceFlags("lo", Socket.IFF_UP | Socket.IFF_RUNNING);
        program.call(FileCalls.ioctl(socket, Socket.SIOCSIFFLAGS, request), "switch on the loopback interface");
        assembly.close(socket);
    }

    /** Names the machine that the container sees. */
    void names() {
        if (assembly.spec.hostname().isPresent()) {
            String name = assembly.spec.hostname().get();
            assembly.program.call(ProcessCalls.sethostname(name), "set the hostname to " + Text.quoted(name));
        }
        if (assembly.spec.domainname().isPresent()) {
            String name = assembly.spec.domainname().get();
            assembly.program.call(ProcessCalls.setdomainname(name), "set the domainname to " + Text.quoted(name));
        }
    }

    private void writeMap(Slot folder, String file, List<IdMapping> mappings) {
        var lines = new ArrayList<String>();
        for (IdMapping mapping : mappings) {
            lines.add(mapping.containerId() + " " + mapping.hostId() + " " + mapping.size() + "\n");
        }
        write(folder, file, String.join("", lines));
    }

    private void write(Slot folder, String file, String content) {
        var program = assembly.program;
        Slot map = program.slot(file);
        program.call(FileCalls.openat(folder, file, Fcntl.O_WRONLY | Fcntl.O_CLOEXEC, 0), "open the child's " + file)
                .to(map);
        program.call(FileCalls.write(map, Block.content(content)), "write the child's " + file);
        assembly.close(map);
    }

    private void writeFile(String path, String content, String purpose) {
        var program = assembly.program;
        Slot file = program.slot("file");
        program.call(FileCalls.openat(FileCalls.CURRENT_DIRECTORY, path, Fcntl.O_WRONLY | Fcntl.O_CLOEXEC, 0), purpose)
                .to(file);
        program.call(FileCalls.write(file, Block.content(content)), purpose);
        assembly.close(file);
    }
}
