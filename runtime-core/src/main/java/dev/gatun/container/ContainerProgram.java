package dev.gatun.container;

import dev.gatun.cgroup.Creation;
import dev.gatun.linux.Call;
import dev.gatun.linux.Fcntl;
import dev.gatun.linux.Fd;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.Prctl;
import dev.gatun.linux.ProcessCalls;
import dev.gatun.linux.Sched;
import dev.gatun.linux.Signal;
import dev.gatun.linux.SocketCalls;
import dev.gatun.linux.Word;
import dev.gatun.oci.Linux;
import dev.gatun.oci.Namespace;
import dev.gatun.oci.Process;
import dev.gatun.oci.RuntimeSpec;
import dev.gatun.program.Channel;
import dev.gatun.program.Label;
import dev.gatun.program.Monitor;
import dev.gatun.program.Preamble;
import dev.gatun.program.Program;
import dev.gatun.program.ProgramBuilder;
import dev.gatun.program.Report;
import dev.gatun.program.Slot;
import dev.gatun.seccomp.SeccompFilter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Compiles a bundle to the program that starts it.
 *
 * <pre>
 *   Java                 parent                        child
 *    | posix_spawn         |
 *    |-------------------->| join namespaces
 *    |                     | clone3 ------------------->| (maps its ids with the parent's help)
 *    |<--- STARTED, pid ---|                            |
 *    |<--- UNMAPPED (if neither of the two may) --------|
 *    |---- answer ------------------------------------->| namespaces, root
 *    |<--- UNSERVED, descriptor (if a program is the root's file system)
 *    |---- answer ------------------------------------->| mounts, devices, terminal,
 *    |                     | monitor, or end            | restrictions, identity, the command is found
 *    |<--- TERMINAL, descriptor (if Java carries it) ---|
 *    |<--- PREPARED (if there are hooks, for one) ------|
 *    |---- answer ------------------------------------->| restrictions; enters its root
 *    |<--- COMPLETE ------------------------------------|
 *    |---- answer, when the container is on record ---->|
 *                          start connects to the socket | accept4 (if there is a start socket)
 *    |<--- LISTENER, number (to start, if that is there) | seccomp (if its profile has an agent)
 *    |---- answered, when the agent has it ------------->|
 *                                                       | execve
 * </pre>
 *
 * A failure of either is reported on the channel, or in words where nobody is at the other end.
 */
final class ContainerProgram {
    /** The child was started; the value is its process id. */
    static final int STARTED = 1;
    /** The terminal's other end. */
    static final int TERMINAL = 2;
    /** Everything is set up, and the command was found (in programs that nobody keeps a record of). */
    static final int READY = 3;
    /** The root is about to be entered; the program waits for Java to do its part ({@link Preparation}). */
    static final int PREPARED = 4;
    /** The filter is loaded; the value is the number of its listener. The program goes on when it is answered. */
    static final int LISTENER = 5;
    /** The first process is in a user namespace that has no ids; it waits for Java to map some ({@link IdHelpers}). */
    static final int UNMAPPED = 6;
    /**
     * Everything is set up, and the command was found; the program waits until the container is on record, and ends if
     * it will never be: nobody would find it.
     */
    static final int COMPLETE = 7;

    /** The root is mounted, and a program is to be its file system, to whom the device belongs ({@link MountProgram}). */
    static final int UNSERVED = 8;

    static final int FAILURE_STATUS = 127;

    private static final int STANDARD_ERROR = 2;
    private static final int STANDARD_DESCRIPTORS = 3;

    private final Assembly assembly;
    private final ProgramBuilder program;
    private final Process process;
    private final Surroundings surroundings;
    private final NamespaceOps namespaces;
    private final RootfsOps rootfs;
    private final JoinOps joining;
    private final Creation creation;
    private final CgroupOps group;
    private final PathOps paths;
    private final MountOps mounts;
    private final SeccompOps seccomp;
    private final Slot child;
    private final Label start;
    private final Label inChild;
    private final Label failure;
    private final Slot report;
    private final OomScoreOps oomScore;

    private ContainerProgram(
            Assembly assembly, Creation creation, Optional<SeccompFilter> filter, Surroundings surroundings) {
        this.assembly = assembly;
        this.program = assembly.program;
        this.process = assembly.spec.processOrIdle();
        this.surroundings = surroundings;
        this.namespaces = new NamespaceOps(assembly);
        this.creation = creation;
        this.rootfs = new RootfsOps(assembly, new LayerOps(assembly, surroundings.line(), surroundings.device()));
        this.joining = new JoinOps(program, assembly.namespaces);
        // in a scope there is somebody already, whom the limit of tasks would count when the child is cloned into it
        boolean clonesIntoGroup =
                joining.clonesIntoGroup() && !surroundings.options().systemd();
        this.group = new CgroupOps(program, creation.paths(), clonesIntoGroup);
        this.paths = new PathOps(assembly);
        this.mounts = new MountOps(assembly, paths, surroundings.idmapped());
        this.child = program.slot("child");
        this.start = program.label("start");
        this.inChild = program.label("child");
        this.failure = program.label("failure");
        this.oomScore = new OomScoreOps(program);
        this.report = program.slot("report", surroundings.line().map(Fd::number).orElse(STANDARD_ERROR));
        this.seccomp = new SeccompOps(program, filter, process, report);
        if (seccomp.notifies() && surroundings.line().isEmpty()) {
            throw new ContainerException(
                    "linux.seccomp: SCMP_ACT_NOTIFY: a compiled program has nobody to hand its listener to the agent");
        }
    }

    /**
     * Compiles a bundle.
     *
     * @param bundle the folder that relative paths in the configuration are taken from
     * @param source what becomes the root
     * @param view what is in it
     * @param joinOrder the namespaces to join, in order ({@link JoinOrder})
     * @param group the control group to make
     * @param filter of the system calls
     */
    static Program compile(
            RuntimeSpec spec,
            Path bundle,
            RootSource source,
            RootView view,
            List<Namespace.Type> joinOrder,
            Creation group,
            Optional<SeccompFilter> filter,
            Surroundings surroundings) {
        if (surroundings.privileges().isRootless()) {
            Rootless.check(spec, source, IdMapper.of(spec.linux(), surroundings.privileges()));
        }
        Consistency.check(spec);
        surroundings.check(spec, source);
        var compiler = new ContainerProgram(
                new Assembly(
                        spec,
                        new Namespaces(spec.linux().namespaces()),
                        bundle,
                        source,
                        view,
                        group.paths(),
                        surroundings.privileges()),
                group,
                filter,
                surroundings);
        return compiler.compile(joinOrder);
    }

    private Program compile(List<Namespace.Type> joinOrder) {
        program.section("start");
        program.place(start);
        if (process.oomScoreAdj().isPresent()) {
            // first of all: the files of a process that nobody may look into are root's
            oomScore.set(process.oomScoreAdj().getAsInt(), stays());
        }
        Preamble.ops(program, firstClosed(), descriptors());
        disconnect(surroundings.options().streams());
        program.section("control groups");
        group.make(creation);
        group.open();
        program.section("namespaces");
        joining.joinAsParent(joinOrder);
        namespaces.makeTime();
        rootfs.rememberHost();
        if (namespaces.mapsIdsInParent()) {
            namespaces.prepareMapping();
        }
        parent();
        child();
        assembly.addDetours();
        failure();
        return program.build(start, failure);
    }

    private List<Fd> descriptors() {
        List<Fd> all = surroundings.descriptors();
        assembly.source.mount().ifPresent(all::add);
        return all;
    }

    /** Whether the parent is there for as long as its child. */
    private boolean stays() {
        return surroundings.status().isPresent() || surroundings.line().isEmpty();
    }

    private void parent() {
        boolean alone = surroundings.line().isEmpty();
        boolean stays = stays();
        if (alone) {
            program.call(ProcessCalls.setSignalMask(ProcessCalls.allSignals()), "keep signals for the container");
        }
        // a parent that does not stay gives its child to its own parent, whose descendant it then is (conmon, a shim)
        long flags = namespaces.cloneFlags() | (stays ? 0 : Sched.CLONE_PARENT);
        int signal = stays ? Signal.SIGCHLD : 0;
        Call clone = group.cloneTarget().isPresent()
                ? ProcessCalls.clone3(flags, signal, group.cloneTarget().get())
                : ProcessCalls.clone3(flags, signal);
        program.call(clone, "start the container's first process in new namespaces")
                .to(child)
                .ifZero(inChild);
        program.section("parent");
        // first of all, so that Java knows whom to wait for if what follows fails
        surroundings.line().ifPresent(line -> Channel.signalOp(program, line, STARTED, child, "tell the process id"));
        if (namespaces.mapsIdsInParent()) {
            namespaces.mapIdsOfChild();
        }
        if (stays && process.oomScoreAdj().isPresent()) {
            oomScore.restore();
        }
        if (surroundings.status().isPresent()) {
            // only what the monitor needs stays open while the container lives
            Preamble.closeOthersOps(
                    program, STANDARD_DESCRIPTORS, List.of(surroundings.status().get()));
            Monitor.recordStatusOps(program, child, surroundings.status().get());
        } else if (stays) {
            Monitor.foregroundOps(program, child, group::remove);
        } else {
            program.call(ProcessCalls.exitGroup(Word.of(0)), "leave the container to whoever started this");
        }
    }

    private void child() {
        program.section("first process");
        program.place(inChild);
        if (surroundings.line().isEmpty()) {
            program.call(ProcessCalls.setSignalMask(ProcessCalls.noSignals()), "get signals again");
        }
        group.join();
        joining.joinAsChild();
        namespaces.makeCgroup();
        if (namespaces.mapsIdsInParent()) {
            namespaces.awaitMapping();
        } else if (namespaces.mapsIds()) {
            namespaces.awaitHelpers(surroundings.line().orElseThrow());
        }
        if (assembly.namespaces.has(Namespace.Type.USER)) {
            if (!surroundings.privileges().isRootless()) {
                mounts.openSources();
            }
            joining.becomeRoot();
        }
        namespaces.makeOwnTime();
        program.call(ProcessCalls.setsid(), "start a session of its own");
        var labels = new LabelOps(program, process);
        surroundings.options().keyring().ifPresent(labels::makeKeyring);
        if (labels.isNeeded()) {
            label(labels);
        }
        program.call(FileCalls.umask(0), "make files with the modes that are asked for");
        if (assembly.namespaces.isNew(Namespace.Type.NETWORK)) {
            namespaces.raiseLoopback();
        }
        namespaces.names();
        rootFilesystem();
        program.section("identity");
        Preamble.closeOthersOps(program, firstClosed(), keptToTheEnd());
        new PolicyOps(program).apply(assembly.spec, process);
        var identity = new IdentityOps(assembly, process, seccomp);
        identity.assume();
        execute(identity);
    }

    private void label(LabelOps labels) {
        Slot procfs = program.slot("host_proc");
        program.call(
                        FileCalls.openat(
                                FileCalls.CURRENT_DIRECTORY,
                                "/proc",
                                Fcntl.O_PATH | Fcntl.O_DIRECTORY | Fcntl.O_CLOEXEC,
                                0),
                        "open the host's /proc")
                .to(procfs);
        labels.label(procfs);
        assembly.close(procfs);
    }

    private void rootFilesystem() {
        Linux linux = assembly.spec.linux();
        program.section("root file system");
        rootfs.mount();
        program.section("mounts");
        mounts.mountAll();
        program.section("devices");
        new DeviceOps(assembly, paths).populate();
        if (process.terminal()) {
            program.section("terminal");
            terminal(mounts.devpts());
        }
        // before kernel parameters, which may be those of devices that come; before the root is read-only, as hooks
        // write to it
        awaitPreparation();
        program.section("restrictions");
        new SysctlOps(assembly).set(mounts.proc());
        mounts.closeKept();
        var restrictions = new RestrictionOps(assembly, paths);
        restrictions.makeReadOnly(linux.readonlyPaths());
        restrictions.mask(linux.maskedPaths());
        if (!process.cwd().equals("/")) {
            assembly.close(paths.openOrMake(
                    process.cwd(), PathOps.Kind.FOLDER, true, "make sure of the working folder " + process.cwd()));
        }
        if (assembly.spec.root().readonly()) {
            rootfs.makeReadOnly();
        }
        if (!assembly.namespaces.has(Namespace.Type.MOUNT)) {
            rootfs.enterFromHost();
        } else if (surroundings.options().pivots()) {
            rootfs.enter();
        } else {
            rootfs.moveOver();
        }
    }

    private void awaitPreparation() {
        if (waitsForPreparation()) {
            Fd line = surroundings.line().orElseThrow();
            show();
            Channel.signalOp(program, line, PREPARED, Word.of(0), "tell that the root is about to be entered");
            Channel.awaitOps(program, line, assembly.abandoned, "wait for hooks and the like");
        }
    }

    /**
     * Lets a runtime without root join the waiting process's namespaces, for hooks and for exec. Nobody else sees it:
     * its user and pid namespaces are its own, and new.
     */
    private void show() {
        if (surroundings.privileges().isRootless()
                && assembly.namespaces.isNew(Namespace.Type.USER)
                && assembly.namespaces.isNew(Namespace.Type.PID)) {
            program.call(ProcessCalls.prctl(Prctl.PR_SET_DUMPABLE, 1), "let the runtime look into this process");
        }
    }

    private boolean waitsForPreparation() {
        return surroundings.line().isPresent() && Preparation.isNeeded(assembly.spec);
    }

    private void terminal(Optional<Slot> devpts) {
        var console = new ConsoleOps(assembly, paths);
        console.open(process, devpts);
        console.bindConsole();
        if (surroundings.console().isPresent()) {
            console.send(surroundings.console().get());
        } else if (surroundings.line().isPresent()) {
            console.signal(surroundings.line().get(), TERMINAL);
        } else {
            throw new ContainerException(
                    "process.terminal: a compiled program has nobody to carry a terminal; without it the program uses the"
                            + " terminal that it is started from");
        }
    }

    private void execute(IdentityOps identity) {
        program.section("command");
        if (process.args().isEmpty()) {
            awaitStart();
            CommandOps.refuse(program);
            return;
        }
        var command = new CommandOps(program, process, process.args().getFirst());
        command.find();
        awaitStart();
        Preamble.closeOnExecOps(program, firstClosed());
        identity.confine();
        command.execute(HomeFolder.addTo(process, assembly));
    }

    private void awaitStart() {
        if (surroundings.startSocket().isPresent()) {
            show();
        }
        if (surroundings.line().isPresent()) {
            Fd line = surroundings.line().get();
            Channel.signalOp(program, line, COMPLETE, Word.of(0), "tell that all is ready");
            Channel.awaitOps(program, line, assembly.abandoned, "wait until the container is on record");
        }
        if (surroundings.startSocket().isPresent()) {
            // from here on it is whoever starts the container that is told of a failure
            program.call(SocketCalls.accept4(surroundings.startSocket().get()), "wait to be started")
                    .to(report);
        }
    }

    private void failure() {
        program.section("after a failure");
        program.place(failure);
        if (surroundings.line().isPresent()) {
            Channel.reportOp(program, report);
        } else {
            Report.textOps(program, report);
        }
        seccomp.end(FAILURE_STATUS);
        if (surroundings.line().isPresent() || namespaces.mapsIds()) {
            program.place(assembly.abandoned);
            program.call(ProcessCalls.exitGroup(Word.of(FAILURE_STATUS)), "end, as the other side is gone");
        }
    }

    /** Connects standard streams that are not the caller's to {@code /dev/null}. */
    private void disconnect(StandardStreams streams) {
        if (streams == StandardStreams.CALLERS) {
            return;
        }
        Slot nothing = program.slot("nothing");
        program.call(
                        FileCalls.openat(FileCalls.CURRENT_DIRECTORY, "/dev/null", Fcntl.O_RDWR | Fcntl.O_CLOEXEC, 0),
                        "open /dev/null")
                .to(nothing);
        int last = streams == StandardStreams.NO_INPUT ? 0 : STANDARD_ERROR;
        for (int stream = 0; stream <= last; stream++) {
            program.call(FileCalls.dup3(nothing, stream, 0), "connect descriptor " + stream + " to nothing");
        }
        assembly.close(nothing);
    }

    /** The first descriptor that the container does not inherit. */
    private int firstClosed() {
        return STANDARD_DESCRIPTORS + surroundings.options().preservedDescriptors();
    }

    /** What the first process still needs once its root is entered: sockets only, no folder of the host (CVE-2024-21626). */
    private List<Fd> keptToTheEnd() {
        var kept = new ArrayList<Fd>();
        surroundings.line().ifPresent(kept::add);
        surroundings.startSocket().ifPresent(kept::add);
        return kept;
    }
}
