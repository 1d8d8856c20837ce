package dev.gatun.image.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.image.ContentStore;
import dev.gatun.image.Image;
import dev.gatun.image.ImageStore;
import dev.gatun.image.Platform;
import dev.gatun.image.Progress;
import dev.gatun.image.Reference;
import dev.gatun.image.Verification;
import dev.gatun.image.archive.TestImages;
import dev.gatun.linux.Kernel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A pull may be killed at any time: what is listed is whole, and the next pull makes the image whole and leaves nothing else. */
class KilledPullTest {
    private static final int KILLS = 20;
    private static final long SEED = 20;

    @TempDir
    Path temp;

    @Test
    void killed_at_random_points_and_run_again_it_is_whole() throws Exception {
        var origin = ContentStore.open(Kernel.load(), temp.resolve("origin"));
        Image image = TestImages.make(origin, "docker.io/library/origin:1", 3, 8, 2_000_000);
        try (var registry = new FaultyRegistry()) {
            registry.serve(origin, image, "test", "1");
            slowDown(registry);
            Reference name = Reference.parse(registry.host() + "/test:1");
            var random = new Random(SEED);
            Path root = temp.resolve("store");
            long whole = killAfter(root, name, 60_000);
            assertWhole(root, name, image);

            int interrupted = 0;
            for (int i = 0; i < KILLS; i++) {
                Path killed = temp.resolve("killed" + i);
                // Later than the JVM needs to begin, mostly.
                long delay = whole / 4 + random.nextLong(whole);
                killAfter(killed, name, delay);
                var store = ContentStore.open(Kernel.load(), killed);
                interrupted += store.index().manifests().isEmpty() ? 1 : 0;
                assertThat(new Verification(store).run())
                        .as("seed %d, round %d, after %d ms", SEED, i, delay)
                        .isEmpty();
                try (var client = Clients.plain()) {
                    new Puller(client, store).pull(name, Platform.host(), Progress.NONE);
                }
                assertWhole(killed, name, image);
            }
            assertThat(interrupted).as("pulls that did not come to their end").isGreaterThan(KILLS / 4);
        }
    }

    /** Sends in parts with pauses, so that most of a pull's time goes into transfers. */
    private static void slowDown(FaultyRegistry registry) {
        registry.misbehave((exchange, _) -> {
            String path = exchange.getRequestURI().getPath();
            byte[] bytes = registry.bytes(path);
            if (!path.contains("/blobs/") || exchange.getRequestHeaders().containsKey("Range")) {
                return false;
            }
            exchange.sendResponseHeaders(200, bytes.length);
            int part = bytes.length / 10 + 1;
            for (int i = 0; i < bytes.length; i += part) {
                exchange.getResponseBody().write(bytes, i, Math.min(part, bytes.length - i));
                exchange.getResponseBody().flush();
                pause();
            }
            return true;
        });
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(20);
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    /** Returns the milliseconds that it ran. */
    private static long killAfter(Path root, Reference name, long milliseconds) throws Exception {
        long start = System.nanoTime();
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx64m",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        PullProcess.class.getName(),
                        root.toString(),
                        name.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            process.waitFor(milliseconds, TimeUnit.MILLISECONDS);
        } finally {
            process.destroyForcibly().waitFor();
        }
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    }

    private static void assertWhole(Path root, Reference name, Image image) throws Exception {
        var store = ContentStore.open(Kernel.load(), root);
        assertThat(new Verification(store).run()).isEmpty();
        assertThat(new ImageStore(store, List::of)
                        .get(name.toString())
                        .manifest()
                        .raw())
                .isEqualTo(image.manifest().raw());
        Set<String> expected = new TreeSet<>(Set.of("oci-layout", "index.json", "lock"));
        expected.add("blobs/sha256/" + image.descriptor().digest().hex());
        expected.add("blobs/sha256/" + image.id().hex());
        image.manifest()
                .layers()
                .forEach(layer -> expected.add("blobs/sha256/" + layer.digest().hex()));
        try (Stream<Path> files = Files.walk(root)) {
            assertThat(files.filter(Files::isRegularFile)
                            .map(file -> root.relativize(file).toString()))
                    .containsExactlyInAnyOrderElementsOf(expected);
        }
    }
}
