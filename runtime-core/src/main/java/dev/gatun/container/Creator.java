package dev.gatun.container;

import dev.gatun.cgroup.Creation;
import dev.gatun.cgroup.Group;
import dev.gatun.cgroup.GroupPaths;
import dev.gatun.linux.Fcntl;
import dev.gatun.linux.Fd;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.Kernel;
import dev.gatun.linux.SocketCalls;
import dev.gatun.oci.Linux;
import dev.gatun.oci.Namespace;
import dev.gatun.oci.State;
import dev.gatun.program.Channel;
import dev.gatun.program.Launcher;
import dev.gatun.program.Program;
import dev.gatun.seccomp.FilterCache;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;

/** The beginning of containers: from a bundle to a first process that waits or runs, and its record. */
final class Creator {
    private final Kernel kernel;
    private final Launcher launcher;
    private final StateFolder state;
    private final FilterCache filters;
    private final Caller caller;
    private final Optional<String> manager;
    private final Ending ending;
    private final Consumer<String> warnings;

    /**
     * A creator.
     *
     * @param manager the socket of a service manager that wants to hear of containers, if there is one
     * @param ending of what comes to nothing
     */
    Creator(
            Kernel kernel,
            Launcher launcher,
            StateFolder state,
            FilterCache filters,
            Optional<String> manager,
            Ending ending,
            Consumer<String> warnings) {
        this.kernel = kernel;
        this.launcher = launcher;
        this.state = state;
        this.filters = filters;
        this.caller = new Caller(kernel);
        this.manager = manager;
        this.ending = ending;
        this.warnings = warnings;
    }

    /** The container, or nothing of it. */
    Containers.Created create(ContainerId id, Bundle bundle, CreateOptions options, boolean waits, Fd lock) {
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
                ending.poststop(bundle.spec().hooks().poststop(), stopped(id, bundle));
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

    private Containers.Created launch(
            ContainerId id, Bundle bundle, CreateOptions options, boolean waits, Preparation preparation, Fd lock) {
        Privileges runtime = Privileges.ofThisProcess();
        if (!options.systemd() || runtime.isRootless()) {
            if (options.systemd()) {
                warnings.accept("--systemd-cgroup: without root systemd is not asked for a control group");
            }
            Creation creation = ContainerGroup.of(bundle.spec(), id.value(), runtime);
            new Group(kernel, creation.paths()).checkUnused();
            return launch(id, bundle, options, waits, preparation, creation, Optional.empty(), lock);
        }
        try (var scope = new Scope(kernel, launcher, bundle.spec(), id)) {
            try {
                return launch(
                        id, bundle, options, waits, preparation, scope.creation(), Optional.of(scope.unit()), lock);
            } catch (RuntimeException | Error failed) {
                scope.undo(failed);
                throw failed;
            }
        }
    }

    private Containers.Created launch(
            ContainerId id,
            Bundle bundle,
            CreateOptions options,
            boolean waits,
            Preparation preparation,
            Creation creation,
            Optional<String> unit,
            Fd lock) {
        List<Namespace.Type> joinOrder =
                new JoinOrder(kernel).of(bundle.spec().linux().namespaces());
        var group = new Group(kernel, creation.paths());
        List<String> missing = creation.missing();
        state.plan(id, creation.paths());
        var written = new ArrayList<ContainerRecord>(1);
        var handed = new ArrayList<Fd>();
        try (RootView view = RootView.of(kernel, bundle.root())) {
            Optional<Fd> start = waits ? Optional.of(keep(handed, listen(id))) : Optional.empty();
            Optional<Fd> console = options.consoleSocket().map(path -> keep(handed, caller.connectToConsole(path)));
            Optional<Fd> status = options.monitor() ? Optional.of(keep(handed, exitFile(id))) : Optional.empty();
            Map<Integer, Fd> idmapped = MountOps.mapIds(bundle.spec())
                    ? new IdmappedMounts(kernel, launcher, bundle).make(handed)
                    : Map.of();
            Optional<Fd> device = bundle.root() instanceof RootSource.Layers layers
                            && layers.helper().isPresent()
                    ? Optional.of(keep(handed, placeholder()))
                    : Optional.empty();
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
                            filters.filter(bundle.spec(), kernel.arch()),
                            new Surroundings.Attended(
                                    channel.programEnd(),
                                    start,
                                    console,
                                    status,
                                    idmapped,
                                    Optional.of(lock),
                                    device,
                                    options,
                                    Privileges.ofThisProcess()));
                }

                @Override
                public void mapIds(int child) {
                    Linux linux = bundle.spec().linux();
                    new IdHelpers(kernel, launcher).map(child, linux.uidMappings(), linux.gidMappings());
                }

                @Override
                public void serve(int child, Fd handed) {
                    var layers = (RootSource.Layers) bundle.root();
                    layers.helper().orElseThrow().serve(kernel, launcher, layers, handed, child);
                }

                @Override
                public void prepare(int child) {
                    preparation.run(
                            creating(id, bundle, child), Namespaces.of(ProcessIdentity.of(child), bundle.spec()));
                }

                @Override
                public void record(int child, int parent) {
                    ContainerRecord record = recordOf(
                            id,
                            bundle,
                            options,
                            creation.paths(),
                            unit,
                            child,
                            options.monitor() ? parent : 0,
                            preparation.foldersToRemove());
                    state.write(record);
                    if (manager.isEmpty()) {
                        state.writePlain(record, bundle.spec());
                    }
                    written.add(record);
                }

                @Override
                public void handOver(int child, int listener) {
                    new SeccompAgent(kernel, bundle.spec()).handOver(creating(id, bundle, child), child, listener);
                }
            };
            var passed = new ArrayList<Fd>(handed);
            passed.add(lock);
            bundle.root().mount().ifPresent(passed::add);
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

