package dev.gatun.image.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.image.ContentStore;
import dev.gatun.image.Descriptor;
import dev.gatun.image.Digest;
import dev.gatun.image.Image;
import dev.gatun.image.ImageException;
import dev.gatun.image.ImageStore;
import dev.gatun.image.Manifest;
import dev.gatun.image.MediaTypes;
import dev.gatun.image.Platform;
import dev.gatun.image.Progress;
import dev.gatun.image.Reference;
import dev.gatun.image.Verification;
import dev.gatun.image.archive.ArchiveReader;
import dev.gatun.image.archive.ArchiveWriter;
import dev.gatun.image.archive.TestImages;
import dev.gatun.image.layer.LayerUnpack;
import dev.gatun.image.layer.UnpackRules;
import dev.gatun.linux.Kernel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images go round between Gatun and other programs: docker-registry, skopeo, umoci and oci-image-tool. What comes back is what went. */
class PeersTest {
    private final Kernel kernel = Kernel.load();

    @TempDir
    Path temp;

    private ContentStore store;
    private Image image;

    @BeforeEach
    void makeImage() {
        store = ContentStore.open(kernel, temp.resolve("store"));
        image = TestImages.make(store, "docker.io/library/test:1", 7, 3, 300_000);
    }

    private ContentStore otherStore(String name) {
        return ContentStore.open(kernel, temp.resolve(name));
    }

    private Path folder(String name) throws Exception {
        return Files.createDirectories(temp.resolve(name));
    }

    private static void assertSound(ContentStore store) {
        assertThat(new Verification(store).run()).isEmpty();
    }

    @Test
    void pushed_to_a_registry_and_pulled_again_it_is_the_same() throws Exception {
        try (var registry = DockerRegistry.plain(folder("registry"));
                var client = Clients.plain()) {
            Reference name = Reference.parse(registry.host() + "/some/test:1");

            Digest pushed = new Pusher(client, store).push(image, name, Progress.NONE);
            var other = otherStore("other");
            Image pulled = new Puller(client, other).pull(name, Platform.host(), Progress.NONE);

            assertThat(pushed).isEqualTo(image.descriptor().digest());
            assertThat(pulled.manifest().raw()).isEqualTo(image.manifest().raw());
            assertThat(pulled.id()).isEqualTo(image.id());
            assertSound(other);
            // And as skopeo sees it.
            String digest = Program.run(
                    "skopeo", "inspect", "--tls-verify=false", "--format", "{{.Digest}}", "docker://" + name);
            assertThat(digest.strip()).isEqualTo(image.descriptor().digest().toString());
        }
    }

    @Test
    void large_blobs_go_in_chunks() throws Exception {
        Image large = TestImages.make(store, "docker.io/library/large:1", 8, 2, 5_000_000);
        try (var registry = DockerRegistry.plain(folder("registry"));
                var client = Clients.plain()) {
            Reference name = Reference.parse(registry.host() + "/large:1");
            new Pusher(client, store).push(large, name, Progress.NONE);

            Image pulled = new Puller(client, otherStore("other")).pull(name, Platform.host(), Progress.NONE);

            assertThat(pulled.descriptor().digest())
                    .isEqualTo(large.descriptor().digest());
        }
    }

    @Test
    void what_is_there_is_not_pushed_again_and_what_another_repository_has_is_mounted() throws Exception {
        try (var registry = DockerRegistry.plain(folder("registry"));
                var client = Clients.plain()) {
            Reference first = Reference.parse(registry.host() + "/first:1");
            Map<Digest, Progress.Outcome> outcomes = new ConcurrentHashMap<>();
            var progress = new Progress() {
                @Override
                public void finished(Descriptor content, Progress.Outcome outcome) {
                    outcomes.put(content.digest(), outcome);
                }
            };
            var pusher = new Pusher(client, store);
            pusher.push(image, first, progress);
            assertThat(Set.copyOf(outcomes.values())).containsExactly(Progress.Outcome.TRANSFERRED);

            pusher.push(image, first.withTag("2"), progress);
            assertThat(Set.copyOf(outcomes.values())).containsExactly(Progress.Outcome.ALREADY_THERE);

            var images = new ImageStore(store, RegistriesConf.defaults()::resolve);
            images.tag(image, first);
            pusher.push(image, Reference.parse(registry.host() + "/second:1"), progress);
            for (Descriptor layer : image.manifest().layers()) {
                assertThat(outcomes).containsEntry(layer.digest(), Progress.Outcome.MOUNTED);
            }
        }
    }

