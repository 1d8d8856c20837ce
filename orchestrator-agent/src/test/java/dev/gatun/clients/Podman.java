package dev.gatun.clients;

import dev.gatun.cli.Pty;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** podman in a room, with storage, locks and a configuration of its own, and one image. */
final class Podman implements AutoCloseable {
    static final String IMAGE = "localhost/busybox";

    private final Path folder;
    private final Room room;
    private final CgroupsLeft cgroups = new CgroupsLeft("libpod_parent");

    Podman(Path folder) {
        RuntimeUnderTest.needs("podman", "conmon");
        this.folder = folder;
        room = new Room(folder).with("CONTAINERS_CONF", configuration().toString());
        run("import", "--change=ENV PATH=/bin", Image.layer(folder).toString(), IMAGE)
                .succeeded();
    }

    /** podman's own default limits may be above this machine's hard ones, which nobody in the room may raise. */
    private Path configuration() {
        return file("containers.conf", """
                [containers]
                default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
                [engine]
                cgroup_manager = "cgroupfs"
                events_logger = "file"
                lock_type = "file"
                hooks_dir = []
                [network]
                network_config_dir = "%s"
                """.formatted(folder("networks")));
    }

    /** Makes a file for a test. */
    Path file(String name, String content) {
        try {
            return Files.writeString(folder.resolve(name), content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Makes a folder for a test. */
    Path folder(String name) {
        try {
            return Files.createDirectories(folder.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<String> commandLine(String... words) {
        var line = new ArrayList<>(List.of(
                "podman",
                "--runtime",
                RuntimeUnderTest.path(),
                "--cgroup-manager=cgroupfs",
                "--storage-driver=vfs",
                "--root",
                folder.resolve("storage").toString(),
                "--runroot=/run/podman-storage",
                "--tmpdir=/run/podman-tmp"));
        line.addAll(List.of(words));
        return line;
    }

    /** Runs podman with some arguments. */
    Room.Result run(String... words) {
        return room.run(commandLine(words));
    }

    /** Runs a shell's command line in a new container without a network, which is removed. */
    Room.Result sh(List<String> options, String script) {
        var words = new ArrayList<>(List.of("run", "--rm", "--network=none"));
        words.addAll(options);
        words.addAll(List.of(IMAGE, "sh", "-c", script));
        return run(words.toArray(String[]::new));
    }

    /** Starts a container without a network in the background, that is there until it is told to end. */
    String start(String... options) {
        var words = new ArrayList<>(List.of("run", "--detach", "--network=none"));
        words.addAll(List.of(options));
        words.addAll(List.of(IMAGE, "sh", "-c", "trap 'exit 7' TERM; echo begun; while :; do sleep 0.1; done"));
        String id = run(words.toArray(String[]::new)).succeeded().text();
        Room.await("the container begins", () -> run("logs", id).out().contains("begun"));
        return id;
    }

    /** One field of a container's description, by a Go template. */
    String inspect(String container, String template) {
        return run("inspect", "--format", template, container).succeeded().text();
    }

    /** Starts podman at a terminal. */
    Process start(Pty terminal, String... words) {
        return Room.start(room.builder(terminal.commandLine(commandLine(words))));
    }

    @Override
    public void close() {
        run("rm", "--all", "--force", "--time=0");
        room.close();
        cgroups.close();
    }
}
