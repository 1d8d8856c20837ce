package dev.gatun.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;

/** Debian's docker-registry, on a port of its own on loopback, for one test. */
final class Registry implements AutoCloseable {
    private static final int PAUSES = 500;
    private static final int PAUSE_MILLIS = 20;

    private final Process process;
    private final String host;

    private Registry(Process process, String host) {
        this.process = process;
        this.host = host;
    }

    /** One that keeps its data in {@code folder}; {@code tls} is what its configuration says of that, or nothing. */
    static Registry start(Path folder, String tls) throws Exception {
        int port;
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        Path config = Files.createDirectories(folder).resolve("config.yml");
        Path log = folder.resolve("log");
        Files.writeString(
                config,
                "version: 0.1\nstorage: {filesystem: {rootdirectory: " + folder.resolve("data") + "}}\n"
                        + "http: {addr: '127.0.0.1:" + port + "', secret: x" + tls + "}\n");
        Process process = new ProcessBuilder("docker-registry", "serve", config.toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        var registry = new Registry(process, "127.0.0.1:" + port);
        for (int i = 0; i < PAUSES; i++) {
            try (var _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return registry;
            } catch (IOException notYet) {
                Thread.sleep(PAUSE_MILLIS);
            }
        }
        registry.close();
        throw new AssertionError("docker-registry does not listen: " + Files.readString(log));
    }

    /** Host and port. */
    String host() {
        return host;
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