    @Test
    void an_index_that_skopeo_pushed_is_pulled_by_platform_and_by_digest() throws Exception {
        Image arm = TestImages.make(store, "docker.io/library/arm:1", 9, 1, 1000, Platform.linux("arm64"));
        Image amd = TestImages.make(store, "docker.io/library/amd:1", 10, 1, 1000, Platform.linux("amd64"));
        Path layout = temp.resolve("layout");
        new ArchiveWriter(store).saveLayout(List.of(arm, amd), layout, Progress.NONE);
        var index = dev.gatun.image.Index.of(List.of(
                arm.descriptor().withAnnotations(Map.of()), amd.descriptor().withAnnotations(Map.of())));
        Files.write(
                layout.resolve("blobs/sha256")
                        .resolve(index.descriptor().digest().hex()),
                index.raw());
        Files.write(
                layout.resolve("index.json"),
                dev.gatun.image.Index.of(
                                List.of(index.descriptor().withAnnotations(Map.of(Descriptor.REF_NAME, "both"))))
                        .raw());
        try (var registry = DockerRegistry.plain(folder("registry"));
                var client = Clients.plain()) {
            Program.run(
                    "skopeo",
                    "--insecure-policy",
                    "copy",
                    "--all",
                    "--dest-tls-verify=false",
                    "oci:" + layout + ":both",
                    "docker://" + registry.host() + "/both:1");
            var other = otherStore("other");
            var puller = new Puller(client, other);
            Reference name = Reference.parse(registry.host() + "/both:1");

            Image pulled = puller.pull(name, Platform.parse("linux/arm64"), Progress.NONE);
            assertThat(pulled.descriptor().digest()).isEqualTo(arm.descriptor().digest());

            Reference byDigest = name.withDigest(index.descriptor().digest());
            Image again = puller.pull(byDigest, Platform.parse("linux/amd64"), Progress.NONE);
            assertThat(again.descriptor().digest()).isEqualTo(amd.descriptor().digest());
            var images = new ImageStore(other, RegistriesConf.defaults()::resolve);
            assertThat(images.get(byDigest.toString()).id()).isEqualTo(amd.id());
            assertThat(images.get(name.toString()).id()).isEqualTo(arm.id());
            assertSound(other);

            assertThatThrownBy(() -> puller.pull(name, Platform.parse("linux/riscv64"), Progress.NONE))
                    .isInstanceOf(ImageException.class)
                    .hasMessageContaining("no image for linux/riscv64; there are: linux/arm64, linux/amd64");
        }
    }

    @Test
    void layers_that_skopeo_packed_by_zstd_are_pulled_and_unpacked() throws Exception {
        try (var registry = DockerRegistry.plain(folder("registry"));
                var client = Clients.plain()) {
            Program.run(
                    "skopeo",
                    "--insecure-policy",
                    "copy",
                    "--dest-compress-format=zstd",
                    "oci:" + store.root() + ":docker.io/library/test:1",
                    "docker://" + registry.host() + "/zstd:1",
                    "--dest-tls-verify=false");
            var other = otherStore("other");
            Reference name = Reference.parse(registry.host() + "/zstd:1");

            Image pulled = new Puller(client, other).pull(name, Platform.host(), Progress.NONE);

            for (int i = 0; i < 3; i++) {
                Descriptor layer = pulled.manifest().layers().get(i);
                assertThat(layer.mediaType()).isEqualTo(MediaTypes.OCI_LAYER_ZSTD);
                Digest diffId = image.config().diffIds().get(i);
                new LayerUnpack(kernel, UnpackRules.PRIVILEGED)
                        .unpack(other.open(layer.digest()).orElseThrow(), folder("layer" + i), Optional.of(diffId));
                assertThat(temp.resolve("layer" + i).resolve("file" + i)).hasSize(300_000);
            }
        }
    }

    @Test
    void a_password_is_taken_from_auth_json() throws Exception {
        try (var registry = DockerRegistry.withPassword(folder("registry"))) {
            Reference name = Reference.parse(registry.host() + "/private/test:1");
            try (var client = Clients.plain()) {
                assertThatThrownBy(() -> new Pusher(client, store).push(image, name, Progress.NONE))
                        .isInstanceOf(RegistryException.class)
                        .hasMessageContaining("HTTP status 401")
                        .hasMessageContaining("log in to the registry");
            }
            String auth = Base64.getEncoder().encodeToString("tester:secret".getBytes(StandardCharsets.UTF_8));
            try (var client = Clients.of(
                    RegistriesConf.defaults(),
                    "{\"auths\":{\"" + registry.host() + "\":{\"auth\":\"" + auth + "\"}}}")) {
                new Pusher(client, store).push(image, name, Progress.NONE);
                assertThat(new Puller(client, otherStore("other"))
                                .pull(name, Platform.host(), Progress.NONE)
                                .id())
                        .isEqualTo(image.id());
            }
        }
    }

