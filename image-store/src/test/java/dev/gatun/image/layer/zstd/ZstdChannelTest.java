package dev.gatun.image.layer.zstd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.image.ImageException;
import dev.gatun.image.file.Shell;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against the {@code zstd} program: scripts/test installs it. */
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ZstdChannelTest {
    private static final int SEED = 8878;

    @TempDir
    Path folder;

    private final Random random = new Random(SEED);

    private Map<String, byte[]> contents() {
        var contents = new LinkedHashMap<String, byte[]>();
        contents.put("nothing", new byte[0]);
        contents.put("one byte", new byte[] {7});
        contents.put("few bytes", "abcabcabcabcabcabcabcabcabcabcd".getBytes(StandardCharsets.UTF_8));
        contents.put("zeros", new byte[3_000_000]);
        contents.put("random", Packed.random(random, 300_000));
        contents.put("text", Packed.text(random, 3_000_000));
        contents.put("a block", Packed.text(random, 128 << 10));
        contents.put("a block and a byte", Packed.text(random, (128 << 10) + 1));
        for (int period = 2; period < 20; period++) {
            byte[] pattern = Packed.random(random, 100_000);
            for (int i = period; i < pattern.length; i++) {
                pattern[i] = pattern[i - period];
            }
            contents.put("period " + period, pattern);
        }
        for (int size = 10; size < 2000; size += 97) {
            contents.put("text of " + size, Packed.text(random, size));
        }
        byte[] few = Packed.random(random, 200_000);
        for (int i = 0; i < few.length; i++) {
            few[i] &= 3;
        }
        contents.put("four symbols", few);
        return contents;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-1",
                "-3",
                "-19",
                "--ultra -22 --long=27",
                "--fast=10",
                "-3 --no-check",
                "-3 -B4096 --no-check",
                "-9 --zstd=wlog=10",
                "-3 --no-content-size",
                "-5 --no-compress-literals",
                "-1 --compress-literals"
            })
    void whatZstdPackedIsTheSameAgain(String options) throws IOException {
        for (Map.Entry<String, byte[]> content : contents().entrySet()) {
            byte[] packed = Packed.by(folder, options, content.getValue());
            assertThat(Arrays.equals(Packed.unpack(packed), content.getValue()))
                    .as("%s, seed %d", content.getKey(), SEED)
                    .isTrue();
        }
    }

    @Test
    void matchesReachOverALargeWindowAndNotFurther() throws IOException {
        byte[] content = Packed.random(random, 40_000_000);
        System.arraycopy(content, 0, content, 20_000_000, 15_000_000);
        System.arraycopy(content, 0, content, 39_000_000, 1_000_000);
        for (String options : new String[] {"-3 --long=25", "-1 --long=27", "-3", "-1 --zstd=wlog=17"}) {
            assertThat(Arrays.equals(Packed.unpack(Packed.by(folder, options, content)), content))
                    .as(options)
                    .isTrue();
        }
        Shell.run(folder, "zstd -q -f --long=28 <content >packed");
        byte[] larger = Files.readAllBytes(folder.resolve("packed"));
        assertThatThrownBy(() -> Packed.unpack(larger))
                .isInstanceOf(ImageException.class)
                .hasMessage("layer: wrong zstd data: it needs a window of 268435456 bytes, and 134217728 are allowed; "
                        + "pack it with --long=27 at most");
    }

    @Test
    void framesFollowEachOtherAndSomeAreSkipped() throws IOException {
        var packed = new ByteArrayOutputStream();
        var content = new ByteArrayOutputStream();
        packed.write(HexFormat.of().parseHex("5a2a4d180500000001020304ff"));
        for (int i = 0; i < 300; i++) {
            byte[] part = Packed.text(random, random.nextInt(3000));
            content.write(part);
            if (i % 30 == 0) {
                packed.write(Packed.by(folder, i % 60 == 0 ? "-3" : "-19", part));
            } else {
                // a raw block in a frame of a single segment
                packed.write(HexFormat.of().parseHex("28b52ffda0"));
                writeNumber(packed, part.length, 4);
                writeNumber(packed, part.length * 8 + 1, 3);
                packed.write(part);
            }
            packed.write(HexFormat.of().parseHex("502a4d1800000000"));
        }
        assertThat(Packed.unpack(packed.toByteArray())).isEqualTo(content.toByteArray());
        assertThat(Packed.unpack(HexFormat.of().parseHex("5f2a4d180100000000"))).isEmpty();
    }

    private static void writeNumber(ByteArrayOutputStream out, int number, int bytes) {
        for (int i = 0; i < bytes; i++) {
            out.write(number >> (8 * i));
        }
    }

    @Test
    void cutAnywhereItIsRefused() throws IOException {
        byte[] packed = Packed.by(folder, "-19", Packed.text(random, 5000));
        for (int size = 1; size < packed.length; size++) {
            byte[] cut = Arrays.copyOf(packed, size);
            assertThatThrownBy(() -> Packed.unpack(cut))
                    .as("%d of %d bytes", size, packed.length)
                    .isInstanceOf(ImageException.class)
                    .hasMessage("layer: wrong zstd data: it ends too early");
        }
        assertThatThrownBy(() -> Packed.unpack(Arrays.copyOf(packed, packed.length + 1)))
                .hasMessage("layer: wrong zstd data: it ends too early");
        assertThatThrownBy(() -> Packed.unpack(Arrays.copyOf(packed, packed.length + 4)))
                .hasMessage("layer: wrong zstd data: a frame should begin, and something else is there");
    }

    @Test
    void aChecksumThatIsAnotherIsFound() throws IOException {
        byte[] packed = Packed.by(folder, "-3", Packed.text(random, 5000));
        packed[packed.length - 1] ^= 1;
        assertThatThrownBy(() -> Packed.unpack(packed)).hasMessage("layer: wrong zstd data: its checksum is another");
    }

    @Test
    void damagedItIsRefusedOrGivesSomethingElse() throws IOException {
        String[] options = {"-1", "-19", "-3 --no-check", "-19 --no-check", "--fast=5 --no-check", "-1 --no-check"};
        int refused = 0;
        for (int round = 0; round < 40; round++) {
            byte[] content = Packed.text(random, 1 + random.nextInt(round % 10 == 0 ? 300_000 : 3000));
            byte[] packed = Packed.by(folder, options[round % options.length], content);
            boolean checked = !options[round % options.length].contains("--no-check");
            for (int i = 0; i < 250; i++) {
                byte[] damaged = damaged(packed);
                try {
                    byte[] unpacked = Packed.unpack(damaged);
                    if (checked && hasChecksum(damaged)) {
                        assertThat(unpacked)
                                .as("seed %d, round %d, %d", SEED, round, i)
                                .isEqualTo(content);
                    }
                } catch (ImageException wrong) {
                    refused++;
                } catch (RuntimeException wrong) {
                    throw new AssertionError("seed " + SEED + ", round " + round + ", " + i, wrong);
                }
            }
        }
        assertThat(refused).isGreaterThan(5000);
    }

    /** Damage to the header can take the checksum, or make it a frame that is skipped. */
    private static boolean hasChecksum(byte[] packed) {
        return packed.length > 4 && packed[0] == 0x28 && (packed[4] & 4) != 0;
    }

    private byte[] damaged(byte[] packed) {
        byte[] damaged = packed.clone();
        int end = random.nextBoolean() ? damaged.length : Math.min(damaged.length, 60);
        for (int i = random.nextInt(4); i >= 0; i--) {
            int at = random.nextInt(end);
            switch (random.nextInt(4)) {
                case 0 -> damaged[at] = (byte) random.nextInt(256);
                case 1 -> damaged[at] ^= (byte) (1 << random.nextInt(8));
                case 2 -> damaged[at] = (byte) (random.nextBoolean() ? 0 : 255);
                default -> {
                    int from = random.nextInt(damaged.length);
                    int count = Math.min(random.nextInt(30), damaged.length - Math.max(from, at));
                    System.arraycopy(packed, from, damaged, at, count);
                }
            }
        }
        return damaged;
    }
}