    private static Fd keep(List<Fd> handed, Fd fd) {
        handed.add(fd);
        return fd;
    }

    private static ContainerRecord recordOf(
            ContainerId id,
            Bundle bundle,
            CreateOptions options,
            GroupPaths group,
            Optional<String> unit,
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
                unit,
                new Namespaces(bundle.spec().linux().namespaces()).isNew(Namespace.Type.PID),
                folders);
    }

    private Containers.Created announced(ContainerRecord record, CreateOptions options, Launch.Started started) {
        try {
            caller.announce(started.child(), options);
            return new Containers.Created(
                    new ContainerStatus(record, State.Status.CREATED, false),
                    started.terminal(),
                    options.streams(),
                    Optional.empty());
        } catch (RuntimeException | Error failed) {
            started.undo(kernel);
            throw failed;
        }
    }

    /** Takes in a container that runs already, under a name that was reserved for it. */
    Containers.Created adopt(ContainerId id, Bundle bundle, CreateOptions options, int init) {
        // CRIU has brought its control group back, too
        GroupPaths groups = ContainerGroup.of(bundle.spec(), id.value(), Privileges.ofThisProcess())
                .paths();
        var started = new Launch.Started(init, Optional.empty(), Optional.empty());
        ContainerRecord record = recordOf(id, bundle, options, groups, Optional.empty(), init, 0, List.of());
        try {
            state.write(record);
        } catch (RuntimeException | Error failed) {
            started.undo(kernel);
            throw failed;
        }
        return announced(record, options, started);
    }

    /** The socket at which the first process waits. */
    private Fd listen(ContainerId id) {
        var socket = UnixSocket.seqpacket(kernel, "start_socket");
        try (Fd folder = UnixSocket.openFolder(kernel, state.folder(id))) {
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

    /** An open file, for its number. */
    private Fd placeholder() {
        long flags = Fcntl.O_RDONLY | Fcntl.O_CLOEXEC;
        return new Fd(
                kernel, kernel.call(FileCalls.openat(FileCalls.CURRENT_DIRECTORY, "/dev/null", flags, 0)), "fuse");
    }

    private Fd exitFile(ContainerId id) {
        Path file = state.exitFile(id);
        long flags = Fcntl.O_WRONLY | Fcntl.O_CREAT | Fcntl.O_EXCL | Fcntl.O_CLOEXEC;
        return new Fd(
                kernel,
                kernel.call(FileCalls.openat(FileCalls.CURRENT_DIRECTORY, file.toString(), flags, 0600)),
                "exit_file");
    }
}