    @Test
    void a_certificate_is_believed_if_certs_d_has_its_authority_or_the_registry_is_insecure() throws Exception {
        Path files = folder("registry");
        try (var registry = DockerRegistry.withTls(files)) {
            String port = registry.host().substring(registry.host().indexOf(':'));
            // By an address that is not loopback's usual one, as those are insecure by default.
            String host = "127.0.0.1" + port;
            Path certificates = folder("certs.d");
            Files.createDirectories(certificates.resolve(host));
            Files.copy(files.resolve("tls.crt"), certificates.resolve(host).resolve("ca.crt"));
            var secure = new Endpoint(host, "test", false);
            var none = new Tls(List.of());
            var some = new Tls(List.of(certificates));
            var credentials = Clients.credentials("{}");
            Request ping = Request.of("ping", "GET", java.net.URI.create("https://" + host + "/v2/"), Set.of(), 200);
            var settings = Clients.settings(certificates);
            try (var transport = new Transport(credentials, none, settings.backoff(), settings.silence())) {
                assertThatThrownBy(() -> transport.call(secure, ping, _ -> new Page(), Progress.NONE))
                        .isInstanceOf(ImageException.class)
                        .hasMessageContaining("unable to find valid certification path");
            }
            try (var transport = new Transport(credentials, some, settings.backoff(), settings.silence())) {
                assertThat(transport
                                .call(secure, ping, _ -> new Page(), Progress.NONE)
                                .status())
                        .isEqualTo(200);
            }
            // Insecure, it is pushed to by TLS all the same.
            try (var client = Clients.plain()) {
                Reference name = Reference.parse(host + "/test:1");
                new Pusher(client, store).push(image, name, Progress.NONE);
                assertThat(client.transport()
                                .uri(new Endpoint(host, "test", true), "x")
                                .getScheme())
                        .isEqualTo("https");
            }
        }
    }

    @Test
    void referrers_are_found_where_the_registry_has_no_call_for_them() throws Exception {
        try (var registry = DockerRegistry.plain(folder("registry"));
                var client = Clients.plain()) {
            Reference name = Reference.parse(registry.host() + "/signed:1");
            new Pusher(client, store).push(image, name, Progress.NONE);
            assertThat(client.referrers(name, image.descriptor().digest())).isEmpty();

            byte[] empty = "{}".getBytes(StandardCharsets.UTF_8);
            Descriptor config = store.put(MediaTypes.OCI_EMPTY, empty);
            var json = "{\"schemaVersion\":2,\"mediaType\":\"" + MediaTypes.OCI_MANIFEST
                    + "\",\"artifactType\":\"application/x-signature\",\"config\":{\"mediaType\":\""
                    + MediaTypes.OCI_EMPTY
                    + "\",\"digest\":\"" + config.digest()
                    + "\",\"size\":2},\"layers\":[],\"subject\":{\"mediaType\":\""
                    + MediaTypes.OCI_MANIFEST + "\",\"digest\":\""
                    + image.descriptor().digest() + "\",\"size\":"
                    + image.descriptor().size() + "}}";
            Manifest signature = Manifest.parse(MediaTypes.OCI_MANIFEST, json.getBytes(StandardCharsets.UTF_8));
            var signed =
                    new Image(List.of(), store.put(signature.mediaType(), signature.raw()), signature, image.config());
            new Pusher(client, store)
                    .push(signed, name.withDigest(signature.descriptor().digest()), Progress.NONE);

            List<Descriptor> referrers =
                    client.referrers(name, image.descriptor().digest());
            assertThat(referrers).hasSize(1);
            assertThat(referrers.getFirst().digest())
                    .isEqualTo(signature.descriptor().digest());
            assertThat(referrers.getFirst().artifactType()).contains("application/x-signature");
        }
    }

