package dev.gatun.image.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.image.ImageException;
import dev.gatun.image.file.FileAccess;
import dev.gatun.image.file.Shell;
import dev.gatun.image.file.TreeListing;
import dev.gatun.image.layer.RawTar.Header;
import dev.gatun.linux.Fd;
import dev.gatun.linux.Kernel;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Archives that want to do harm: refused by a line that names the entry, or harmless. */
@Tag("kernel")
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HostileArchiveTest {
    private static final int ARCHIVES = 200;
    private static final Limits SMALL = new Limits(1 << 20, 1000, 50);

    @TempDir
    Path folder;

    private final FileAccess files = new FileAccess(Kernel.load());

    /** An archive and the whole line that refuses it. */
    record Refused(String what, Supplier<byte[]> archive, String message) {
        @Override
        public String toString() {
            return what;
        }
    }

    static List<Refused> refused() {
        return List.of(
                row(
                        "climbing",
                        new RawTar().file("a/../../b", "x").ended(),
                        "layer: \"a/../../b\": its name climbs with \"..\""),
                row(
                        "a link that climbs",
                        new RawTar().add("a", '1', "../b").ended(),
                        "layer: \"a\": its name climbs with \"..\""),
                row(
                        "a checksum that is none",
                        new RawTar()
                                .file("a", "x")
                                .raw("no header".repeat(100).getBytes(StandardCharsets.UTF_8))
                                .bytes(),
                        "layer: \"a\": its checksum is not a number"),
                row(
                        "another checksum",
                        damaged(new RawTar().file("a", "x").file("b", "y").ended(), 1024),
                        "layer: \"a\": what follows it has a wrong checksum"),
                row(
                        "negative size",
                        new RawTar()
                                .add(new Header("a", '0').binary(124, 12, -5))
                                .ended(),
                        "layer: \"a\": its size is negative"),
                row(
                        "size beyond 64 bits",
                        new RawTar().add(huge(new Header("a", '0'))).ended(),
                        "layer: \"a\": its size is too large"),
                row(
                        "truncated in a file",
                        new RawTar()
                                .add(new Header("a", '0').size(5000))
                                .raw(new byte[512])
                                .bytes(),
                        "layer: \"a\": the archive ends in the middle of it"),
                row(
                        "truncated in a header",
                        new RawTar().file("a", "x").raw(new byte[100]).bytes(),
                        "layer: \"a\": the archive ends in the middle of a header"),
                row(
                        "entries behind the end",
                        new RawTar()
                                .file("a", "x")
                                .raw(new byte[512])
                                .file("b", "y")
                                .bytes(),
                        "layer: \"a\": a block of zeros follows it, and then another entry"),
                row(
                        "giant pax header",
                        new RawTar()
                                .file("a", "x")
                                .add(new Header("p", 'x').size(1L << 40))
                                .bytes(),
                        "layer: \"a\": the next entry's names and attributes are larger than 1048576 bytes"),
                row(
                        "giant name",
                        new RawTar()
                                .pax("path", "x".repeat(5000))
                                .file("a", "x")
                                .ended(),
                        "layer: \"" + "x".repeat(5000) + "\": its name or link is longer than 4095 bytes"),
                row(
                        "wrong pax record",
                        new RawTar()
                                .file("a", "x")
                                .file(new Header("p", 'x'), "99 path=x\n".getBytes(StandardCharsets.UTF_8))
                                .ended(),
                        "layer: \"a\": a pax record is wrong"),
                row(
                        "negative size in pax",
                        new RawTar().pax("size", "-1").file("a", "x").ended(),
                        "layer: \"a\": its size is negative"),
                row(
                        "a number with an exponent",
                        new RawTar().pax("mtime", "1e999999999").file("a", "x").ended(),
                        "layer: \"a\": its pax record mtime is not a time"),
                row(
                        "a zip bomb",
                        gzip(new RawTar()
                                .file(new Header("zeros", '0'), new byte[3 << 20])
                                .ended()),
                        "layer: \"zeros\": with it the layer's files are larger than 1048576 bytes; refused as hostile"),
                row(
                        "very many entries",
                        many(),
                        "layer: \"f1000\": the layer has more than 1000 files; refused as hostile"),
                row(
                        "very deep",
                        new RawTar()
                                .pax("path", "d/".repeat(100) + "f")
                                .file("a", "x")
                                .ended(),
                        "layer: \"" + "d/".repeat(100) + "f\": it lies more than 50 folders deep"),
                row(
                        "a file through a file",
                        new RawTar().file("a", "x").file("a/b", "y").ended(),
                        "layer: \"a/b\": a on its way is no folder"),
                row(
                        "links in a circle",
                        new RawTar()
                                .add("a", '2', "b")
                                .add("b", '2', "a")
                                .file("a/f", "y")
                                .ended(),
                        "layer: \"a/f\": it lies behind more than 40 symbolic links"),
                row(
                        "a whiteout of the folder above",
                        new RawTar().file("d/.wh...", "").ended(),
                        "layer: \"d/.wh...\": it removes nothing that has a name"),
                row(
                        "a device that overlayfs takes for a removed file",
                        new RawTar()
                                .add(new Header("dev/zero", '3').device(0, 0))
                                .ended(),
                        "layer: \"dev/zero\": a character device 0:0, which overlayfs takes for a removed file; a layer marks that by .wh."),
                row(
                        "a hard link to a folder",
                        new RawTar().add("d/", '5', "").add("l", '1', "d").ended(),
                        "layer: \"l\": a hard link to a folder"),
                row(
                        "an owner that is none",
                        new RawTar().pax("uid", "4294967295").file("a", "x").ended(),
                        "layer: \"a\": its owner is out of range"),
                row(
                        "a map of holes beyond the end",
                        new RawTar()
                                .pax("GNU.sparse.map", "0,1,9000,1", "GNU.sparse.size", "5")
                                .file("a", "xy")
                                .ended(),
                        "layer: \"a\": its map of holes goes beyond its end"),
                row(
                        "a map of holes that overlaps",
                        new RawTar()
                                .pax("GNU.sparse.map", "5,5,3,5", "GNU.sparse.size", "50")
                                .file("a", "xy")
                                .ended(),
                        "layer: its first entry: its map of holes is wrong"),
                row(
                        "a type that nobody knows",
                        new RawTar().file(new Header("a", 'Z'), new byte[1]).ended(),
                        "layer: \"a\": entries of type \"Z\" are not supported"),
                row(
                        "no archive at all",
                        "hello, world".repeat(100).getBytes(StandardCharsets.UTF_8),
                        "layer: its first entry: its checksum is not a number"));
    }

    @ParameterizedTest
    @MethodSource("refused")
    void whatIsHostileIsRefusedByALineThatNamesTheEntry(Refused row) throws Exception {
        Files.createDirectory(folder.resolve("out"));
        assertThatThrownBy(() -> unpack(row.archive.get(), UnpackRules.PRIVILEGED.withLimits(SMALL)))
                .isInstanceOf(ImageException.class)
                .hasMessage(row.message);
    }

    @Test
    void devicesAreLeftOutForWhoMayNotMakeThem() throws Exception {
        Files.createDirectory(folder.resolve("out"));
        byte[] layer = new RawTar()
                .add(new Header("dev/null", '3').device(1, 3))
                .add(new Header("dev/sda", '4').device(8, 0))
                .add("dev/pipe", '6', "")
                .ended();
        Unpacked unpacked = unpack(layer, UnpackRules.UNPRIVILEGED);
        assertThat(unpacked.leftOut()).containsExactly("dev/null", "dev/sda");
        assertThat(TreeListing.of(folder.resolve("out"))).hasSize(3);
    }

    @Test
    void nothingOutsideIsTouchedByTwoHundredArchives() throws Exception {
        Path outside = folder.resolve("outside");
        Shell.run(folder, """
                mkdir -p outside/etc outside/dir; echo secret >outside/etc/shadow; chmod 600 outside/etc/shadow
                ln -s /etc outside/link; mkfifo outside/pipe; touch -d 2001-01-01 outside/etc outside
                """);
        Map<String, String> before = TreeListing.of(outside);
        Map<String, String> etc = TreeListing.of(Path.of("/etc"));
        int refused = 0;
        for (int seed = 0; seed < ARCHIVES; seed++) {
            Path out = Files.createDirectory(folder.resolve("out"));
            byte[] archive = archive(new Random(seed), outside.toString());
            try {
                unpack(archive, UnpackRules.PRIVILEGED.withLimits(SMALL));
            } catch (ImageException told) {
                refused++;
                assertThat(told.getMessage()).as("seed " + seed).startsWith("layer: ");
            }
            assertThat(TreeListing.differences(before, TreeListing.of(outside)))
                    .as("seed " + seed)
                    .isEmpty();
            assertOnlyOwnInodes(out, seed);
            try (Fd parent = files.folder(folder)) {
                files.remove(parent, "out");
            }
            assertThat(out).doesNotExist();
        }
        assertThat(TreeListing.differences(etc, TreeListing.of(Path.of("/etc"))))
                .isEmpty();
        assertThat(TreeListing.differences(before, TreeListing.of(outside))).isEmpty();
        assertThat(refused).as("refused archives").isBetween(20, ARCHIVES - 20);
    }

    /** A hard link to something outside would show in its number of links, and in the listing before; this looks from inside. */
    private static void assertOnlyOwnInodes(Path out, int seed) throws Exception {
        try (var walk = Files.walk(out)) {
            assertThat(walk.filter(Files::isRegularFile)
                            .filter(file -> file.endsWith("shadow"))
                            .toList())
                    .as("seed " + seed)
                    .allSatisfy(file -> assertThat(Files.readString(file)).isNotEqualTo("secret\n"));
        }
    }

    /** An archive of hostile and harmless entries that build upon each other. */
    private static byte[] archive(Random random, String outside) {
        String[] places = {
            outside,
            outside + "/etc",
            "..",
            "../..",
            "../outside",
            "../outside/etc",
            "/",
            ".",
            "a",
            "b",
            "a/b",
            "../../../../../../../etc",
            "/proc/self/root",
            "/proc/self/cwd",
            "/dev/fd/0",
            "b/../../outside"
        };
        String[] names = {
            "a",
            "b",
            "c",
            "a/b",
            "b/a",
            "a/b/c",
            "./a",
            "//a",
            "etc",
            "a/../b",
            "../outside/etc/shadow",
            outside + "/etc/new",
            "a/shadow",
            "b/shadow",
            "c/etc/shadow",
            ".wh.a",
            "a/.wh.b",
            "a/.wh..",
            "a/.wh..wh..opq",
            "",
            "/",
            ".",
            "..",
            "a\u0001b",
            TreeListing.name('n', 0xff, 0x80),
            "d".repeat(90),
            "a/shadow/x",
            "c/dir/f",
            "c/link/f",
            "c/pipe"
        };
        var tar = new RawTar();
        int entries = 2 + random.nextInt(7);
        for (int i = 0; i < entries; i++) {
            String name = names[random.nextInt(random.nextInt(4) == 0 ? names.length : 12)];
            if (random.nextInt(12) == 0) {
                tar.pax(
                        "path",
                        name,
                        "SCHILY.xattr.trusted.overlay.redirect",
                        "/" + outside,
                        "SCHILY.xattr.user.x",
                        "y");
            }
            int kind = random.nextInt(20);
            switch (kind >= 12 && random.nextInt(6) > 0 ? 15 : kind) {
                case 0, 1, 2, 3, 4 -> tar.add(name, '2', places[random.nextInt(places.length)]);
                case 5, 6 ->
                    tar.add(name, '1', places[random.nextInt(places.length)] + (random.nextBoolean() ? "" : "/shadow"));
                case 7, 8, 9 -> tar.add(name + "/", '5', "");
                case 10 -> tar.add(new Header(name, '3').device(random.nextInt(3), random.nextInt(6)));
                case 11 -> tar.add(name, '6', "");
                case 12 -> tar.add(new Header(name, '0').size(random.nextLong(1L << 32)));
                case 13 -> tar.add(new Header(name, '0').binary(124, 12, random.nextLong()));
                case 14 ->
                    tar.add(new Header(name, "xgLKSDVMZ17".charAt(random.nextInt(11))).size(random.nextInt(2000)));
                default -> tar.file(name, "overwritten by " + i);
            }
        }
        byte[] bytes = tar.ended();
        if (random.nextInt(8) == 0) {
            bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        }
        if (random.nextInt(8) == 0) {
            bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
        }
        return random.nextInt(4) == 0 ? gzip(bytes) : bytes;
    }

    private Unpacked unpack(byte[] archive, UnpackRules rules) {
        return new LayerUnpack(files.kernel(), rules)
                .unpack(
                        Channels.newChannel(new ByteArrayInputStream(archive)),
                        folder.resolve("out"),
                        Optional.empty());
    }

    private static Refused row(String what, byte[] archive, String message) {
        return new Refused(what, () -> archive, message);
    }

    private static byte[] many() {
        var tar = new RawTar();
        for (int i = 0; i < 1100; i++) {
            tar.file("f" + i, "");
        }
        return tar.ended();
    }

    private static Header huge(Header header) {
        Arrays.fill(header.block, 125, 136, (byte) 0xff);
        header.block[124] = (byte) 0x80;
        return header;
    }

    private static byte[] damaged(byte[] archive, int at) {
        archive[at] ^= 1;
        return archive;
    }

    private static byte[] gzip(byte[] bytes) {
        var packed = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(packed)) {
            gzip.write(bytes);
        } catch (IOException impossible) {
            throw new AssertionError(impossible);
        }
        return packed.toByteArray();
    }
}
