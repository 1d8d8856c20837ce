package dev.gatun.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.container.ContainerId;
import dev.gatun.container.IdMaps;
import dev.gatun.container.MappedRoots;
import dev.gatun.container.RootSource;
import dev.gatun.container.SpecTemplate;
import dev.gatun.image.Image;
import dev.gatun.image.ImageException;
import dev.gatun.image.snapshot.ContainerRoot;
import dev.gatun.linux.Kernel;
import dev.gatun.oci.IdMapping;
import dev.gatun.oci.User;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Containers of images in user namespaces of their own: by the kernel's mapping of owners, and by copies. */
@Tag("kernel")
@Tag("vm")
@Timeout(value = 3, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ShiftedRootsTest {
    private static final List<IdMapping> MAP = List.of(new IdMapping(0, 100_000, 65_536));
    private static final IdMaps IDS = new IdMaps(MAP, MAP);
    private static final ContainerId ID = new ContainerId("shifted");

    @TempDir(factory = OnDisk.class)
    Path folder;

    private TestImages images;

    @BeforeEach
    void begin() throws IOException {
        images = new TestImages(folder);
        images.shell();
    }

    /** A container whose root is mounted in one of the two ways. */
    private record Shifted(TestImages images, ContainerRoot root, RootSource.Mounted source) implements AutoCloseable {
        static Shifted of(TestImages images, Image image, boolean copies) {
            var layers = images.images.unpacked(image);
            ContainerRoot root = images.images.snapshots().prepare(ID.value(), layers.chainId(), Owners.of(IDS));
            if (copies) {
                root.copyLayers();
            }
            RootSource.Mounted source = new ShiftedRoots(images.images).mount(root, root.overlay());
            assertThat(root.hasCopies()).isEqualTo(copies);
            return new Shifted(images, root, source);
        }

        String run(String script) throws IOException {
            return images.run(ID, source, template(script), root.upper());
        }

        @Override
        public void close() {
            source.close();
            images.containers.delete(ID, true);
            root.remove();
        }
    }

    private static SpecTemplate template(String script) {
        return TestImages.template(script).userNamespace(MAP, MAP);
    }

    private static String owner(Path file) throws IOException {
        return Files.getAttribute(file, "unix:uid", LinkOption.NOFOLLOW_LINKS) + ":"
                + Files.getAttribute(file, "unix:gid", LinkOption.NOFOLLOW_LINKS);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void ownersAreTheContainersInsideAndMappedOutside(boolean copies) throws Exception {
        images.layer(
                "mkdir d s; echo a >d/a; echo b >d/b; chown 5:6 d/b; ln -s a d/l; chown -h 7:8 d/l; echo x >s/hidden");
        images.layer("mkdir s; echo y >s/seen; echo more >e; chmod 4755 e");
        Image image = images.image();
        try (var container = Shifted.of(images, image, copies)) {
            String seen = container.run(
                    "id -u; stat -c '%n %u:%g' / /d /d/a /d/b /d/l /e; cat /proc/self/uid_map;"
                            + " echo changed >>/d/b; echo n >/n; chown 65535:9 /n; rm /d/a; stat -c %u:%g /d/b; test ! -e /d/a");
            assertThat(seen.lines().map(String::strip))
                    .containsExactly(
                            "0",
                            "/ 0:0",
                            "/d 0:0",
                            "/d/a 0:0",
                            "/d/b 5:6",
                            "/d/l 7:8",
                            "/e 0:0",
                            "0     100000      65536",
                            "5:6");
            assertThat(owner(container.root.upper().resolve("n"))).isEqualTo("165535:100009");
            assertThat(owner(container.root.upper().resolve("d/b"))).isEqualTo("100005:100006");
            Path layer = images.images
                    .snapshots()
                    .folder()
                    .resolve(container.root.image().chain().get(1).hex());
            assertThat(owner(layer.resolve("tree/d/b"))).isEqualTo("5:6");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatIsCommittedIsAsWithoutAUserNamespace(boolean copies) throws Exception {
        images.layer("mkdir d gone out.d; echo a >d/a; chown 5:6 d/a d; echo g >gone/g; cp /bin/busybox cap; setcap"
                + " cap_chown+ep cap");
        Image image = images.image();
        String script =
                "echo b >>/d/a; rm -r /gone; mkdir /gone; echo n >/gone/n; chown 9:10 /gone/n; chmod 2750 /gone;"
                        + " ln /cap /cap2; chmod 700 /cap2; touch -d @1000000000 /d/a /d /gone /gone/n /cap / /out";
        byte[] expected;
        try (var plain = ImageContainer.prepare(images.images, ID, image, IdMaps.NONE)) {
            Path upper = plain.root().folder().resolveSibling("upper");
            images.run(ID, plain.root(), TestImages.template(script), upper);
            expected = commit();
        } finally {
            images.containers.delete(ID, true);
        }
        try (var container = Shifted.of(images, image, copies)) {
            container.run(script);
            assertThat(commit()).isEqualTo(expected);
        }
    }

    private byte[] commit() {
        var out = new ByteArrayOutputStream();
        images.images.snapshots().findContainer(ID.value()).orElseThrow().commit(out);
        return out.toByteArray();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatIsExportedHasTheOwnersOfTheImage(boolean copies) throws Exception {
        images.layer("mkdir d; echo a >d/a; chown 5:6 d/a");
        try (var container = Shifted.of(images, images.image(), copies)) {
            container.run("echo n >/d/n; chown 7:8 /d/n");
            Path archive = folder.resolve("export.tar");
            try (OutputStream out = Files.newOutputStream(archive)) {
                new NewImages(images.images).export(ID, out);
            }
            Path tree = Files.createDirectory(folder.resolve("tree"));
            TestImages.sh(tree, "tar -xf " + archive);
            assertThat(owner(tree.resolve("d/a"))).isEqualTo("5:6");
            assertThat(owner(tree.resolve("d/n"))).isEqualTo("7:8");
            assertThat(owner(tree.resolve("bin/busybox"))).isEqualTo("0:0");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void fileCapabilitiesHoldInTheContainer(boolean copies) throws Exception {
        images.layer("mkdir cap; cp /bin/busybox cap/grep; setcap cap_chown+ep cap/grep; touch out; chmod 666 out");
        try (var container = Shifted.of(images, images.image(), copies)) {
            var template = template("/cap/grep CapEff /proc/self/status")
                    .user(new User(1000, 1000, OptionalInt.empty(), List.of()));
            assertThat(images.run(ID, container.source, template, container.root.upper()))
                    .isEqualTo("CapEff:\t0000000000000001\n");
        }
    }

    @Test
    void whoIsNotMappedIsNobody() throws Exception {
        images.layer("echo a >far; chown 70000:70001 far; chmod 604 far");
        try (var container = Shifted.of(images, images.image(), false)) {
            assertThat(container.run("stat -c %u:%g /far; cat /far; echo x 2>/dev/null >>/far || echo refused"))
                    .isEqualTo("65534:65534\na\nrefused\n");
        }
    }

    @Test
    void copiesNeedAMappingOfAllOwners() throws Exception {
        images.layer("echo a >far; chown 70000:70001 far");
        Image image = images.image();
        ContainerRoot root = images.images
                .snapshots()
                .prepare(ID.value(), images.images.unpacked(image).chainId(), Owners.of(IDS));
        try {
            assertThatThrownBy(root::copyLayers)
                    .isInstanceOf(ImageException.class)
                    .hasMessage("user 70000 is in no range of the user namespace's map; map more ids");
            assertThat(images.images.snapshots().folder().resolve("work")).isEmptyDirectory();
        } finally {
            root.remove();
        }
    }

    @Test
    void copiesAreSharedAndGoWithTheLastContainer() throws Exception {
        images.layer("echo a >a");
        Image image = images.image();
        var layers = images.images.unpacked(image);
        var snapshots = images.images.snapshots();
        ContainerRoot first = snapshots.prepare("first", layers.chainId(), Owners.of(IDS));
        ContainerRoot second = snapshots.prepare("second", layers.chainId(), Owners.of(IDS));
        first.copyLayers();
        second.copyLayers();
        Path linked = first.folder().resolve("l/0").toRealPath();
        assertThat(second.folder().resolve("l/0").toRealPath()).isEqualTo(linked);
        assertThat(owner(linked.resolve("a"))).isEqualTo("100000:100000");
        first.remove();
        snapshots.collect(Set.of(layers.chainId()));
        assertThat(linked).isDirectory();
        second.remove();
        snapshots.collect(Set.of(layers.chainId()));
        assertThat(linked).doesNotExist();
        assertThat(snapshots.find(layers.chainId())).isPresent();
    }

    @Test
    void aVolumeOfTheImageBelongsToTheContainer() throws Exception {
        images.layer("mkdir data; echo a >data/a; chown 5:6 data/a");
        Image image = images.image("VOLUME=/data");
        try (var container = ImageContainer.prepare(images.images, ID, image, IDS)) {
            var template = template("stat -c '%n %u:%g' /data /data/a; echo n >/data/n");
            container.defaults().volumes().forEach(template::mount);
            Path upper = container.root().folder().resolveSibling("upper");
            assertThat(images.run(ID, container.root(), template, upper)).isEqualTo("/data 0:0\n/data/a 5:6\n");
        } finally {
            images.containers.delete(ID, true);
        }
    }

    @Test
    void aFolderIsShownWithOtherOwnersAndKeepsItsOwn() throws Exception {
        Path root = images.newFolder();
        TestImages.sh(
                root,
                "mkdir bin proc sys dev; cp /bin/busybox bin/; ln -s busybox bin/sh; ln -s busybox bin/stat; echo a >a; chown 5:6 a");
        try (var source = new MappedRoots(Kernel.load(), folder).folder(root, IDS)) {
            assertThat(images.run(ID, source, template("stat -c %u:%g / /a"), root))
                    .isEqualTo("0:0\n5:6\n");
        } finally {
            images.containers.delete(ID, true);
        }
        assertThat(owner(root.resolve("out"))).isEqualTo("0:0");
    }
}
