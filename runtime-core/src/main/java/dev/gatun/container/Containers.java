package dev.gatun.container;

import dev.gatun.cgroup.Creation;
import dev.gatun.cgroup.Group;
import dev.gatun.cgroup.GroupPaths;
import dev.gatun.linux.Block;
import dev.gatun.linux.Call;
import dev.gatun.linux.Errno;
import dev.gatun.linux.Fcntl;
import dev.gatun.linux.Fd;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.Kernel;
import dev.gatun.linux.ProcessCalls;
import dev.gatun.linux.Signal;
import dev.gatun.linux.Socket;
import dev.gatun.linux.SocketCalls;
import dev.gatun.linux.Syscall;
import dev.gatun.linux.SyscallException;
import dev.gatun.oci.Hook;
import dev.gatun.oci.Hooks;
import dev.gatun.oci.Namespace;
import dev.gatun.oci.Process;
import dev.gatun.oci.RuntimeSpec;
import dev.gatun.oci.State;
import dev.gatun.program.Channel;
import dev.gatun.program.Image;
import dev.gatun.program.Launcher;
import dev.gatun.program.Monitor;
import dev.gatun.program.Program;
import dev.gatun.program.ProgramBuilder;
import dev.gatun.program.Relay;
import dev.gatun.seccomp.FilterCache;
import dev.gatun.seccomp.SeccompFilter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;

/** The life of containers: created, started, signalled, deleted (runtime.md, "Lifecycle"). */
public final class Containers {
    private static final int KILL_TIMEOUT_MILLIS = 10_000;
    private static final int USUAL_END_MILLIS = 100;
    private static final int RECORD_SIZE = 2 * Long.BYTES;
    private static final int MESSAGE_SIZE = 4096;

    private final Kernel kernel;
    private final Launcher launcher;
    private final StateFolder state;
    private final Optional<String> manager;
    private final Consumer<String> warnings;
    private final FilterCache filters;

    /**
     * A container that was created or run.
     *
     * @param status as it is now
     * @param terminal its terminal's other end, if it has one that the caller is to carry; the caller closes it
     * @param streams as asked for: without input, what is typed at the caller's terminal is not for it
     * @param readiness the line to the service manager, if the container runs and there is one
     */
    public record Created(
            ContainerStatus status, Optional<Fd> terminal, StandardStreams streams, Optional<Readiness> readiness) {}

    /** A process that was added to a container. */
    public record Executed(int pid, Optional<Fd> terminal) {}

    /**
     * The containers of a state folder.
     *
     * @param lib a folder of Gatun's own, where programs can be executed from if the kernel executes none in memory, and
     *     where compiled filters are kept
     * @param warnings is told in a line of what went wrong and stopped nothing
     */
    public Containers(Kernel kernel, StateFolder state, Path lib, Consumer<String> warnings) {
        this(kernel, state, lib, Optional.empty(), warnings);
    }

    /**
     * As {@link #Containers(Kernel, StateFolder, Path, Consumer)}, on behalf of a service manager.
     *
     * @param manager the socket on which it wants to hear that a container is ready: {@code NOTIFY_SOCKET} of sd_notify(3)
     */
    public Containers(Kernel kernel, StateFolder state, Path lib, Optional<String> manager, Consumer<String> warnings) {
        this.manager = manager;
        this.kernel = kernel;
        this.state = state;
        this.warnings = warnings;
        this.filters = new FilterCache(lib.resolve("seccomp"));
        this.launcher = new Launcher(kernel, lib);
    }

    /** Creates a container, whose first process then waits for {@link #start}. */
    public Created create(ContainerId id, Bundle bundle, CreateOptions options) {
        return begin(id, bundle, options, true);
    }

    /** Creates a container and starts it. */
    public Created run(ContainerId id, Bundle bundle, CreateOptions options) {
        return begin(id, bundle, options, false);
    }

