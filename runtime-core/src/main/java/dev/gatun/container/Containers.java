package dev.gatun.container;

import dev.gatun.cgroup.GroupPaths;
import dev.gatun.linux.Block;
import dev.gatun.linux.Call;
import dev.gatun.linux.Errno;
import dev.gatun.linux.Fcntl;
import dev.gatun.linux.Fd;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.Kernel;
import dev.gatun.linux.SocketCalls;
import dev.gatun.linux.Syscall;
import dev.gatun.linux.SyscallException;
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
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** The life of containers: created, started, signalled, deleted (runtime.md, "Lifecycle"). */
public final class Containers {
    private static final int RECORD_SIZE = 2 * Long.BYTES;
    private static final int MESSAGE_SIZE = 4096;

    private final Kernel kernel;
    private final Launcher launcher;
    private final StateFolder state;
    private final Optional<String> manager;
    private final Consumer<String> warnings;
    private final FilterCache filters;
    private final HookRunner runner;
    private final Caller caller;
    private final Ending ending;
    private final Creator creator;

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
        this.runner = new HookRunner(kernel, launcher, filters);
        this.caller = new Caller(kernel);
        this.ending = new Ending(kernel, state, runner, warnings);
        this.creator = new Creator(kernel, launcher, state, filters, manager, ending, warnings);
    }

    /** Takes in a container that runs already, under a name that was reserved for it. */
    Created adopt(ContainerId id, Bundle bundle, CreateOptions options, int init) {
        return creator.adopt(id, bundle, options, init);
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
        Caller.checkPreserved(options.preservedDescriptors());
        Process process = waits ? bundle.spec().processOrIdle() : bundle.spec().startableProcess();
        LabelOps.check(process, bundle.spec().linux().mountLabel());
        if (!bundle.spec().linux().maskedPaths().isEmpty()) {
            RestrictionOps.checkCover(kernel);
        }
        state.reserve(id);
        Hooks hooks = bundle.spec().hooks();
        // a container in a scope runs when it is alone there: whoever is in a group keeps it from being divided
        boolean staged = waits
                || options.systemd()
                || !hooks.startContainer().isEmpty()
                || !hooks.poststart().isEmpty()
                || manager.isPresent();
        try (Fd lock = lock(id)) {
            Created created = creator.create(id, bundle, options, staged, lock);
            warn(process, bundle.spec().linux().namespaces());
            if (waits || !staged) {
                return created;
            }
            // before it starts, as it may be ready at once
            Optional<Readiness> readiness = listenForReadiness(id);
            startOrUndo(created);
            return new Created(created.status(), created.terminal(), created.streams(), readiness);
        }
    }

    private void warn(Process process, List<Namespace> namespaces) {
        GrantedCapabilities.of(process, new Namespaces(namespaces), Privileges.ofThisProcess())
                .warn(warnings);
    }

    private void startOrUndo(Created created) {
        try {
            start(created.status());
        } catch (RuntimeException | Error failed) {
            created.terminal().ifPresent(Fd::close);
            // a hook that failed has done it
            if (state.exists(created.status().record().id())) {
                ending.destroy(created.status());
            }
            throw failed;
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
                case STOPPED ->
                    throw new ContainerException(
                            state.takeFailure(id, RECORD_SIZE).orElse("cannot start a container that has stopped"));
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
        try {
            if (!hooks.startContainer().isEmpty()) {
                RuntimeSpec spec = Bundle.readSpec(Path.of(record.bundle()));
                runner.runInContainer(
                        hooks.startContainer(),
                        status.state(),
                        spec,
                        Namespaces.of(record.init(), spec),
                        record.group());
            }
        } catch (ContainerException failed) {
            ending.destroy(status);
            throw failed;
        }
        execute(status);
        try {
            runner.runInRuntime(
                    "poststart", hooks.poststart(), new ContainerStatus(record, State.Status.RUNNING, false).state());
        } catch (ContainerException failed) {
            ending.destroy(status);
            throw failed;
        }
    }

    /** Lets the first process go on from where it waits. */
    private void execute(ContainerStatus status) {
        ContainerId id = status.record().id();
        try (Fd line = UnixSocket.seqpacket(kernel, "start");
                Fd folder = UnixSocket.openFolder(kernel, state.folder(id))) {
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
        ending.kill(state.get(id), signal);
    }

    /** Sends a signal to all processes. */
    public void killAll(ContainerId id, int signal) {
        ending.killAll(state.get(id), signal);
    }

    /**
     * Deletes a container that has stopped or was never started.
     *
     * @param force deletes a running one too, and is content if there is none
     */
    public void delete(ContainerId id, boolean force) {
        if (force) {
            // before waiting for the lock: what holds it may wait for this very process
            findAny(id).ifPresent(ending::end);
            if (!state.exists(id)) {
                return;
            }
        }
        try (Fd _ = lock(id)) {
            Optional<ContainerStatus> found = force ? findAny(id) : Optional.of(state.get(id));
            if (found.isEmpty()) {
                ending.clear(id);
            } else if (!force && isRunning(found.get())) {
                throw new ContainerException("cannot delete container " + id + " that is not stopped: "
                        + found.get().status().text());
            } else {
                ending.destroy(found.get());
            }
        }
    }

    private static boolean isRunning(ContainerStatus status) {
        return status.status() == State.Status.RUNNING || status.status() == State.Status.PAUSED;
    }

    /** What can be read about a container; a record that is damaged or was never written is no reason to keep it. */
    private Optional<ContainerStatus> findAny(ContainerId id) {
        try {
            return state.find(id);
        } catch (ContainerException damaged) {
            return Optional.empty();
        }
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
        Caller.checkPreserved(options.preservedDescriptors());
        process.requireArgs("process.args");
        LabelOps.check(process, Optional.empty());
        GroupPaths groups = group.of(status.record());
        List<Namespace> namespaces = Namespaces.of(status.record().init(), spec);
        List<Namespace.Type> joinOrder = new JoinOrder(kernel).of(namespaces);
        var handed = new ArrayList<Fd>();
        Path root = Path.of("/proc/" + status.record().init().pid() + "/root/.");
        try (var view = new RootDirectory(kernel, root)) {
            Optional<Fd> console = options.consoleSocket().map(path -> {
                Fd socket = caller.connectToConsole(path);
                handed.add(socket);
                return socket;
            });
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
                            filters.filter(spec, kernel.arch()),
                            groups,
                            Privileges.ofThisProcess(),
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
                caller.announce(started.child(), options);
                warn(process, spec.linux().namespaces());
            } catch (RuntimeException | Error failed) {
                started.undo(kernel);
                throw failed;
            }
            return new Executed(started.child(), started.terminal());
        } finally {
            handed.forEach(Fd::close);
        }
    }
}
