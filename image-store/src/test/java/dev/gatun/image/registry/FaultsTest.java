package dev.gatun.image.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import dev.gatun.image.ContentStore;
import dev.gatun.image.CorruptBlobException;
import dev.gatun.image.Descriptor;
import dev.gatun.image.Digest;
import dev.gatun.image.Image;
import dev.gatun.image.ImageException;
import dev.gatun.image.Ingest;
import dev.gatun.image.LayerConsumer;
import dev.gatun.image.Manifest;
import dev.gatun.image.MediaTypes;
import dev.gatun.image.Platform;
import dev.gatun.image.Progress;
import dev.gatun.image.Reference;
import dev.gatun.image.Verification;
import dev.gatun.image.archive.TestImages;
import dev.gatun.linux.Kernel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pulls from a registry that does all that registries, proxies and networks do: the image is whole, or not there. */
class FaultsTest {
    private static final int LAYER = 400_000;

    private final List<String> events = new CopyOnWriteArrayList<>();
    private final Progress progress = new Progress() {
        @Override
        public void retrying(String what, String why, Duration delay) {
            events.add("retrying " + why);
        }

        @Override
        public void damaged(Digest digest, String how) {
            events.add("damaged " + digest);
        }

        @Override
        public void begun(Descriptor content, long position) {
            events.add("begun " + content.digest() + " " + position);
        }
    };

    @TempDir
    Path temp;

    private FaultyRegistry registry;
    private ContentStore origin;
    private ContentStore store;
    private Image image;
    private Descriptor layer;

    @BeforeEach
    void serve() throws Exception {
        registry = new FaultyRegistry();
        origin = ContentStore.open(Kernel.load(), temp.resolve("origin"));
        store = ContentStore.open(Kernel.load(), temp.resolve("store"));
        image = TestImages.make(origin, "docker.io/library/origin:1", 1, 3, LAYER);
        layer = image.manifest().layers().get(1);
        registry.serve(origin, image, "test", "1");
    }

    @AfterEach
    void stop() {
        registry.close();
    }

    private Reference name() {
        return Reference.parse(registry.host() + "/test:1");
    }

    private Image pull() {
        return pull(LayerConsumer.NONE);
    }

    private Image pull(LayerConsumer consumer) {
        try (var client = Clients.plain()) {
            return new Puller(client, store).pull(name(), Platform.host(), consumer, progress);
        }
    }

    private void assertPulled() {
        assertThat(pull().manifest().raw()).isEqualTo(image.manifest().raw());
        assertSound();
    }

    private void assertSound() {
        assertThat(new Verification(store).run()).isEmpty();
        assertThat(store.root().resolve("ingest")).isEmptyDirectory();
        assertThat(store.root().resolve("leases")).isEmptyDirectory();
    }

    private boolean isLayer(HttpExchange exchange) {
        return exchange.getRequestURI().getPath().endsWith(layer.digest().toString());
    }

    private byte[] layerBytes() {
        return registry.bytes("/v2/test/blobs/" + layer.digest());
    }

    private static boolean refuse(HttpExchange exchange, int status) throws IOException {
        exchange.sendResponseHeaders(status, -1);
        return true;
    }

    @Test
    void a_registry_that_is_well() {
        assertPulled();
        assertThat(events).noneMatch(event -> event.startsWith("retrying"));
    }

    @Test
    void errors_that_pass_are_waited_for() {
        for (int status : List.of(408, 429, 500, 502, 503, 504)) {
            registry.misbehave(
                    (exchange, earlier) -> exchange.getRequestURI().getPath().startsWith("/v2/test/")
                            && earlier < 2
                            && refuse(exchange, status));
            store = ContentStore.open(Kernel.load(), temp.resolve("store" + status));
            events.clear();
            registry.requests().clear();

            assertPulled();

            // The first status is met with counts from before only once for each path.
            registry.close();
            assertThat(events).anyMatch(event -> event.equals("retrying HTTP status " + status));
            reopen();
        }
    }