    /** As {@link #run(ContainerId, Bundle, CreateOptions)}, with a configuration that is kept with the container. */
    public Created run(ContainerId id, RuntimeSpec spec, RootSource root, CreateOptions options) {
        return begin(id, new Bundle(state.folder(id), spec, root), options, false);
    }

    private Created begin(ContainerId id, Bundle bundle, CreateOptions options, boolean waits) {
        checkPreserved(options.preservedDescriptors());
        LabelOps.check(bundle.spec().startableProcess(), bundle.spec().linux().mountLabel());
        if (!bundle.spec().linux().maskedPaths().isEmpty()) {
            RestrictionOps.checkCover(kernel);
        }
        state.reserve(id);
        Hooks hooks = bundle.spec().hooks();
        boolean staged =
                waits || !hooks.startContainer().isEmpty() || !hooks.poststart().isEmpty() || manager.isPresent();
        try (Fd lock = lock(id)) {
            Created created = create(id, bundle, options, staged, lock);
            if (waits || !staged) {
                return created;
            }
            // before it starts, as it may be ready at once
            Optional<Readiness> readiness = listenForReadiness(id);
            start(created.status());
            return new Created(created.status(), created.terminal(), created.streams(), readiness);
        }
    }

    /** The container, or nothing of it. */
    private Created create(ContainerId id, Bundle bundle, CreateOptions options, boolean waits, Fd lock) {
        var preparation = new Preparation(kernel, new HookRunner(kernel, launcher, filters), bundle.spec());
        try {
            if (bundle.folder().equals(state.folder(id))) {
                state.writeConfiguration(id, bundle.spec());
            }
            Bundle shown = manager.isPresent() ? Readiness.prepare(bundle, state.notifyFolder(id)) : bundle;
            return launch(id, shown, options, waits, preparation, lock);
        } catch (RuntimeException | Error failed) {
            state.remove(id);
            undo(preparation);
            if (preparation.hasBegun()) {
                poststop(bundle.spec().hooks().poststop(), stopped(id, bundle));
            }
            throw failed;
        } finally {
            preparation.close();
        }
    }

    /** What cannot be undone is told of, beside the reason for undoing. */
    private void undo(Preparation preparation) {
        try {
            preparation.undo();
        } catch (ContainerException failed) {
            warnings.accept(failed.getMessage());
        }
    }

    private Created launch(
            ContainerId id, Bundle bundle, CreateOptions options, boolean waits, Preparation preparation, Fd lock) {
        List<Namespace.Type> joinOrder =
                new JoinOrder(kernel).of(bundle.spec().linux().namespaces());
        Creation creation = ContainerGroup.of(bundle.spec(), id.value(), Privileges.ofThisProcess());
        var group = new Group(kernel, creation.paths());
        group.checkUnused();
        List<String> missing = creation.missing();
        state.plan(id, creation.paths());
        var written = new ArrayList<ContainerRecord>(1);
        var handed = new ArrayList<Fd>();
        try (var view = new RootDirectory(kernel, bundle.root().view())) {
            Optional<Fd> start = waits ? Optional.of(keep(handed, listen(id))) : Optional.empty();
            Optional<Fd> console = options.consoleSocket().map(path -> keep(handed, connect("console", path)));
            Optional<Fd> status = options.monitor() ? Optional.of(keep(handed, exitFile(id))) : Optional.empty();
            Map<Integer, Fd> idmapped = MountOps.mapIds(bundle.spec())
                    ? new IdmappedMounts(kernel, launcher, bundle).make(handed)
                    : Map.of();
            var guide = new Launch.Guide() {
                @Override
                public Program compile(Channel channel) {
                    return ContainerProgram.compile(
                            bundle.spec(),
                            bundle.folder(),
                            bundle.root(),
                            view,
                            joinOrder,
                            creation,
                            filter(bundle.spec()),
                            new ContainerProgram.Surroundings.Attended(
                                    channel.programEnd(),
                                    start,
                                    console,
                                    status,
                                    idmapped,
                                    Optional.of(lock),
                                    options,
                                    Privileges.ofThisProcess()));
                }

                @Override
                public void mapIds(int child) {
                    new IdHelpers(kernel, launcher).map(child, bundle.spec().linux());
                }

                @Override
                public void prepare(int child) {
                    preparation.run(
                            creating(id, bundle, child), namespacesOf(ProcessIdentity.of(child), bundle.spec()));
                }

                @Override
                public void record(int child, int parent) {
                    ContainerRecord record = recordOf(
                            id,
                            bundle,
                            options,
                            creation.paths(),
                            child,
                            options.monitor() ? parent : 0,
                            preparation.foldersToRemove());
                    state.write(record);
                    written.add(record);
                }

                @Override
                public void handOver(int child, int listener) {
                    new SeccompAgent(kernel, bundle.spec()).handOver(creating(id, bundle, child), child, listener);
                }
            };
            var passed = new ArrayList<Fd>(handed);
            passed.add(lock);
            Launch.Started started = Launch.run(kernel, launcher, guide, passed, waits, options.monitor());
            return announced(written.getFirst(), options, started);
        } catch (RuntimeException | Error failed) {
            group.undo(missing, failed);
            throw failed;
        } finally {
            handed.forEach(Fd::close);
        }
    }