    @Test
    void skopeo_and_umoci_read_the_store() {
        Path copy = temp.resolve("copy");
        Program.run(
                "skopeo",
                "--insecure-policy",
                "copy",
                "oci:" + store.root() + ":docker.io/library/test:1",
                "oci:" + copy + ":x");
        assertThat(copy.resolve("blobs/sha256")
                        .resolve(image.descriptor().digest().hex()))
                .exists();

        String list = Program.run("umoci", "ls", "--layout", store.root().toString());
        assertThat(list).contains("docker.io/library/test:1");
        assertThat(Program.run("umoci", "stat", "--image", copy + ":x")).contains("test");
    }

    @Test
    void oci_image_tool_finds_the_store_and_what_is_saved_valid() {
        Image packed = TestImages.make(store, "docker.io/library/other:1", 8, 2, 1000);
        Path layout = temp.resolve("layout");
        new ArchiveWriter(store).saveLayout(List.of(image, packed), layout, Progress.NONE);
        for (Path each : List.of(store.root(), layout)) {
            assertValid(each, "name=docker.io/library/test:1");
            assertValid(each, "digest=" + packed.descriptor().digest());
        }
    }

    private static void assertValid(Path layout, String reference) {
        assertThat(Program.run("oci-image-tool", "validate", "--type", "image", "--ref", reference, layout.toString()))
                .contains("reference [" + reference + "]: OK", "Validation succeeded");
    }

    @Test
    void oci_image_tool_finds_what_is_damaged() throws Exception {
        Path blob = store.root()
                .resolve("blobs/sha256")
                .resolve(image.manifest().layers().getFirst().digest().hex());
        Files.write(blob, new byte[] {0}, StandardOpenOption.APPEND);
        assertThatThrownBy(() -> assertValid(store.root(), "name=docker.io/library/test:1"))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("oci-image-tool");
    }

    @Test
    void what_skopeo_copies_into_the_store_is_an_image_of_it() {
        var other = otherStore("other");
        Program.run(
                "skopeo",
                "--insecure-policy",
                "copy",
                "oci:" + store.root() + ":docker.io/library/test:1",
                "oci:" + other.root() + ":docker.io/library/new:2");

        var images = new ImageStore(other, RegistriesConf.defaults()::resolve);
        assertThat(images.get("new:2").manifest().raw())
                .isEqualTo(image.manifest().raw());
        assertSound(other);
    }

    @Test
    void skopeo_reads_a_saved_archive_in_both_forms() {
        Path file = temp.resolve("saved.tar");
        new ArchiveWriter(store).save(List.of(image), file, Progress.NONE);

        String oci = Program.run(
                "skopeo", "inspect", "--format", "{{.Digest}}", "oci-archive:" + file + ":docker.io/library/test:1");
        assertThat(oci.strip()).isEqualTo(image.descriptor().digest().toString());
        Path copy = temp.resolve("copy");
        Program.run(
                "skopeo",
                "--insecure-policy",
                "copy",
                "docker-archive:" + file + ":docker.io/library/test:1",
                "dir:" + copy);
        // Unpacked, its layers have the digests that the configuration says.
        for (Digest diffId : image.config().diffIds()) {
            assertThat(copy.resolve(diffId.hex())).exists();
        }
    }

    @Test
    void archives_that_skopeo_made_are_loaded() {
        for (String form : List.of("oci-archive", "docker-archive")) {
            Path file = temp.resolve(form + ".tar");
            Program.run(
                    "skopeo",
                    "--insecure-policy",
                    "copy",
                    "oci:" + store.root() + ":docker.io/library/test:1",
                    form + ":" + file + ":docker.io/library/test:1");
            var other = otherStore(form);

            List<Image> loaded = new ArchiveReader(other, Platform.host()).load(file, Progress.NONE);

            assertThat(loaded).hasSize(1);
            assertThat(loaded.getFirst().names()).containsExactly(Reference.parse("docker.io/library/test:1"));
            assertThat(loaded.getFirst().config().diffIds())
                    .isEqualTo(image.config().diffIds());
            assertSound(other);
        }
    }

    @Test
    void a_saved_layout_is_loaded_again() {
        Path layout = temp.resolve("layout");
        new ArchiveWriter(store).saveLayout(List.of(image), layout, Progress.NONE);
        Program.run("umoci", "stat", "--image", layout + ":docker.io/library/test:1");
        var other = otherStore("other");

        Image loaded = new ArchiveReader(other, Platform.host())
                .load(layout, Progress.NONE)
                .getFirst();

        assertThat(loaded.manifest().raw()).isEqualTo(image.manifest().raw());
        assertThat(loaded.names()).isEqualTo(image.names());
        assertSound(other);
    }
}
