package dev.gatun.image.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.image.Digest;
import dev.gatun.image.ImageException;
import dev.gatun.image.file.IdShift;
import dev.gatun.image.file.Shell;
import dev.gatun.image.file.TreeListing;
import dev.gatun.linux.Kernel;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("kernel")
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LayerUnpackTest {
    /** Every kind of file that GNU tar can pack. */
    private static final String TREE = """
            mkdir -p src/usr/bin src/etc/empty src/deep/a/b/c/d src/tmp
            chmod 1777 src/tmp; chmod 0700 src/etc/empty
            printf 'root:x:0:0::/:/bin/sh\\n' >src/etc/passwd
            printf 'binary' >src/usr/bin/su; chown 12:34 src/usr/bin/su; chmod 6755 src/usr/bin/su
            printf 'cap' >src/usr/bin/ping; setcap cap_net_raw+ep src/usr/bin/ping
            : >src/empty
            ln src/usr/bin/su src/usr/bin/su-too; ln src/empty src/deep/linked
            ln -s ../etc/passwd src/usr/link; ln -s /absolute/nowhere src/dangling; chown -h 5:6 src/dangling
            mknod src/null c 1 3; mknod src/disk b 259 70000; mkfifo src/pipe; chmod 640 src/pipe
            name=$(printf 'l%.0s' $(seq 200)); printf long >src/deep/$name; ln -s $name src/deep/to-long
            mkdir -p src/$name/$name; printf longer >src/$name/$name/file
            printf raw >"src/$(printf 'not-\\377-utf8')"; printf utf >src/Gatún
            truncate -s 10M src/sparse; printf middle | dd of=src/sparse bs=1 seek=5000000 conv=notrunc status=none
            dd if=/dev/urandom of=src/large bs=100000 count=37 status=none
            chown 4000000:3000000 src/large
            touch -d '2001-02-03 04:05:06.123456789 UTC' src/etc/passwd src/deep/a/b src/pipe
            touch -h -d '1999-01-01 00:00:01 UTC' src/dangling
            """;

    @TempDir
    Path folder;

    private final LayerUnpack unpack = new LayerUnpack(Kernel.load(), UnpackRules.PRIVILEGED);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--format=gnu",
                "--xattrs --xattrs-include='*' --format=posix",
                "--format=gnu --sparse",
                "--xattrs --xattrs-include='*' --format=posix --sparse --sparse-version=0.0",
                "--xattrs --xattrs-include='*' --format=posix --sparse --sparse-version=0.1",
                "--xattrs --xattrs-include='*' --format=posix --sparse --sparse-version=1.0"
            })
    void whatGnuTarPackedIsTheSameAgain(String format) throws Exception {
        Shell.run(folder, TREE);
        Shell.run(folder, "tar -C src " + format + " -cf layer.tar .; mkdir out");
        SortedMap<String, String> source = TreeListing.of(folder.resolve("src"));
        Unpacked unpacked = unpack(Files.readAllBytes(folder.resolve("layer.tar")), "out");
        SortedMap<String, String> result = TreeListing.of(folder.resolve("out"));
        if (!format.contains("posix")) {
            // GNU's own format has neither nanoseconds nor extended attributes
            for (SortedMap<String, String> listing : java.util.List.of(source, result)) {
                listing.replaceAll((name, line) ->
                        line.replaceFirst("\\.\\d+ dev", " dev").replaceFirst(" security.capability=\\w+", ""));
            }
        }
        assertThat(TreeListing.differences(source, result)).isEmpty();
        assertThat(unpacked.diffId()).isEqualTo(Digest.of(Files.readAllBytes(folder.resolve("layer.tar"))));
        assertThat(unpacked.archiveSize()).isEqualTo(Files.size(folder.resolve("layer.tar")));
        assertThat(unpacked.entries()).isEqualTo(source.size());
        assertThat(unpacked.implicit()).isEmpty();
        if (format.contains("sparse")) {
            assertThat(blocks("out/sparse")).as("blocks of a sparse file").isLessThan(64);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"-3", "-19 --no-check", "-1 -B65536"})
    void whatZstdPackedIsTheSameAgain(String options) throws Exception {
        Shell.run(folder, TREE);
        Shell.run(folder, "tar -C src --xattrs --xattrs-include='*' --format=posix -cf layer.tar .; mkdir out");
        Shell.run(folder, "zstd -q " + options + " layer.tar -o packed");
        Unpacked unpacked = unpack(Files.readAllBytes(folder.resolve("packed")), "out");
        assertThat(TreeListing.differences(
                        TreeListing.of(folder.resolve("src")), TreeListing.of(folder.resolve("out"))))
                .isEmpty();
        assertThat(unpacked.diffId()).isEqualTo(Digest.of(Files.readAllBytes(folder.resolve("layer.tar"))));
    }

    @Test
    void packedBackItIsTheSameOnceMore() throws Exception {
        Shell.run(folder, TREE);
        Files.createDirectory(folder.resolve("out"));
        var first = new ByteArrayOutputStream();
        var second = new ByteArrayOutputStream();
        Digest diffId = LayerDiff.write(Kernel.load(), folder.resolve("src"), IdShift.NONE, first);
        assertThat(unpack(first.toByteArray(), "out").diffId()).isEqualTo(diffId);
        SortedMap<String, String> source = TreeListing.of(folder.resolve("src"));
        SortedMap<String, String> result = TreeListing.of(folder.resolve("out"));
        assertThat(TreeListing.differences(source, result)).isEmpty();
        LayerDiff.write(Kernel.load(), folder.resolve("out"), IdShift.NONE, second);
        assertThat(second.toByteArray()).isEqualTo(first.toByteArray());
        // GNU tar agrees about all of it
        Files.write(folder.resolve("diff.tar"), first.toByteArray());
        Shell.run(folder, "mkdir gnu; tar -C gnu --xattrs --xattrs-include='*' -xpf diff.tar");
        SortedMap<String, String> gnu = TreeListing.of(folder.resolve("gnu"));
        assertThat(TreeListing.differences(source, gnu)).isEmpty();
    }

    @Test
    void whiteoutsTakeOverlaysForm() throws Exception {
        byte[] layer = new RawTar()
                .add("a/", '5', "")
                .file("a/.wh.gone", "")
                .file("a/.wh..wh..opq", "")
                .file("both", "kept")
                .file(".wh.both", "")
                .file(".wh.folder", "")
                .add("folder/", '5', "")
                .add("there/", '5', "")
                .file(".wh.there", "")
                .file(".wh.implied", "")
                .file("implied/x", "x")
                .file(".wh..wh.plnk/1", "")
                .ended();
        Files.createDirectory(folder.resolve("out"));
        Unpacked unpacked = unpack(layer, "out");
        SortedMap<String, String> out = TreeListing.of(folder.resolve("out"));
        assertThat(out.get("\"/a/gone\"")).startsWith("20000 ").contains(" dev 0 ");
        assertThat(out.get("\"/both\"")).startsWith("100644 ");
        for (String opaque : new String[] {"\"/a\"", "\"/folder\"", "\"/there\"", "\"/implied\""}) {
            assertThat(out.get(opaque)).as(opaque).startsWith("40").contains("trusted.overlay.opaque=79");
        }
        assertThat(out).hasSize(8);
        assertThat(unpacked.implicit()).containsExactly("");
        // and back
        var packed = new ByteArrayOutputStream();
        LayerDiff.write(Kernel.load(), folder.resolve("out"), IdShift.NONE, packed);
        Files.write(folder.resolve("diff.tar"), packed.toByteArray());
        assertThat(Shell.run(folder, "tar -tf diff.tar").lines())
                .containsExactly(
                        "./",
                        "a/",
                        "a/.wh..wh..opq",
                        "a/.wh.gone",
                        "both",
                        "folder/",
                        "folder/.wh..wh..opq",
                        "implied/",
                        "implied/.wh..wh..opq",
                        "implied/x",
                        "there/",
                        "there/.wh..wh..opq");
    }

    @Test
    void foldersKeepTheTimeOfTheirEntryWhateverFollows() throws Exception {
        byte[] layer = new RawTar()
                .add(new RawTar.Header("./", '5').mode(0711).number(136, 12, 5))
                .add(new RawTar.Header("a/", '5').mode(0700).number(136, 12, 7))
                .file("a/one", "1")
                .file("b/c/two", "2")
                .add(new RawTar.Header("b/", '5').mode(0750).number(136, 12, 9))
                .file("a/three", "3")
                .file("a/.wh.x", "")
                .ended();
        Files.createDirectory(folder.resolve("out"));
        Unpacked unpacked = unpack(layer, "out");
        SortedMap<String, String> out = TreeListing.of(folder.resolve("out"));
        assertThat(out.get("\"\"")).startsWith("40711 0:0 0 5.0 ");
        assertThat(out.get("\"/a\"")).startsWith("40700 0:0 0 7.0 ");
        assertThat(out.get("\"/b\"")).startsWith("40750 0:0 0 9.0 ");
        assertThat(out.get("\"/b/c\"")).startsWith("40755 0:0 0 0.0 ");
        assertThat(unpacked.implicit()).containsExactly("b/c");
    }

    @Test
    void entriesBehindASymbolicLinkGoWhereItLeadsInTheLayer() throws Exception {
        byte[] layer = new RawTar()
                .add("usr/lib/", '5', "")
                .add("lib", '2', "usr/lib")
                .add("usr/up", '2', "../../../etc")
                .add("abs", '2', "/opt/x")
                .file("lib/libc.so", "c")
                .file("usr/up/passwd", "p")
                .file("abs/y/z", "z")
                .file("lib/libm.so", "m")
                .ended();
        Files.createDirectory(folder.resolve("out"));
        unpack(layer, "out");
        assertThat(folder.resolve("out/usr/lib/libc.so")).hasContent("c");
        assertThat(folder.resolve("out/usr/lib/libm.so")).hasContent("m");
        assertThat(folder.resolve("out/etc/passwd")).hasContent("p");
        assertThat(folder.resolve("out/opt/x/y/z")).hasContent("z");
    }

    @Test
    void whatComesTwiceIsAsItCameLast() throws Exception {
        byte[] layer = new RawTar()
                .add("a/b/", '5', "")
                .file("a/b/c", "c")
                .file("a", "now a file")
                .file("x", "1")
                .add("y", '1', "x")
                .file("x", "2")
                .add("y", '1', "y")
                .add("z", '2', "x")
                .add("z", '5', "")
                .ended();
        Files.createDirectory(folder.resolve("out"));
        unpack(layer, "out");
        assertThat(folder.resolve("out/a")).hasContent("now a file");
        assertThat(folder.resolve("out/x")).hasContent("2");
        assertThat(folder.resolve("out/y")).hasContent("1");
        assertThat(folder.resolve("out/z")).isDirectory();
    }

    @Test
    void whatAFolderHadThatIsNowAFileIsRemovedWithIt() throws Exception {
        byte[] layer = new RawTar()
                .file("a", "now a file")
                .file("a/.wh.x", "")
                .file("a/b/.wh..wh..opq", "")
                .file("b/.wh.x", "")
                .file("b", "now a file")
                .ended();
        Files.createDirectory(folder.resolve("out"));
        unpack(layer, "out");
        assertThat(folder.resolve("out/a")).hasContent("now a file");
        assertThat(folder.resolve("out/b")).hasContent("now a file");
    }

    @Test
    void attributesOfOverlayItselfAreNotTakenFromAnArchive() throws Exception {
        byte[] layer = new RawTar()
                .pax(
                        "SCHILY.xattr.trusted.overlay.redirect", "/../../etc",
                        "SCHILY.xattr.user.overlay.opaque", "y",
                        "SCHILY.xattr.security.selinux", "label",
                        "SCHILY.xattr.user.mine", "kept")
                .add("a/", '5', "")
                .ended();
        Files.createDirectory(folder.resolve("out"));
        unpack(layer, "out");
        assertThat(TreeListing.of(folder.resolve("out")).get("\"/a\"")).endsWith(" links 0 user.mine=6b657074");
    }

    @Test
    void hardLinksToWhatIsNotInTheLayerAreLeftForLater() throws Exception {
        byte[] layer = new RawTar()
                .add("b/new", '1', "./usr/old")
                .file("f", "")
                .add("g", '1', "/f")
                .ended();
        Files.createDirectory(folder.resolve("out"));
        Unpacked unpacked = unpack(layer, "out");
        assertThat(unpacked.pending()).containsExactly(new Unpacked.PendingLink("b/new", "usr/old"));
        assertThat(folder.resolve("out/g")).exists();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6})
    void gzipIsUnpackedHoweverManyMembersItHas(int seed) throws Exception {
        var random = new Random(seed);
        var tar = new RawTar();
        for (int i = 0; i < 20; i++) {
            var content = new byte[random.nextInt(400_000)];
            if (i % 2 == 0) {
                random.nextBytes(content);
            }
            tar.file(new RawTar.Header("f" + i, '0'), content);
        }
        byte[] layer = tar.ended();
        var packed = new ByteArrayOutputStream();
        for (int at = 0; at < layer.length; ) {
            int size = Math.min(layer.length - at, 1 + random.nextInt(layer.length));
            try (var gzip = new GZIPOutputStream(packed)) {
                gzip.write(layer, at, size);
            }
            at += size;
        }
        packed.writeBytes(new byte[random.nextInt(3) * 100]);
        Files.createDirectory(folder.resolve("plain"));
        Files.createDirectory(folder.resolve("packed"));
        unpack(layer, "plain");
        assertThat(unpack(packed.toByteArray(), "packed").diffId()).isEqualTo(Digest.of(layer));
        SortedMap<String, String> result = TreeListing.of(folder.resolve("packed"));
        SortedMap<String, String> plain = TreeListing.of(folder.resolve("plain"));
        result.remove("\"\"");
        plain.remove("\"\"");
        assertThat(TreeListing.differences(plain, result)).as("seed " + seed).isEmpty();
        // one bit in the middle is found
        byte[] damaged = packed.toByteArray();
        damaged[damaged.length / 2] ^= 1;
        Files.createDirectory(folder.resolve("damaged"));
        assertThatThrownBy(() -> unpack.unpack(
                        Channels.newChannel(new ByteArrayInputStream(damaged)),
                        folder.resolve("damaged"),
                        Optional.of(Digest.of(layer))))
                .isInstanceOf(ImageException.class)
                .hasMessageStartingWith("layer: ");
    }

    @Test
    void anotherContentThanTheConfigurationHasIsRefused() throws Exception {
        Files.createDirectory(folder.resolve("out"));
        Digest other = Digest.of(new byte[] {1});
        byte[] layer = new RawTar().file("f", "x").ended();
        assertThatThrownBy(() -> unpack.unpack(
                        Channels.newChannel(new ByteArrayInputStream(layer)),
                        folder.resolve("out"),
                        Optional.of(other)))
                .isInstanceOf(ImageException.class)
                .hasMessage(
                        "layer: its content is " + Digest.of(layer) + ", but its image's configuration has " + other);
    }

    private Unpacked unpack(byte[] layer, String to) {
        return unpack.unpack(
                Channels.newChannel(new ByteArrayInputStream(layer)), folder.resolve(to), Optional.empty());
    }

    private long blocks(String file) throws IOException {
        return Long.parseLong(Shell.run(folder, "stat -c %b " + file).strip());
    }
}