    private void reopen() {
        try {
            registry = new FaultyRegistry();
            registry.serve(origin, image, "test", "1");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void retry_after_is_obeyed() {
        registry.misbehave((exchange, earlier) -> {
            if (!isLayer(exchange) || earlier > 0) {
                return false;
            }
            exchange.getResponseHeaders().set("Retry-After", "1");
            return refuse(exchange, 429);
        });
        long start = System.nanoTime();
        assertPulled();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void an_error_that_stays_is_told_with_the_registrys_words() {
        registry.misbehave((exchange, _) -> {
            if (!isLayer(exchange)) {
                return false;
            }
            byte[] body =
                    "{\"errors\":[{\"code\":\"DENIED\",\"message\":\"not for you\"}]}".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(403, body.length);
            exchange.getResponseBody().write(body);
            return true;
        });
        assertThatThrownBy(this::pull)
                .isInstanceOf(RegistryException.class)
                .hasMessageContaining("pull " + name())
                .hasMessageContaining("HTTP status 403 (DENIED: not for you)");
        assertThat(store.index().manifests()).isEmpty();
    }

    @Test
    void a_cut_connection_is_gone_on_with_where_it_was_cut() {
        registry.misbehave((exchange, earlier) -> isLayer(exchange)
                && earlier < 3
                && cut(exchange, earlier, exchange.getRequestHeaders().getFirst("Range")));
        assertPulled();
        assertThat(registry.requests())
                .anyMatch(request -> request.contains(layer.digest().toString()) && request.contains("bytes=1"));
        long sent = registry.requests().stream()
                .filter(request -> request.contains(layer.digest().toString()))
                .count();
        assertThat(sent).isEqualTo(4);
    }

    /** Sends 100 000 bytes of what was asked for, and is gone. */
    private boolean cut(HttpExchange exchange, int earlier, @Nullable String range) throws IOException {
        byte[] bytes = layerBytes();
        int start = 0;
        if (range != null) {
            start = Integer.parseInt(range.substring("bytes=".length(), range.length() - 1));
            exchange.getResponseHeaders()
                    .set("Content-Range", "bytes " + start + "-" + (bytes.length - 1) + "/" + bytes.length);
        }
        exchange.sendResponseHeaders(range == null ? 200 : 206, bytes.length - start);
        exchange.getResponseBody().write(bytes, start, 100_000 - earlier);
        exchange.getResponseBody().flush();
        throw new IOException("cut");
    }

    @Test
    void a_registry_without_ranges_sends_all_of_it_again() {
        registry.misbehave((exchange, earlier) -> {
            if (!isLayer(exchange)) {
                return false;
            }
            if (earlier == 0) {
                return cut(exchange, 0, null);
            }
            byte[] bytes = layerBytes();
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
            return true;
        });
        assertPulled();
    }

    @Test
    void a_part_from_another_place_than_asked_is_not_taken() {
        registry.misbehave((exchange, earlier) -> {
            if (!isLayer(exchange)) {
                return false;
            }
            if (earlier == 0) {
                return cut(exchange, 0, null);
            }
            if (earlier > 1) {
                return false;
            }
            byte[] bytes = layerBytes();
            exchange.getResponseHeaders().set("Content-Range", "bytes 5-" + (bytes.length - 1) + "/" + bytes.length);
            exchange.sendResponseHeaders(206, bytes.length - 5);
            exchange.getResponseBody().write(bytes, 5, bytes.length - 5);
            return true;
        });
        assertPulled();
        assertThat(events).anyMatch(event -> event.contains("and \"bytes 5-"));
    }

    @Test
    void what_an_earlier_pull_left_is_gone_on_with() throws Exception {
        try (Ingest ingest = store.ingest(layer)) {
            ingest.write(ByteBuffer.wrap(layerBytes(), 0, 123_456));
        }
        assertPulled();
        assertThat(events).contains("begun " + layer.digest() + " 123456");
        assertThat(registry.requests()).anyMatch(request -> request.contains("bytes=123456-"));
    }

    @Test
    void what_an_earlier_pull_left_may_be_damaged() throws Exception {
        try (Ingest ingest = store.ingest(layer)) {
            ingest.write(ByteBuffer.wrap(new byte[123_456]));
        }
        assertPulled();
        assertThat(events).contains("damaged " + layer.digest());
    }

    @Test
    void wrong_bytes_are_refused_and_nothing_of_them_is_kept() {
        registry.misbehave((exchange, _) -> {
            if (!isLayer(exchange)) {
                return false;
            }
            byte[] bytes = layerBytes().clone();
            bytes[bytes.length / 2] ^= 1;
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
            return true;
        });
        assertThatThrownBy(this::pull)
                .isInstanceOfSatisfying(
                        CorruptBlobException.class, e -> assertThat(e.digest()).isEqualTo(layer.digest()))
                .hasMessageContaining("has other content, of digest sha256:");
        assertThat(store.size(layer.digest())).isEmpty();
        assertThat(store.index().manifests()).isEmpty();
        registry.misbehave((_, _) -> false);
        assertPulled();
    }

    @Test
    void more_bytes_than_announced_are_refused_at_once() {
        registry.misbehave((exchange, _) -> {
            if (!isLayer(exchange)) {
                return false;
            }
            exchange.sendResponseHeaders(200, 0);
            for (int i = 0; i < 10_000; i++) {
                exchange.getResponseBody().write(new byte[100_000]);
            }
            return true;
        });
        assertThatThrownBy(this::pull)
                .isInstanceOf(CorruptBlobException.class)
                .hasMessageContaining("is longer than its " + layer.size() + " bytes");
    }

    @Test
    void a_connection_that_falls_silent_is_given_up() {
        registry.misbehave((exchange, earlier) -> {
            if (!isLayer(exchange) || earlier > 0) {
                return false;
            }
            byte[] bytes = layerBytes();
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes, 0, 1000);
            exchange.getResponseBody().flush();
            try {
                Thread.sleep(20_000);
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            return true;
        });
        long start = System.nanoTime();
        assertPulled();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
    }

    @Test
    void a_damaged_blob_of_the_store_is_named_and_pulled_again() throws Exception {
        pull();
        Path file = store.root().resolve("blobs/sha256").resolve(layer.digest().hex());
        byte[] bytes = Files.readAllBytes(file);
        bytes[1000] ^= 1;
        Files.write(file, bytes);
        assertThat(new Verification(store).run())
                .singleElement()
                .satisfies(problem -> assertThat(problem.toString())
                        .contains(layer.digest().toString())
                        .contains(name().toString()));
        assertThatThrownBy(() -> {
                    try (var in = store.stream(layer)) {
                        in.readAllBytes();
                    }
                })
                .isInstanceOf(CorruptBlobException.class)
                .hasMessageContaining(layer.digest().toString());

        assertPulled();
        assertThat(events).contains("damaged " + layer.digest());
    }

    @Test
    void a_damaged_manifest_of_the_store_is_replaced() throws Exception {
        pull();
        Path file = store.root()
                .resolve("blobs/sha256")
                .resolve(image.descriptor().digest().hex());
        byte[] bytes = Files.readAllBytes(file);
        bytes[10] ^= 1;
        Files.write(file, bytes);
        assertPulled();
    }

    @Test
    void a_consumer_gets_each_layer_once_with_what_the_configuration_says_of_it() {
        Map<Integer, Integer> calls = new ConcurrentHashMap<>();
        pull((position, descriptor, diffId) -> {
            assertThat(descriptor).isEqualTo(image.manifest().layers().get(position));
            assertThat(diffId).isEqualTo(image.config().diffIds().get(position));
            calls.merge(position, 1, Integer::sum);
        });
        assertThat(calls).isEqualTo(Map.of(0, 1, 1, 1, 2, 1));
        assertSound();
    }

    @Test
    void credentials_do_not_follow_a_redirection_to_another_host() throws Exception {
        try (var elsewhere = new FaultyRegistry()) {
            elsewhere.serve(origin, image, "test", "1");
            registry.misbehave((exchange, _) -> {
                String sent = exchange.getRequestHeaders().getFirst("Authorization");
                if (sent == null) {
                    exchange.getResponseHeaders().set("WWW-Authenticate", "Basic realm=\"x\"");
                    return refuse(exchange, 401);
                }
                if (!isLayer(exchange)) {
                    return false;
                }
                exchange.getResponseHeaders()
                        .set(
                                "Location",
                                "http://" + elsewhere.host()
                                        + exchange.getRequestURI().getPath());
                return refuse(exchange, 307);
            });
            try (var client = Clients.of(
                    RegistriesConf.defaults(), "{\"auths\":{\"" + registry.host() + "\":{\"auth\":\"dTpw\"}}}")) {
                new Puller(client, store).pull(name(), Platform.host(), progress);
            }
            assertThat(elsewhere.requests())
                    .filteredOn(request -> request.contains("/blobs/"))
                    .singleElement()
                    .satisfies(request -> assertThat(request).endsWith(" null"));
            assertThat(registry.requests()).anyMatch(request -> request.endsWith("Basic dTpw"));
            assertSound();
        }
    }

    @Test
    void tokens_are_fetched_for_their_scope_and_again_when_refused() throws Exception {
        registry.misbehave((exchange, earlier) -> {
            String path = exchange.getRequestURI().getPath();
            if (path.equals("/token")) {
                byte[] body = ("{\"token\":\"t" + earlier + "\",\"expires_in\":300}").getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(200, body.length);
                exchange.getResponseBody().write(body);
                return true;
            }
            // The first token is withdrawn once the layers are asked for.
            String good = path.contains("/blobs/") ? "Bearer t1" : "Bearer t0";
            if (good.equals(exchange.getRequestHeaders().getFirst("Authorization")) || path.equals("/v2/")) {
                return false;
            }
            exchange.getResponseHeaders()
                    .set(
                            "WWW-Authenticate",
                            "Bearer realm=\"http://" + registry.host()
                                    + "/token\",service=\"the service\",scope=\"x\"");
            return refuse(exchange, 401);
        });
        try (var client = Clients.of(
                RegistriesConf.defaults(), "{\"auths\":{\"" + registry.host() + "/test\":{\"auth\":\"dTpw\"}}}")) {
            new Puller(client, store).pull(name(), Platform.host(), progress);
        }
        assertThat(registry.requests())
                .filteredOn(request -> request.contains("/token"))
                .hasSize(2)
                .allSatisfy(request -> assertThat(request)
                        .contains("service=the+service&scope=repository%3Atest%3Apull&account=u")
                        .endsWith("Basic dTpw"));
        assertSound();
    }

    @Test
    void an_identity_token_is_exchanged() throws Exception {
        registry.misbehave((exchange, _) -> {
            if (exchange.getRequestURI().getPath().equals("/token")) {
                String form = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
                assertThat(exchange.getRequestMethod()).isEqualTo("POST");
                boolean good = form.contains("grant_type=refresh_token") && form.endsWith("refresh_token=id%2Btoken");
                byte[] body = "{\"access_token\":\"abc\"}".getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(good ? 200 : 400, body.length);
                exchange.getResponseBody().write(body);
                return true;
            }
            if ("Bearer abc".equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
                return false;
            }
            exchange.getResponseHeaders()
                    .set("WWW-Authenticate", "Bearer realm=\"http://" + registry.host() + "/token\",service=\"s\"");
            return refuse(exchange, 401);
        });
        try (var client = Clients.of(
                RegistriesConf.defaults(),
                "{\"auths\":{\"http://" + registry.host() + "/v1/\":{\"identitytoken\":\"id+token\"}}}")) {
            new Puller(client, store).pull(name(), Platform.host(), progress);
        }
        assertSound();
    }

    @Test
    void a_mirror_is_asked_first_and_the_registry_itself_if_it_fails() throws Exception {
        try (var mirror = new FaultyRegistry()) {
            mirror.serve(origin, image, "cache/test", "1");
            RegistriesConf conf = Clients.conf(temp, """
                    [[registry]]
                    prefix = "example.com/a"
                    location = "%s"
                    [[registry.mirror]]
                    location = "%s/cache"
                    """.formatted(registry.host(), mirror.host()));
            Reference name = Reference.parse("example.com/a/test:1");
            try (var client = Clients.of(conf, "{}")) {
                new Puller(client, store).pull(name, Platform.host(), progress);
                assertThat(registry.requests()).isEmpty();
                mirror.misbehave((exchange, _) -> refuse(exchange, 404));
                store = ContentStore.open(Kernel.load(), temp.resolve("second"));
                Image pulled = new Puller(client, store).pull(name, Platform.host(), progress);
                assertThat(pulled.names()).containsExactly(name);
                assertSound();
            }
        }
    }

    @Test
    void schema_1_foreign_layers_and_artifacts_are_refused_by_name() {
        String manifest = new String(image.manifest().raw(), StandardCharsets.UTF_8);
        record Case(String type, String document, String message) {}
        for (Case each : List.of(
                new Case("application/vnd.docker.distribution.manifest.v1+prettyjws", "{}", "schema 1 is refused"),
                new Case(
                        MediaTypes.OCI_MANIFEST,
                        manifest.replace(
                                MediaTypes.OCI_LAYER_GZIP,
                                "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip"),
                        "foreign layers are refused"),
                new Case(
                        MediaTypes.OCI_MANIFEST,
                        manifest.replace(MediaTypes.OCI_CONFIG, "application/vnd.cncf.helm.config.v1+json"),
                        "is an artifact"),
                new Case(MediaTypes.OCI_INDEX, manifest, "but was announced as"),
                new Case(
                        MediaTypes.OCI_MANIFEST,
                        manifest.substring(0, manifest.length() - 1) + ",\"manifests\":[]}",
                        "may not hold \"manifests\""),
                new Case(MediaTypes.OCI_MANIFEST, "{\"a\":1,\"a\":2}", "not JSON: Duplicate"),
                new Case(MediaTypes.OCI_MANIFEST, "[]", "not a JSON object"),
                new Case("text/html", "<html>", "not JSON"))) {
            registry.document(
                    "/v2/test/manifests/1", each.type(), each.document().getBytes(StandardCharsets.UTF_8));
            assertThatThrownBy(this::pull).isInstanceOf(ImageException.class).hasMessageContaining(each.message());
        }
        assertThat(registry.requests()).noneMatch(request -> request.contains("/blobs/"));
    }

    @Test
    void a_manifest_larger_than_the_limit_is_not_read() {
        registry.document("/v2/test/manifests/1", MediaTypes.OCI_MANIFEST, new byte[Manifest.MAX_SIZE + 1]);
        assertThatThrownBy(this::pull).isInstanceOf(ImageException.class).hasMessageContaining("capacity");
    }

    @Test
    void nobody_there_is_told_at_once() {
        registry.close();
        long start = System.nanoTime();
        assertThatThrownBy(this::pull)
                .isInstanceOf(ImageException.class)
                .hasMessageContaining("reach registry " + registry.host());
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
    }
}
