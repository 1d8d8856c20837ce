package dev.gatun.image.registry;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;

/** Debian's docker-registry, on a port of its own on loopback, for one test. */
final class DockerRegistry implements AutoCloseable {
    private final Process process;
    private final int port;

    private DockerRegistry(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    static DockerRegistry plain(Path folder) throws Exception {
        return start(folder, "");
    }

    /** Lets in the user "tester" of the password "secret". */
    static DockerRegistry withPassword(Path folder) throws Exception {
        Path users = folder.resolve("htpasswd");
        Files.writeString(users, "tester:$2y$05$YT6TzzeJgfvY50zFFRgOC.5Bvi/xLWtr9M/1BA2f8ZBr9hyq77Fde\n");
        return start(folder, "auth: {htpasswd: {realm: test, path: " + users + "}}\n");
    }

    /** With a certificate for 127.0.0.1 that it signed itself: the file tls.crt. */
    static DockerRegistry withTls(Path folder) throws Exception {
        Program.run(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-days",
                "2",
                "-subj",
                "/CN=test",
                "-addext",
                "subjectAltName=IP:127.0.0.1",
                "-keyout",
                folder.resolve("tls.key").toString(),
                "-out",
                folder.resolve("tls.crt").toString());
        return start(folder, "");
    }

    private static DockerRegistry start(Path folder, String more) throws Exception {
        int port;
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        String tls = Files.exists(folder.resolve("tls.crt"))
                ? ", tls: {certificate: " + folder.resolve("tls.crt") + ", key: " + folder.resolve("tls.key") + "}"
                : "";
        Path config = folder.resolve("config.yml");
        Files.writeString(
                config,
                "version: 0.1\n"
                        + "log: {level: warn, accesslog: {disabled: true}}\n"
                        + "storage: {filesystem: {rootdirectory: " + folder.resolve("data") + "}}\n"
                        + "http: {addr: '127.0.0.1:" + port + "', secret: x" + tls + "}\n" + more);
        Process process = new ProcessBuilder("docker-registry", "serve", config.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
        var registry = new DockerRegistry(process, port);
        registry.await(folder.resolve("log"));
        return registry;
    }

    private void await(Path log) throws Exception {
        for (int i = 0; i < 500; i++) {
            try (var _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return;
            } catch (IOException notYet) {
                if (!process.isAlive()) {
                    throw new AssertionError("docker-registry ended: " + Files.readString(log), notYet);
                }
                Thread.sleep(20);
            }
        }
        close();
        throw new AssertionError("docker-registry does not listen: " + Files.readString(log));
    }

    /** Host and port. */
    String host() {
        return "127.0.0.1:" + port;
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