    private static State creating(ContainerId id, Bundle bundle, int pid) {
        return new State(
                bundle.spec().ociVersion(),
                id.value(),
                State.Status.CREATING,
                OptionalInt.of(pid),
                bundle.folder().toString(),
                bundle.spec().annotations());
    }

    private static State stopped(ContainerId id, Bundle bundle) {
        return new State(
                bundle.spec().ociVersion(),
                id.value(),
                State.Status.STOPPED,
                OptionalInt.empty(),
                bundle.folder().toString(),
                bundle.spec().annotations());
    }

    /** Runs the hooks of a container that is gone; one that fails is told of and passed over (runtime.md, Lifecycle). */
    private void poststop(List<Hook> hooks, State stopped) {
        for (int i = 0; i < hooks.size(); i++) {
            try {
                new HookRunner(kernel, launcher, filters).runInRuntime("poststop", List.of(hooks.get(i)), stopped);
            } catch (ContainerException failed) {
                warnings.accept(failed.getMessage());
            }
        }
    }

    /**
     * Keeps other commands from changing the container meanwhile; this one waits until they are done.
     *
     * <p>A killed process lets go of it, as it hangs on a descriptor (flock(2)).
     */
    private Fd lock(ContainerId id) {
        long flags = Fcntl.O_RDONLY | Fcntl.O_DIRECTORY | Fcntl.O_CLOEXEC;
        Call open =
                FileCalls.openat(FileCalls.CURRENT_DIRECTORY, state.folder(id).toString(), flags, 0);
        long opened = kernel.attempt(open);
        if (opened == -Errno.ENOENT.number()) {
            throw StateFolder.missing(id);
        } else if (opened < 0) {
            throw new SyscallException(open.toString(), (int) -opened);
        }
        var lock = new Fd(kernel, opened, "lock");
        try {
            kernel.call(FileCalls.flock(lock, Fcntl.LOCK_EX));
            return lock;
        } catch (RuntimeException | Error failed) {
            lock.close();
            throw failed;
        }
    }

    private Optional<SeccompFilter> filter(RuntimeSpec spec) {
        return spec.linux().seccomp().map(profile -> filters.filter(profile, kernel.arch()));
    }

    /** What the caller did not open is not passed on: it would be a file that the JVM has opened there. */
    private static void checkPreserved(int count) {
        Path ours = Path.of(System.getProperty("java.home", "/"));
        for (int number = 3; number < 3 + count; number++) {
            Path descriptor = Path.of("/proc/self/fd/" + number);
            try {
                if (!Files.readSymbolicLink(descriptor).startsWith(ours)) {
                    continue;
                }
            } catch (IOException notOpen) {
                throw new ContainerException("--preserve-fds: descriptor " + number + " is not open", notOpen);
            }
            throw new ContainerException("--preserve-fds: descriptor " + number + " is not open");
        }
    }

