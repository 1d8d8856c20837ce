package dev.gatun.container;

import dev.gatun.linux.Kernel;
import dev.gatun.oci.Hook;
import dev.gatun.oci.IdMapping;
import dev.gatun.program.Launcher;
import dev.gatun.program.Monitor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/** newuidmap(1) and newgidmap(1): they map what {@code /etc/subuid} and {@code /etc/subgid} grant a user. */
public final class IdHelpers {
    private static final String UIDS = "newuidmap";
    private static final String GIDS = "newgidmap";

    private final Kernel kernel;
    private final Launcher launcher;

    IdHelpers(Kernel kernel, Launcher launcher) {
        this.kernel = kernel;
        this.launcher = launcher;
    }

    /** Whether this machine has them. */
    public static boolean areThere() {
        return HostProgram.find(UIDS).isPresent() && HostProgram.find(GIDS).isPresent();
    }

    /** Throws {@link ContainerException} if a mapping needs one that this machine has not. */
    static void require() {
        if (!areThere()) {
            throw new ContainerException(
                    "linux.uidMappings: to map other ids than one's own needs root, or newuidmap and"
                            + " newgidmap (Debian's package uidmap), which are not there");
        }
    }

    /** Maps the ids of a process that waits for it in its new user namespace. */
    void map(int pid, List<IdMapping> uids, List<IdMapping> gids) {
        map(UIDS, "/etc/subuid", pid, uids);
        map(GIDS, "/etc/subgid", pid, gids);
    }

    private void map(String helper, String grants, int pid, List<IdMapping> mappings) {
        var args = new ArrayList<String>();
        args.add(helper);
        args.add(Integer.toString(pid));
        for (IdMapping mapping : mappings) {
            args.add(Long.toString(mapping.containerId()));
            args.add(Long.toString(mapping.hostId()));
            args.add(Long.toString(mapping.size()));
        }
        Path path = HostProgram.find(helper).orElseThrow(() -> new ContainerException(helper + ": not found in $PATH"));
        var hook = new Hook(path.toString(), args, List.of(), OptionalInt.empty());
        try (var streams = HookStreams.of(kernel, "")) {
            Launch.Started started = Launch.run(
                    kernel,
                    launcher,
                    channel -> HookProgram.compile(hook, List.of(), List.of(), streams, channel.programEnd()),
                    List.of(streams.input(), streams.output()),
                    false,
                    false);
            int status = Launch.reap(kernel, started.child());
            if (status != 0) {
                throw new ContainerException(String.join(" ", args) + ": exit status " + Monitor.exitCode(status) + ": "
                        + streams.printed() + "; the user's line in " + grants + " grants what may be mapped");
            }
        }
    }
}
