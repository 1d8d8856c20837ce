package dev.gatun.image.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import dev.gatun.image.ContentStore;
import dev.gatun.image.CorruptBlobException;
import dev.gatun.image.Descriptor;
import dev.gatun.image.Digest;
import dev.gatun.image.Image;
import dev.gatun.image.Progress;
import dev.gatun.image.Reference;
import dev.gatun.image.archive.TestImages;
import dev.gatun.linux.Kernel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pushes to a registry that breaks off in the middle of uploads. */
class UploadFaultsTest {
    private static final String SESSIONS = "/v2/test/blobs/uploads/";

    private final Map<String, ByteArrayOutputStream> sessions = new ConcurrentHashMap<>();
    private final Map<String, byte[]> stored = new ConcurrentHashMap<>();
    private final AtomicInteger count = new AtomicInteger();
    private final List<String> ranges = new CopyOnWriteArrayList<>();

    @TempDir
    Path temp;

    private FaultyRegistry registry;
    private ContentStore store;
    private Image image;

    @BeforeEach
    void serve() throws Exception {
        registry = new FaultyRegistry();
        store = ContentStore.open(Kernel.load(), temp.resolve("store"));
        // More than one chunk of the tests' size, and the configuration, which is less.
        image = TestImages.make(store, "docker.io/library/origin:1", 1, 1, 2_500_000);
    }

    @AfterEach
    void stop() {
        registry.close();
    }

    private void push() {
        try (var client = Clients.plain()) {
            new Pusher(client, store).push(image, Reference.parse(registry.host() + "/test:1"), Progress.NONE);
        }
    }

    private void assertPushed() {
        Descriptor layer = image.manifest().layers().getFirst();
        assertThat(Digest.of(stored.getOrDefault(layer.digest().toString(), new byte[0])))
                .isEqualTo(layer.digest());
        assertThat(stored.get(image.id().toString())).isEqualTo(image.config().raw());
        assertThat(stored.get("1")).isEqualTo(image.manifest().raw());
    }

    /** A registry that takes uploads. */
    private boolean take(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        String method = exchange.getRequestMethod();
        byte[] body =
                method.equals("HEAD") ? new byte[0] : exchange.getRequestBody().readAllBytes();
        if (method.equals("POST")) {
            String session = SESSIONS + count.incrementAndGet();
            sessions.put(session, new ByteArrayOutputStream());
            return answer(exchange, 202, session);
        }
        if (sessions.containsKey(path)) {
            var session = sessions.get(path);
            session.writeBytes(body);
            if (method.equals("PUT")) {
                stored.put(exchange.getRequestURI().getQuery().replaceFirst(".*digest=", ""), session.toByteArray());
                return answer(exchange, 201, path);
            }
            exchange.getResponseHeaders().set("Range", "0-" + Math.max(session.size() - 1, 0));
            return answer(exchange, method.equals("GET") ? 204 : 202, path);
        }
        if (method.equals("PUT") && path.startsWith("/v2/test/manifests/")) {
            stored.put(path.substring("/v2/test/manifests/".length()), body);
            return answer(exchange, 201, path);
        }
        return false;
    }

    private static boolean answer(HttpExchange exchange, int status, String location) throws IOException {
        exchange.getResponseHeaders().set("Location", location);
        exchange.sendResponseHeaders(status, -1);
        return true;
    }

    @Test
    void a_registry_that_is_well() {
        registry.misbehave((exchange, _) -> take(exchange));
        push();
        assertPushed();
    }

    @Test
    void a_chunk_that_was_cut_is_gone_on_with_behind_what_arrived() {
        var cuts = new AtomicInteger();
        registry.misbehave((exchange, _) -> {
            if (exchange.getRequestMethod().equals("PATCH")) {
                String range = exchange.getRequestHeaders().getFirst("Content-Range");
                ranges.add(range);
                if (!range.startsWith("0-") && cuts.getAndIncrement() == 0) {
                    byte[] part = exchange.getRequestBody().readNBytes(1000);
                    Objects.requireNonNull(sessions.get(exchange.getRequestURI().getPath()))
                            .writeBytes(part);
                    throw new IOException("cut");
                }
            }
            return take(exchange);
        });
        push();
        assertPushed();
        assertThat(ranges).anyMatch(range -> range.startsWith((1 << 20) + 1000 + "-"));
    }

    @Test
    void a_session_that_is_gone_is_begun_anew() {
        var cuts = new AtomicInteger();
        registry.misbehave((exchange, _) -> {
            if (exchange.getRequestMethod().equals("PATCH") && cuts.getAndIncrement() == 1) {
                sessions.remove(exchange.getRequestURI().getPath());
                exchange.getRequestBody().readAllBytes();
                exchange.sendResponseHeaders(503, -1);
                return true;
            }
            return take(exchange);
        });
        push();
        assertPushed();
    }

    @Test
    void a_small_blob_is_sent_again_after_an_error() {
        var errors = new AtomicInteger();
        registry.misbehave((exchange, _) -> {
            if (exchange.getRequestMethod().equals("PUT") && errors.getAndIncrement() < 2) {
                exchange.getRequestBody().readAllBytes();
                exchange.sendResponseHeaders(500, -1);
                return true;
            }
            return take(exchange);
        });
        push();
        assertPushed();
    }

    @Test
    void what_is_damaged_here_is_not_sent() throws Exception {
        registry.misbehave((exchange, _) -> take(exchange));
        Descriptor layer = image.manifest().layers().getFirst();
        Path file = store.root().resolve("blobs/sha256").resolve(layer.digest().hex());
        byte[] bytes = Files.readAllBytes(file);
        bytes[5] ^= 1;
        Files.write(file, bytes);
        assertThatThrownBy(this::push)
                .isInstanceOf(CorruptBlobException.class)
                .hasMessageContaining(layer.digest().toString());
        assertThat(stored).doesNotContainKeys(layer.digest().toString(), "1");
    }
}
