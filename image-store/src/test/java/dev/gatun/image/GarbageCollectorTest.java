package dev.gatun.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.image.archive.TestImages;
import dev.gatun.linux.Kernel;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GarbageCollectorTest {
    private static final Duration DAY = Duration.ofDays(1);

    @TempDir
    Path temp;

    private ContentStore store;
    private ImageStore images;

    @BeforeEach
    void open() {
        store = ContentStore.open(Kernel.load(), temp.resolve("store"));
        images = new ImageStore(
                store, name -> List.of(name.isShort() ? name.in("docker.io").withDefaultTag() : name));
    }

    private GarbageCollector.Removed collect(InUse... users) {
        return new GarbageCollector(store).collect(List.of(users), DAY);
    }

    @Test
    void what_has_a_name_is_kept_and_what_is_shared_goes_with_the_last() {
        Image one = TestImages.make(store, "docker.io/library/a:1", 1, 2, 1000);
        images.tag(one, Reference.parse("b:1"));
        Image other = TestImages.make(store, "docker.io/library/c:1", 2, 1, 1000);
        assertThat(collect().blobs()).isZero();

        images.untag(Reference.parse("a:1"));
        assertThat(collect().blobs()).isZero();
        assertThat(images.get("b:1").id()).isEqualTo(one.id());

        assertThat(images.remove(images.get("b:1"), List.of()).blobs()).isEqualTo(4);
        assertThat(images.find("b:1")).isEmpty();
        assertThat(images.get("c:1").id()).isEqualTo(other.id());
        assertThat(new Verification(store).run()).isEmpty();
    }

    @Test
    void an_image_whose_name_another_took_is_kept_until_it_is_pruned() {
        Image old = TestImages.make(store, "docker.io/library/a:1", 1, 1, 1000);
        Image young = TestImages.make(store, "docker.io/library/a:1", 2, 1, 1000);
        assertThat(images.get("a:1").id()).isEqualTo(young.id());
        assertThat(images.get(old.id().hex().substring(0, 12)).names()).isEmpty();

        assertThat(images.prune(List.of(() -> List.of(old.descriptor()))).blobs())
                .isZero();
        assertThat(store.size(old.id())).isPresent();
        assertThat(images.prune(List.of()).blobs()).isEqualTo(3);
    }

    @Test
    void a_lease_keeps_what_it_names_and_ends_with_its_owner() {
        Descriptor blob = TestImages.put(store, "", "content".getBytes(StandardCharsets.UTF_8));
        try (Lease lease = store.lease()) {
            lease.add(blob.digest());
            assertThat(collect().blobs()).isZero();
        }
        assertThat(collect().blobs()).isEqualTo(1);
    }

    @Test
    void a_lease_of_a_dead_process_is_swept() throws Exception {
        Descriptor blob = TestImages.put(store, "", "content".getBytes(StandardCharsets.UTF_8));
        Path dead = store.root().resolve("leases/dead");
        Files.writeString(dead, blob.digest() + "\n");
        assertThat(collect().blobs()).isEqualTo(1);
        assertThat(dead).doesNotExist();
    }

    @Test
    void downloads_are_kept_for_a_while() throws Exception {
        Descriptor blob = Descriptor.of("", "some content".getBytes(StandardCharsets.UTF_8));
        try (Ingest ingest = store.ingest(blob)) {
            ingest.write(ByteBuffer.wrap(new byte[4]));
        }
        Path file =
                store.root().resolve("ingest").resolve("sha256-" + blob.digest().hex());
        assertThat(collect().bytes()).isZero();
        assertThat(file).exists();
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(Duration.ofDays(2))));
        try (Ingest _ = store.ingest(blob)) {
            assertThat(collect().bytes()).as("in somebody's hands").isZero();
        }
        assertThat(collect().bytes()).isEqualTo(4);
        assertThat(file).doesNotExist();
    }

    @Test
    void with_a_damaged_manifest_nothing_is_removed() throws Exception {
        Image image = TestImages.make(store, "docker.io/library/a:1", 1, 1, 1000);
        Descriptor stray = TestImages.put(store, "", "content".getBytes(StandardCharsets.UTF_8));
        Path file = store.root()
                .resolve("blobs/sha256")
                .resolve(image.descriptor().digest().hex());
        byte[] bytes = Files.readAllBytes(file);
        bytes[5] ^= 1;
        Files.write(file, bytes);
        assertThatThrownBy(this::collect).isInstanceOf(CorruptBlobException.class);
        assertThat(store.size(stray.digest())).isPresent();
    }

    @Test
    void usage_counts_what_is_shared_once() {
        Image one = TestImages.make(store, "docker.io/library/a:1", 1, 2, 1000);
        images.tag(one, Reference.parse("b:1"));
        DiskUsage usage = images.usage(List.of());
        assertThat(usage.images()).isEqualTo(1);
        assertThat(usage.blobs()).isEqualTo(usage.reclaimable()).isGreaterThan(2000);
        DiskUsage used = images.usage(List.of(() -> List.of(one.descriptor())));
        assertThat(used.used()).isEqualTo(1);
        assertThat(used.reclaimable()).isZero();
    }

    /** Operations lease, look, store and name, while the collector runs all the time: no named image may lack a blob. */
    @Test
    void collecting_while_images_come_and_go_leaves_every_named_image_whole() throws Exception {
        var stop = new AtomicBoolean();
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Integer> collector = executor.submit(() -> {
                int removed = 0;
                var random = new Random(4);
                while (!stop.get()) {
                    removed += collect().blobs();
                    Thread.sleep(random.nextInt(10));
                }
                return removed;
            });
            List<Callable<Void>> workers = List.of(worker(1), worker(2), worker(3));
            for (Future<Void> worker : executor.invokeAll(workers)) {
                worker.get();
            }
            stop.set(true);
            assertThat(collector.get()).isPositive();
        } finally {
            stop.set(true);
        }
        assertThat(new Verification(store).run()).isEmpty();
    }

    private Callable<Void> worker(int number) {
        return () -> {
            var random = new Random(number);
            for (int i = 0; i < 15; i++) {
                int round = i;
                // Few seeds, so that workers share blobs; each names what it stored and takes the name away again.
                long seed = random.nextInt(3);
                Reference name = Reference.parse("docker.io/library/w" + number + ":" + i);
                try (Lease lease = store.lease()) {
                    Image image = leased(lease, seed, name);
                    image.manifest()
                            .layers()
                            .forEach(layer -> assertThat(store.contains(layer)).isTrue());
                }
                images.get(name.toString())
                        .manifest()
                        .layers()
                        .forEach(layer -> assertThat(store.contains(layer))
                                .as("worker %d round %d", number, round)
                                .isTrue());
                images.untag(name);
                images.list().stream()
                        .filter(listed -> listed.names().isEmpty())
                        .forEach(listed -> store.update(entries -> entries.stream()
                                .filter(entry -> entry.annotations().containsKey(Descriptor.REF_NAME))
                                .toList()));
            }
            return null;
        };
    }

    /** Leases the digests first, as operations must: a trial in another store tells which they are. */
    private Image leased(Lease lease, long seed, Reference name) {
        var trial = ContentStore.open(Kernel.load(), temp.resolve("trial" + seed));
        Image image = TestImages.make(trial, name.toString(), seed, 2, 1000);
        lease.add(image.descriptor().digest());
        lease.add(image.id());
        image.manifest().layers().forEach(layer -> lease.add(layer.digest()));
        return TestImages.make(store, name.toString(), seed, 2, 1000);
    }
}