    private static Fd keep(List<Fd> handed, Fd fd) {
        handed.add(fd);
        return fd;
    }

    private static ContainerRecord recordOf(
            ContainerId id,
            Bundle bundle,
            CreateOptions options,
            GroupPaths group,
            int child,
            int monitor,
            List<String> folders) {
        return new ContainerRecord(
                id,
                bundle.spec().ociVersion(),
                ProcessIdentity.of(child),
                monitor > 0 ? Optional.of(ProcessIdentity.of(monitor)) : Optional.empty(),
                bundle.folder().toString(),
                bundle.root().folder().toString(),
                Timestamp.now(),
                bundle.spec().annotations(),
                bundle.spec().hooks(),
                options.keyring(),
                group,
                new Namespaces(bundle.spec().linux().namespaces()).isNew(Namespace.Type.PID),
                folders);
    }

    private Created announced(ContainerRecord record, CreateOptions options, Launch.Started started) {
        try {
            announce(started.child(), options);
            return new Created(
                    new ContainerStatus(record, State.Status.CREATED, false),
                    started.terminal(),
                    options.streams(),
                    Optional.empty());
        } catch (RuntimeException | Error failed) {
            started.undo(kernel);
            throw failed;
        }
    }

    /** Tells those who asked of a new process. */
    private void announce(int pid, CreateOptions options) {
        options.pidfdSocket().ifPresent(socket -> sendPidfd(pid, socket));
        options.pidFile().ifPresent(file -> writePidFile(file, pid));
    }

    /** Sends a descriptor of the process, which no later process of that number can be taken for. */
    private void sendPidfd(int pid, Path path) {
        try (Fd socket = connect("pidfd", path);
                var pidfd = new Fd(kernel, kernel.call(ProcessCalls.pidfdOpen(pid)), "process")) {
            kernel.call(SocketCalls.sendmsg(
                    socket, SocketCalls.message(Block.content("pidfd"), SocketCalls.rights(pidfd))));
        }
    }

    /** Takes in a container that runs already, under a name that was reserved for it. */
    Created adopt(ContainerId id, Bundle bundle, CreateOptions options, int init) {
        // CRIU has brought its control group back, too
        GroupPaths groups = ContainerGroup.of(bundle.spec(), id.value(), Privileges.ofThisProcess())
                .paths();
        var started = new Launch.Started(init, Optional.empty(), Optional.empty());
        ContainerRecord record = recordOf(id, bundle, options, groups, init, 0, List.of());
        try {
            state.write(record);
        } catch (RuntimeException | Error failed) {
            started.undo(kernel);
            throw failed;
        }
        return announced(record, options, started);
    }

