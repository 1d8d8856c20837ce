package dev.gatun.container;

import dev.gatun.cgroup.GroupPaths;
import dev.gatun.linux.Call;
import dev.gatun.linux.Fcntl;
import dev.gatun.linux.Fd;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.ProcessCalls;
import dev.gatun.linux.Sched;
import dev.gatun.linux.Word;
import dev.gatun.oci.Namespace;
import dev.gatun.oci.Process;
import dev.gatun.oci.RuntimeSpec;
import dev.gatun.program.Channel;
import dev.gatun.program.Label;
import dev.gatun.program.Preamble;
import dev.gatun.program.Program;
import dev.gatun.program.Slot;
import dev.gatun.seccomp.SeccompFilter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Compiles the program that adds a process to a running container.
 *
 * <p>The parent joins the container's namespaces and clones; the child, born inside, becomes who the process is to be.
 */
final class ExecProgram {
    private ExecProgram() {}

    /**
     * Compiles it.
     *
     * @param spec the container's configuration
     * @param executable what is executed: mostly the first of the process's arguments
     * @param namespaces the container's namespaces, each with a path
     * @param joinOrder in which order they are joined
     * @param filter of the system calls
     * @param group the control group that the process joins
     * @param runtime what whoever starts it may do
     * @param containerRoot the root of the container's first process
     * @param console where the terminal goes, if not to Java
     * @param inherited how many descriptors behind the standard ones the process gets
     * @param keyring the container's session keyring, if it has one
     * @param streams what its standard streams are, if not the caller's
     */
    static Program compile(
            RuntimeSpec spec,
            Process process,
            String executable,
            List<Namespace> namespaces,
            List<Namespace.Type> joinOrder,
            Path containerRoot,
            RootView view,
            Optional<SeccompFilter> filter,
            GroupPaths group,
            Privileges runtime,
            Fd channel,
            Optional<Fd> console,
            int inherited,
            Optional<String> keyring,
            Optional<HookStreams> streams) {
        var root = new RootSource.Folder(Path.of("/"));
        var assembly = new Assembly(spec, new Namespaces(namespaces), Path.of("/"), root, view, group, runtime);
        var program = assembly.program;
        Label start = program.label("start");
        Label inChild = program.label("child");
        Label failure = program.label("failure");
        Slot child = program.slot("child");
        var keep = new ArrayList<Fd>();
        keep.add(channel);
        console.ifPresent(keep::add);
        streams.ifPresent(connected -> {
            keep.add(connected.input());
            keep.add(connected.output());
        });

        program.section("start");
        program.place(start);
        Preamble.ops(program, 3 + inherited, keep);
        streams.ifPresent(connected -> connected.connectOps(program));
        boolean mounts = assembly.namespaces.has(Namespace.Type.MOUNT);
        if (!mounts) {
            openRoot(assembly, containerRoot);
        }
        var labels = new LabelOps(program, process);
        Slot procfs = program.slot("host_proc");
        if (labels.isNeeded()) {
            open(assembly, "/proc", procfs, "open the host's /proc");
        }
        new PolicyOps(program).initialAffinity(process.execCpuAffinity());
        program.section("namespaces");
        var joining = new JoinOps(program, assembly.namespaces);
        var groups = new CgroupOps(program, group, joining.clonesIntoGroup());
        groups.open();
        joining.joinAsParent(joinOrder);
        Call clone = groups.cloneTarget().isPresent()
                ? ProcessCalls.clone3(
                        Sched.CLONE_PARENT, 0, groups.cloneTarget().get())
                : ProcessCalls.clone3(Sched.CLONE_PARENT, 0);
        program.call(clone, "start the process inside").to(child).ifZero(inChild);
        program.section("parent");
        Channel.signalOp(program, channel, ContainerProgram.STARTED, child, "tell the process id");
        program.call(ProcessCalls.exitGroup(Word.of(0)), "leave the process to whoever started this");

        program.section("process");
        program.place(inChild);
        groups.join();
        joining.joinAsChild();
        if (assembly.namespaces.has(Namespace.Type.USER)) {
            joining.becomeRoot();
        }
        program.call(ProcessCalls.setsid(), "start a session of its own");
        keyring.ifPresent(labels::joinKeyring);
        if (labels.isNeeded()) {
            labels.label(procfs);
            assembly.close(procfs);
        }
        if (!mounts) {
            // a mount namespace brings its root with it; here the root is the first process's own
            program.call(FileCalls.fchdir(assembly.root), "go to the container's root");
            program.call(FileCalls.chroot("."), "make it the root");
            assembly.close(assembly.root);
        }
        if (process.terminal()) {
            terminal(assembly, process, channel, console);
        }
        program.section("identity");
        Preamble.ops(program, 3 + inherited, List.of(channel));
        var policies = new PolicyOps(program);
        policies.finalAffinity(process.execCpuAffinity());
        policies.apply(spec, process);
        var seccomp = new SeccompOps(program, filter, process, channel);
        var identity = new IdentityOps(assembly, process, seccomp);
        identity.assume();
        program.section("command");
        var command = new CommandOps(program, process, executable);
        command.find();
        Channel.signalOp(program, channel, ContainerProgram.READY, Word.of(0), "tell that all is ready");
        Preamble.closeOnExecOps(program, 3 + inherited);
        identity.confine();
        command.execute(HomeFolder.addTo(process, assembly));

        assembly.addDetours();
        program.section("after a failure");
        program.place(failure);
        Channel.reportOp(program, channel);
        seccomp.end(ContainerProgram.FAILURE_STATUS);
        return program.build(start, failure);
    }

    private static void openRoot(Assembly assembly, Path root) {
        open(assembly, root.toString(), assembly.root, "open the container's root");
    }

    private static void open(Assembly assembly, String folder, Slot descriptor, String purpose) {
        assembly.program
                .call(
                        FileCalls.openat(
                                FileCalls.CURRENT_DIRECTORY,
                                folder,
                                Fcntl.O_PATH | Fcntl.O_DIRECTORY | Fcntl.O_CLOEXEC,
                                0),
                        purpose)
                .to(descriptor);
    }

    private static void terminal(Assembly assembly, Process process, Fd channel, Optional<Fd> socket) {
        assembly.program.section("terminal");
        openRoot(assembly, Path.of("/"));
        var console = new ConsoleOps(assembly, new PathOps(assembly));
        console.open(process, Optional.empty());
        if (socket.isPresent()) {
            console.send(socket.get());
        } else {
            console.signal(channel, ContainerProgram.TERMINAL);
        }
        assembly.close(assembly.root);
    }
}
