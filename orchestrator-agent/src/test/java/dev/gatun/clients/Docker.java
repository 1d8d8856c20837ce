package dev.gatun.clients;

import dev.gatun.cli.Pty;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A Docker engine of the test's own in a room, with a containerd beside it, and one image. */
final class Docker implements AutoCloseable {
    static final String IMAGE = "busybox:test";
    /** Not what {@code PATH} has first: some machines have something else of that name there. */
    private static final String COMMAND = "/usr/bin/docker";

    private static final String HOST = "unix:///run/docker.sock";
    private static final String CGROUP = "gatun-clients-docker";

    private final Room room;
    private final CgroupsLeft cgroups = new CgroupsLeft(CGROUP);

    Docker(Path folder) {
        RuntimeUnderTest.needs("dockerd", "containerd", "iptables", COMMAND);
        // its own builder has runc built in; the one before runs steps as the engine runs containers
        room = new Room(folder)
                .with("DOCKER_BUILDKIT", "0")
                .with("DOCKER_CONFIG", folder.resolve("docker").toString());
        Path configuration = folder.resolve("daemon.json");
        try {
            Files.writeString(configuration, "{}");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Containerd.serve(room, folder);
        room.serve(
                List.of(
                        "dockerd",
                        "--config-file=" + configuration,
                        "--data-root",
                        folder.resolve("data").toString(),
                        "--exec-root=/run/docker",
                        "--pidfile=/run/docker.pid",
                        "--host=" + HOST,
                        "--containerd=" + Containerd.ADDRESS,
                        "--add-runtime=tested=" + RuntimeUnderTest.path(),
                        "--default-runtime=tested",
                        "--cgroup-parent=/" + CGROUP,
                        "--default-ulimit=nofile=1024:1024",
                        "--storage-driver=vfs",
                        "--userland-proxy=false"),
                () -> run("version").status() == 0);
        run("import", "--change=ENV PATH=/bin", Image.layer(folder).toString(), IMAGE)
                .succeeded();
    }

    private static List<String> commandLine(String... words) {
        var line = new ArrayList<>(List.of(COMMAND, "--host=" + HOST));
        line.addAll(List.of(words));
        return line;
    }

    /** Runs docker with some arguments. */
    Room.Result run(String... words) {
        return room.run(commandLine(words));
    }

    /** Runs a shell's command line in a new container, which is removed. */
    Room.Result sh(List<String> options, String script) {
        var words = new ArrayList<>(List.of("run", "--rm", "--network=none"));
        words.addAll(options);
        words.addAll(List.of(IMAGE, "sh", "-c", script));
        return run(words.toArray(String[]::new));
    }

    /** Starts docker at a terminal. */
    Process start(Pty terminal, String... words) {
        return Room.start(room.builder(terminal.commandLine(commandLine(words))));
    }

    @Override
    public void close() {
        room.close();
        cgroups.close();
    }
}
