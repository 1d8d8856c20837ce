package dev.gatun.container;

import dev.gatun.cgroup.GroupPaths;
import dev.gatun.linux.Fd;
import dev.gatun.linux.Kernel;
import dev.gatun.linux.ProcessCalls;
import dev.gatun.linux.Signal;
import dev.gatun.oci.Hook;
import dev.gatun.oci.Namespace;
import dev.gatun.oci.Process;
import dev.gatun.oci.RuntimeSpec;
import dev.gatun.oci.State;
import dev.gatun.program.Channel;
import dev.gatun.program.Launcher;
import dev.gatun.program.Monitor;
import dev.gatun.program.Program;
import dev.gatun.seccomp.FilterCache;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Runs hooks, one after the other, each with the container's state to read (config.md, POSIX-platform Hooks). */
final class HookRunner {
    private static final int MILLIS = 1000;

    private final Kernel kernel;
    private final Launcher launcher;
    private final FilterCache filters;

    private interface Compiler {
        Program compile(Hook hook, HookStreams streams, Channel channel);

        /** Hands the listener of a hook's own filter to the agent; only what runs in the container has a filter. */
        default void handOver(int process, int listener) {
            throw new IllegalStateException("hook " + process + " has a listener " + listener);
        }
    }

    HookRunner(Kernel kernel, Launcher launcher, FilterCache filters) {
        this.filters = filters;
        this.kernel = kernel;
        this.launcher = launcher;
    }

    /**
     * Runs hooks in the runtime's namespaces.
     *
     * @param kind the hooks' name in the configuration
     * @throws ContainerException if one fails; those behind it are not run
     */
    void runInRuntime(String kind, List<Hook> hooks, State state) {
        runJoined(kind, hooks, state, List.of());
    }

    /** As {@link #runInRuntime} in the namespaces of a container whose root is not entered yet. */
    void runBeforeRoot(String kind, List<Hook> hooks, State state, List<Namespace> namespaces) {
        runJoined(kind, hooks, inContainer(state), namespaces);
    }

    private void runJoined(String kind, List<Hook> hooks, State state, List<Namespace> namespaces) {
        if (hooks.isEmpty()) {
            return;
        }
        List<Namespace.Type> order = new JoinOrder(kernel).of(namespaces);
        run(
                kind,
                hooks,
                state,
                (hook, streams, channel) ->
                        HookProgram.compile(hook, namespaces, order, streams, channel.programEnd()));
    }

    /** Runs the hooks of a created container in it, as its process would run: with its user, rights, filter and environment. */
    void runInContainer(List<Hook> hooks, State state, RuntimeSpec spec, List<Namespace> namespaces, GroupPaths group) {
        List<Namespace.Type> order = new JoinOrder(kernel).of(namespaces);
        Path root = Path.of("/proc/" + state.pid().orElseThrow() + "/root/.");
        try (var view = new RootDirectory(kernel, root)) {
            run("startContainer", hooks, inContainer(state), new Compiler() {
                @Override
                public Program compile(Hook hook, HookStreams streams, Channel channel) {
                    return ExecProgram.compile(
                            spec,
                            process(spec.processOrIdle(), hook),
                            hook.path(),
                            namespaces,
                            order,
                            root,
                            view,
                            filters.filter(spec, kernel.arch()),
                            group,
                            Privileges.ofThisProcess(),
                            channel.programEnd(),
                            Optional.empty(),
                            0,
                            Optional.empty(),
                            Optional.of(streams));
                }

                @Override
                public void handOver(int process, int listener) {
                    new SeccompAgent(kernel, spec).handOver(state, process, listener);
                }
            });
        }
    }

    /** The container's process with another command; as runc, with its environment where the hook has none. */
    private static Process process(Process own, Hook hook) {
        return new Process(
                false,
                Optional.empty(),
                own.user(),
                HookProgram.arguments(hook),
                hook.env().isEmpty() ? own.env() : hook.env(),
                own.cwd(),
                own.capabilities(),
                own.rlimits(),
                own.noNewPrivileges(),
                own.apparmorProfile(),
                own.oomScoreAdj(),
                own.scheduler(),
                own.selinuxLabel(),
                own.ioPriority(),
                own.execCpuAffinity());
    }

    private void run(String kind, List<Hook> hooks, State state, Compiler compiler) {
        for (int i = 0; i < hooks.size(); i++) {
            Hook hook = hooks.get(i);
            try (var streams = HookStreams.of(kernel, state.toJson())) {
                var guide = new Launch.Guide() {
                    @Override
                    public Program compile(Channel channel) {
                        return compiler.compile(hook, streams, channel);
                    }

                    @Override
                    public void handOver(int child, int listener) {
                        compiler.handOver(child, listener);
                    }
                };
                Launch.Started started =
                        Launch.run(kernel, launcher, guide, List.of(streams.input(), streams.output()), false, false);
                await(started.child(), hook, streams);
            } catch (ContainerException failed) {
                throw new ContainerException("hooks." + kind + "[" + i + "]: " + failed.getMessage(), failed);
            }
        }
    }

    private void await(int pid, Hook hook, HookStreams streams) {
        OptionalInt timeout = hook.timeout();
        boolean ended = timeout.isEmpty();
        int status;
        try {
            ended |= timeout.isPresent() && endsWithin(pid, timeout.getAsInt());
        } finally {
            if (!ended) {
                // its session, as what it has started would go on without it
                kernel.attempt(ProcessCalls.kill(-pid, Signal.SIGKILL));
                kernel.attempt(ProcessCalls.kill(pid, Signal.SIGKILL));
            }
            // also where all fails: a container whose pid namespace holds a zombie cannot end (pid_namespaces(7))
            status = Launch.reap(kernel, pid);
        }
        if (!ended) {
            throw new ContainerException(
                    hook.path() + ": not done after " + timeout.orElse(0) + " s (its timeout), and killed");
        }
        if (status != 0) {
            String printed = streams.printed();
            throw new ContainerException(hook.path() + ": exit status " + Monitor.exitCode(status)
                    + (printed.isEmpty() ? "" : ": " + printed));
        }
    }

    private boolean endsWithin(int pid, int seconds) {
        int millis = (int) Math.min((long) seconds * MILLIS, Integer.MAX_VALUE);
        try (var pidfd = new Fd(kernel, kernel.call(ProcessCalls.pidfdOpen(pid)), "hook")) {
            return kernel.call(ProcessCalls.ppollReadable(pidfd, millis)) > 0;
        }
    }

    /** The state as somebody in the container's namespaces sees it. */
    private static State inContainer(State state) {
        int pid = state.pid().orElseThrow();
        return new State(
                state.ociVersion(),
                state.id(),
                state.status(),
                OptionalInt.of(innermostPid(pid)),
                state.bundle(),
                state.annotations());
    }

    /** The process's number in its own pid namespace (proc_pid_status(5), NSpid). */
    private static int innermostPid(int pid) {
        Path file = Path.of("/proc/" + pid + "/status");
        try {
            for (String line : Files.readAllLines(file)) {
                if (line.startsWith("NSpid:")) {
                    return Integer.parseInt(line.substring(line.lastIndexOf('\t') + 1));
                }
            }
        } catch (IOException e) {
            throw new ContainerException("read " + file + ": " + StateFolder.reason(e), e);
        }
        throw new ContainerException(file + ": no NSpid line; it needs Linux 4.1");
    }
}
