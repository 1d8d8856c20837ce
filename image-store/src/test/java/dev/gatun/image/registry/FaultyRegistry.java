package dev.gatun.image.registry;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.gatun.image.ContentStore;
import dev.gatun.image.Descriptor;
import dev.gatun.image.Image;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** A registry in this JVM that serves one image, and misbehaves as a test wants. */
final class FaultyRegistry implements AutoCloseable {
    /** Answers a request in its own way, and says whether it did. */
    @FunctionalInterface
    interface Fault {
        boolean handle(HttpExchange exchange, int earlierRequests) throws IOException;
    }

    private final HttpServer server;
    private final ExecutorService executor = Executors.newCachedThreadPool();
    private final Map<String, byte[]> content = new ConcurrentHashMap<>();
    private final Map<String, String> types = new ConcurrentHashMap<>();
    private final Map<String, AtomicInteger> counts = new ConcurrentHashMap<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private volatile Fault fault = (_, _) -> false;

    FaultyRegistry() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(executor);
        server.createContext("/", this::handle);
        server.start();
    }

    /** Serves an image as "repository:tag" and by its digests. */
    void serve(ContentStore store, Image image, String repository, String tag) {
        String base = "/v2/" + repository + "/";
        for (String version : List.of(tag, image.descriptor().digest().toString())) {
            document(
                    base + "manifests/" + version,
                    image.manifest().mediaType(),
                    image.manifest().raw());
        }
        blob(store, base, image.manifest().config());
        image.manifest().layers().forEach(layer -> blob(store, base, layer));
    }

    void document(String path, String type, byte[] bytes) {
        content.put(path, bytes);
        types.put(path, type);
    }

    private void blob(ContentStore store, String base, Descriptor blob) {
        try {
            byte[] bytes = Files.readAllBytes(
                    store.root().resolve("blobs/sha256").resolve(blob.digest().hex()));
            document(base + "blobs/" + blob.digest(), "application/octet-stream", bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void misbehave(Fault how) {
        fault = how;
    }

    String host() {
        return "127.0.0.1:" + server.getAddress().getPort();
    }

    /** Method, path, and the headers Range and Authorization of all requests so far. */
    List<String> requests() {
        return requests;
    }

    byte[] bytes(String path) {
        return content.getOrDefault(path, new byte[0]);
    }

    private void handle(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        String range = exchange.getRequestHeaders().getFirst("Range");
        String authorization = exchange.getRequestHeaders().getFirst("Authorization");
        requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " " + range + " " + authorization);
        int earlier = counts.computeIfAbsent(path, _ -> new AtomicInteger()).getAndIncrement();
        try (exchange) {
            if (!fault.handle(exchange, earlier)) {
                respond(exchange, path, range);
            }
        }
    }

    private void respond(HttpExchange exchange, String path, String range) throws IOException {
        byte[] bytes = content.get(path);
        if (bytes == null) {
            exchange.sendResponseHeaders(404, -1);
            return;
        }
        exchange.getResponseHeaders().set("Content-Type", types.get(path));
        if (range == null) {
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
        } else {
            int start = Integer.parseInt(range.substring("bytes=".length(), range.length() - 1));
            exchange.getResponseHeaders()
                    .set("Content-Range", "bytes " + start + "-" + (bytes.length - 1) + "/" + bytes.length);
            exchange.sendResponseHeaders(206, bytes.length - start);
            exchange.getResponseBody().write(bytes, start, bytes.length - start);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        executor.shutdownNow();
    }
}
