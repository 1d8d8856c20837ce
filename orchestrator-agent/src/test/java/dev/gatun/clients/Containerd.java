package dev.gatun.clients;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A containerd of the test's own in a room, and {@code ctr} to command it. */
final class Containerd implements AutoCloseable {
    static final String IMAGE = "docker.io/library/busybox:test";
    static final String ADDRESS = "/run/containerd.sock";
    private static final String NAMESPACE = "gatun-clients";

    private final Room room;
    private final CgroupsLeft cgroups = new CgroupsLeft(NAMESPACE);

    /** Starts one, with one image. */
    Containerd(Path folder) {
        RuntimeUnderTest.needs("containerd", "ctr", "containerd-shim-runc-v2");
        room = new Room(folder);
        serve(room, folder);
        ctr("image", "import", Image.archive(folder, IMAGE).toString()).succeeded();
    }

    /** Starts a containerd in a room, and waits until it answers. */
    static void serve(Room room, Path folder) {
        Path configuration = folder.resolve("containerd.toml");
        try {
            Files.writeString(configuration, """
                    version = 2
                    root = "%s"
                    state = "/run/containerd"
                    disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.snapshotter.v1.btrfs",
                                        "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.devmapper",
                                        "io.containerd.snapshotter.v1.aufs"]
                    [grpc]
                      address = "%s"
                    """.formatted(folder.resolve("containerd"), ADDRESS));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        room.serve(
                List.of("containerd", "--config", configuration.toString()),
                () -> room.run(List.of("ctr", "--address", ADDRESS, "version")).status() == 0);
    }

    List<String> commandLine(String... words) {
        var line = new ArrayList<>(List.of("ctr", "--address", ADDRESS, "--namespace", NAMESPACE));
        line.addAll(List.of(words));
        return line;
    }

    /** Runs {@code ctr} with some arguments. */
    Room.Result ctr(String... words) {
        return room.run(commandLine(words));
    }

    /** The words that run a container of the image with the runtime under test. */
    static String[] run(List<String> options, String id, String... command) {
        var words = new ArrayList<>(List.of("run", "--snapshotter=native", "--runc-binary=" + RuntimeUnderTest.path()));
        words.addAll(options);
        words.addAll(List.of(IMAGE, id));
        words.addAll(List.of(command));
        return words.toArray(String[]::new);
    }

    Room room() {
        return room;
    }

    @Override
    public void close() {
        room.close();
        cgroups.close();
    }
}