    /** Writes a process id without a line's end: engines read it with atoi(3) and its stricter kin. */
    private static void writePidFile(Path file, int pid) {
        try {
            StateFolder.writeAtomically(
                    file.toAbsolutePath(), Integer.toString(pid).getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new ContainerException("write the pid file " + file + ": " + StateFolder.reason(e), e);
        }
    }

    /** The socket at which the first process waits. */
    private Fd listen(ContainerId id) {
        var socket = seqpacketSocket("start_socket");
        try (Fd folder = openFolder(state.folder(id))) {
            // through the descriptor, as a socket's path may be no longer than 107 bytes
            kernel.call(SocketCalls.bind(
                    socket, folder.path() + "/" + state.startSocket(id).getFileName()));
            kernel.call(SocketCalls.listen(socket, 1));
            return socket;
        } catch (RuntimeException | Error failed) {
            socket.close();
            throw failed;
        }
    }

    private Fd seqpacketSocket(String name) {
        return new Fd(
                kernel,
                kernel.call(SocketCalls.socket(Socket.AF_UNIX, Socket.SOCK_SEQPACKET | Socket.SOCK_CLOEXEC)),
                name);
    }

    private Fd openFolder(Path folder) {
        return UnixSocket.openFolder(kernel, folder);
    }

    private Fd connect(String what, Path socketFile) {
        return UnixSocket.connect(kernel, socketFile, what + "_socket", "the " + what + " socket");
    }

    private Fd exitFile(ContainerId id) {
        Path file = state.exitFile(id);
        long flags = Fcntl.O_WRONLY | Fcntl.O_CREAT | Fcntl.O_EXCL | Fcntl.O_CLOEXEC;
        return new Fd(
                kernel,
                kernel.call(FileCalls.openat(FileCalls.CURRENT_DIRECTORY, file.toString(), flags, 0600)),
                "exit_file");
    }

    /**
     * Lets a created container execute its command; an error that this meets is thrown here.
     *
     * <p>A container whose hooks fail is no more afterwards (config.md, POSIX-platform Hooks).
     */
    public void start(ContainerId id) {
        ContainerStatus status;
        Optional<Readiness> readiness;
        try (Fd _ = lock(id)) {
            status = state.get(id);
            switch (status.status()) {
                case CREATED -> {}
                case STOPPED -> throw new ContainerException("cannot start a container that has stopped");
                default -> throw new ContainerException("cannot start an already running container");
            }
            readiness = listenForReadiness(id);
            start(status);
        }
        // without the lock: until it is ready, somebody may want to delete it
        awaitReadiness(status, readiness);
    }

    /** Waits until a container that was run says that it is ready, or ends, if there is a service manager to tell. */
    public void awaitReadiness(Created container) {
        awaitReadiness(container.status(), container.readiness());
    }

    private void awaitReadiness(ContainerStatus status, Optional<Readiness> readiness) {
        if (readiness.isPresent()) {
            try (Readiness line = readiness.get()) {
                line.await(launcher, status.record().init().pid());
            }
        }
    }

    /** The line from a container that was created with one; that nobody listens at its other end stops no container. */
    private Optional<Readiness> listenForReadiness(ContainerId id) {
        if (manager.isEmpty() || !Files.isDirectory(state.notifyFolder(id))) {
            return Optional.empty();
        }
        try {
            return Optional.of(Readiness.listen(kernel, state.notifyFolder(id), manager.get()));
        } catch (ContainerException failed) {
            warnings.accept(failed.getMessage());
            return Optional.empty();
        }
    }

    private void start(ContainerStatus status) {
        ContainerRecord record = status.record();
        Hooks hooks = record.hooks();
        if (hooks.isEmpty()) {
            execute(status);
            return;
        }
        var runner = new HookRunner(kernel, launcher, filters);
        try {
            if (!hooks.startContainer().isEmpty()) {
                RuntimeSpec spec = Bundle.readSpec(Path.of(record.bundle()));
                runner.runInContainer(
                        hooks.startContainer(),
                        status.state(),
                        spec,
                        namespacesOf(record.init(), spec),
                        record.group());
            }
        } catch (ContainerException failed) {
            destroy(status);
            throw failed;
        }
        execute(status);
        try {
            runner.runInRuntime(
                    "poststart", hooks.poststart(), new ContainerStatus(record, State.Status.RUNNING, false).state());
        } catch (ContainerException failed) {
            destroy(status);
            throw failed;
        }
    }

    /** Lets the first process go on from where it waits. */
    private void execute(ContainerStatus status) {
        ContainerId id = status.record().id();
        try (Fd line = seqpacketSocket("start");
                Fd folder = openFolder(state.folder(id))) {
            String socket = folder.path() + "/" + state.startSocket(id).getFileName();
            long connected = kernel.attempt(SocketCalls.connect(line, socket));
            if (connected == -Errno.ECONNREFUSED.number() || connected == -Errno.ENOENT.number()) {
                throw new ContainerException("cannot start a container that has stopped");
            } else if (connected < 0) {
                throw new SyscallException(SocketCalls.connect(line, socket).toString(), (int) -connected);
            }
            Files.deleteIfExists(state.startSocket(id));
            awaitExecution(line, status);
        } catch (IOException e) {
            throw new ContainerException("remove " + state.startSocket(id) + ": " + StateFolder.reason(e), e);
        }
    }

    /**
     * The line is closed by a successful execve; otherwise it brings {op, errno} and the failure in words. Before that
     * it may bring the number of a listener.
     */
    private void awaitExecution(Fd line, ContainerStatus status) {
        var buffer = Block.buffer(MESSAGE_SIZE, "&message");
        long length = kernel.attempt(FileCalls.read(line, buffer));
        if (length == RECORD_SIZE && buffer.getInt64(0) == ContainerProgram.LISTENER) {
            ContainerRecord record = status.record();
            new SeccompAgent(kernel, Bundle.readSpec(Path.of(record.bundle())))
                    .handOver(status.state(), record.init().pid(), buffer.getInt32(Long.BYTES));
            Channel.answer(kernel, line);
            length = kernel.attempt(FileCalls.read(line, buffer));
        }
        if (length > RECORD_SIZE) {
            var text = new String(buffer.getBytes(RECORD_SIZE, (int) length - RECORD_SIZE), StandardCharsets.UTF_8);
            throw new ContainerException(text);
        }
    }

    /**
     * Sends a signal to the first process. SIGKILL ends all processes: where the kernel does not end the others with the
     * first, as that has no pid namespace of its own, by the control group.
     */
    public void kill(ContainerId id, int signal) {
        ContainerStatus status = state.get(id);
        var group = new Group(kernel, status.record().group());
        if (signal == Signal.SIGKILL && endsByGroup(status.record(), group)) {
            group.killAll();
            return;
        }
        if (status.status() == State.Status.STOPPED || !signal(status.record().init(), signal)) {
            throw new ContainerException("container not running");
        }
        if (signal == Signal.SIGKILL && status.status() == State.Status.PAUSED) {
            group.thaw();
        }
    }

    /** Sends a signal to all processes. */
    public void killAll(ContainerId id, int signal) {
        var group = new Group(kernel, state.get(id).record().group());
        if (group.view().processes().isEmpty()) {
            throw new ContainerException("container not running");
        }
        if (signal == Signal.SIGKILL) {
            group.killAll();
        } else {
            group.signal(signal);
        }
    }

    private static boolean endsByGroup(ContainerRecord record, Group group) {
        return !record.ownPidNamespace() && !group.view().processes().isEmpty();
    }

    /** Whether the process was there to get it; a process id that was given to another meanwhile is not it. */
    private boolean signal(ProcessIdentity process, int signal) {
        long opened = kernel.attempt(ProcessCalls.pidfdOpen(process.pid()));
        if (opened < 0) {
            return false;
        }
        try (var pidfd = new Fd(kernel, opened, "process")) {
            return process.isAlive() && kernel.attempt(ProcessCalls.pidfdSendSignal(pidfd, signal)) >= 0;
        }
    }

    /**
     * Deletes a container that has stopped or was never started.
     *
     * @param force deletes a running one too, and is content if there is none
     */
    public void delete(ContainerId id, boolean force) {
        if (force) {
            // before waiting for the lock: what holds it may wait for this very process
            findAny(id).ifPresent(this::end);
            if (!state.exists(id)) {
                return;
            }
        }
        try (Fd _ = lock(id)) {
            Optional<ContainerStatus> found = force ? findAny(id) : Optional.of(state.get(id));
            if (found.isEmpty()) {
                clear(id);
            } else if (!force && isRunning(found.get())) {
                throw new ContainerException("cannot delete container " + id + " that is not stopped: "
                        + found.get().status().text());
            } else {
                destroy(found.get());
            }
        }
    }

    /**
     * Removes what there may be of a container without a record that can be read. Whoever set up one that was never
     * recorded has ended by now, or the lock could not be had; of one whose record is damaged, processes may be left.
     */
    private void clear(ContainerId id) {
        Optional<GroupPaths> planned = state.plannedGroup(id);
        if (planned.isPresent()) {
            var group = new Group(kernel, planned.get());
            if (state.isRecorded(id)) {
                group.killAll();
            }
            group.remove();
        }
        state.remove(id);
    }

    private static boolean isRunning(ContainerStatus status) {
        return status.status() == State.Status.RUNNING || status.status() == State.Status.PAUSED;
    }

    /** Ends all processes of a container. */
    private void end(ContainerStatus status) {
        var group = new Group(kernel, status.record().group());
        if (status.status() == State.Status.PAUSED || endsByGroup(status.record(), group)) {
            group.killAll();
        } else if (status.status() != State.Status.STOPPED) {
            killAndWait(status.record());
        }
    }

    /** Ends a container and forgets it. */
    private void destroy(ContainerStatus status) {
        ContainerRecord record = status.record();
        end(status);
        // where this process has started it and not waited for it
        Launch.reapIfEnded(kernel, record.init());
        // it ends after the one that it waits for
        record.monitor().filter(ProcessIdentity::isThere).ifPresent(monitor -> Launch.reap(kernel, monitor.pid()));
        new Group(kernel, record.group()).remove();
        if (!record.resctrl().isEmpty()) {
            Resctrl.remove(record.resctrl().stream().map(Path::of).toList());
        }
        state.remove(record.id());
        poststop(record.hooks().poststop(), new ContainerStatus(record, State.Status.STOPPED, false).state());
    }

    /** What can be read about a container; a record that is damaged or was never written is no reason to keep it. */
    private Optional<ContainerStatus> findAny(ContainerId id) {
        try {
            return state.find(id);
        } catch (ContainerException damaged) {
            return Optional.empty();
        }
    }

    private void killAndWait(ContainerRecord record) {
        ProcessIdentity process = record.init();
        long opened = kernel.attempt(ProcessCalls.pidfdOpen(process.pid()));
        if (opened < 0) {
            return;
        }
        try (var pidfd = new Fd(kernel, opened, "process")) {
            if (!process.isAlive()) {
                return;
            }
            kernel.attempt(ProcessCalls.pidfdSendSignal(pidfd, Signal.SIGKILL));
            if (awaitExit(pidfd, USUAL_END_MILLIS)) {
                return;
            }
            if (record.ownPidNamespace()) {
                Unreaped.in(process.pid()).reapOwn(kernel);
            }
            if (!awaitExit(pidfd, KILL_TIMEOUT_MILLIS)) {
                String left =
                        record.ownPidNamespace() ? Unreaped.in(process.pid()).description() : "";
                throw new ContainerException("process " + process.pid() + " has not ended " + KILL_TIMEOUT_MILLIS / 1000
                        + " s after SIGKILL: "
                        + (left.isEmpty() ? "it waits in the kernel, for a device perhaps" : left));
            }
        }
    }

    /** Whether the process ended in time: its descriptor becomes readable then. */
    private boolean awaitExit(Fd pidfd, int timeoutMillis) {
        return kernel.call(ProcessCalls.ppollReadable(pidfd, timeoutMillis)) > 0;
    }

    /**
     * Waits for a container that this process has run to end.
     *
     * @return its exit status, or 128 + n if signal n killed it
     */
    public int await(ContainerId id) {
        return Monitor.exitCode(
                Launch.reap(kernel, state.get(id).record().init().pid()));
    }

    /** Waits for a process that was added with {@link #exec} by this process. */
    public int await(Executed process) {
        return Monitor.exitCode(Launch.reap(kernel, process.pid()));
    }

    /**
     * Turns this process, JVM and all, into the relay between its user and a container that it has run
     * ({@link Relay}). It ends as the container ends.
     *
     * @param delete whether the container is deleted then
     */
    public void accompany(Created container, boolean delete) {
        ContainerRecord record = container.status().record();
        if (container.readiness().isPresent()) {
            try (Readiness line = container.readiness().get()) {
                line.watch(launcher, record.init().pid(), (int) kernel.call(Call.of(Syscall.GETPID)));
            }
        }
        become(
                record.init().pid(),
                container.terminal(),
                container.streams() == StandardStreams.CALLERS,
                delete ? new DeletionOps(state, record)::add : end -> {});
    }

    /** As {@link #accompany(Created, boolean)}, for a process that was added to a container. */
    public void accompany(Executed process) {
        become(process.pid(), process.terminal(), true, end -> {});
    }

    private void become(int pid, Optional<Fd> terminal, boolean input, Consumer<ProgramBuilder> cleanup) {
        Optional<Relay.Screen> screen = terminal.map(master -> Relay.Screen.of(kernel, master, input));
        var image = Image.of(Relay.compile(pid, screen, cleanup), kernel.arch());
        launcher.become(image, terminal.map(List::of).orElse(List.of()));
    }

    /**
     * Adds a process to a running container.
     *
     * @param spec the container's configuration
     * @param options of which the monitor is not used
     */
    public Executed exec(ContainerId id, RuntimeSpec spec, Process process, CreateOptions options) {
        return exec(id, spec, process, options, ExecGroup.CONTAINERS);
    }

    /** As {@link #exec(ContainerId, RuntimeSpec, Process, CreateOptions)}, in a control group of the container's. */
    public Executed exec(ContainerId id, RuntimeSpec spec, Process process, CreateOptions options, ExecGroup group) {
        ContainerStatus status = state.get(id);
        if (status.status() == State.Status.STOPPED) {
            throw new ContainerException("cannot exec in a stopped container");
        }
        if (status.status() == State.Status.PAUSED && !group.ignorePaused()) {
            throw new ContainerException("cannot exec in a paused container (use --ignore-paused to override)");
        }
        checkPreserved(options.preservedDescriptors());
        process.requireArgs("process.args");
        LabelOps.check(process, Optional.empty());
        GroupPaths groups = group.of(status.record());
        List<Namespace> namespaces = namespacesOf(status.record().init(), spec);
        List<Namespace.Type> joinOrder = new JoinOrder(kernel).of(namespaces);
        var handed = new ArrayList<Fd>();
        Path root = Path.of("/proc/" + status.record().init().pid() + "/root/.");
        try (var view = new RootDirectory(kernel, root)) {
            Optional<Fd> console = options.consoleSocket().map(path -> keep(handed, connect("console", path)));
            var guide = new Launch.Guide() {
                @Override
                public Program compile(Channel channel) {
                    return ExecProgram.compile(
                            spec,
                            process,
                            process.args().getFirst(),
                            namespaces,
                            joinOrder,
                            root,
                            view,
                            filter(spec),
                            groups,
                            channel.programEnd(),
                            console,
                            options.preservedDescriptors(),
                            status.record().keyring(),
                            Optional.empty());
                }

                @Override
                public void handOver(int child, int listener) {
                    new SeccompAgent(kernel, spec).handOver(status.state(), child, listener);
                }
            };
            Launch.Started started = Launch.run(kernel, launcher, guide, handed, false, false);
            try {
                announce(started.child(), options);
            } catch (RuntimeException | Error failed) {
                started.undo(kernel);
                throw failed;
            }
            return new Executed(started.child(), started.terminal());
        } finally {
            handed.forEach(Fd::close);
        }
    }

    private static List<Namespace> namespacesOf(ProcessIdentity process, RuntimeSpec spec) {
        var namespaces = new ArrayList<Namespace>();
        for (Namespace namespace : spec.linux().namespaces()) {
            String path = "/proc/" + process.pid() + "/ns/" + Namespaces.file(namespace.type());
            namespaces.add(new Namespace(namespace.type(), Optional.of(path)));
        }
        return namespaces;
    }
}
