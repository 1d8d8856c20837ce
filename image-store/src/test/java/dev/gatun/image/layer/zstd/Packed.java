package dev.gatun.image.layer.zstd;

import dev.gatun.image.file.Shell;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/** What Debian's zstd packs, and how it is unpacked here. */
final class Packed {
    private static final int MUCH = 64 << 20;

    private Packed() {}

    /** Packed by {@code zstd} with these options. */
    static byte[] by(Path folder, String options, byte[] content) throws IOException {
        Files.write(folder.resolve("content"), content);
        Shell.run(folder, "zstd -q -f " + options + " content -o packed");
        return Files.readAllBytes(folder.resolve("packed"));
    }

    static byte[] unpack(byte[] packed) throws IOException {
        var out = new ByteArrayOutputStream();
        var chunk = ByteBuffer.allocate(100_003);
        try (var channel = new ZstdChannel(Channels.newChannel(new ByteArrayInputStream(packed)))) {
            while (channel.read(chunk.clear()) >= 0) {
                out.write(chunk.array(), 0, chunk.position());
                if (out.size() > MUCH) {
                    throw new AssertionError("unpacking does not end");
                }
            }
        }
        return out.toByteArray();
    }

    /** Lines of few words, some of them new, with what was there before coming again from near and far. */
    static byte[] text(Random random, int size) {
        byte[] text = new byte[size];
        int at = 0;
        while (at < size) {
            int count = Math.min(1 + random.nextInt(40), size - at);
            if (at > 100 && random.nextInt(3) > 0) {
                int back = 1 + (int) (at * Math.pow(random.nextDouble(), 6));
                for (int i = 0; i < count; i++, at++) {
                    text[at] = text[at - back];
                }
            } else {
                for (int i = 0; i < count; i++, at++) {
                    text[at] = (byte) ('a' + Math.min(25, Math.abs(random.nextGaussian() * 6)));
                }
            }
        }
        return text;
    }

    static byte[] random(Random random, int size) {
        byte[] bytes = new byte[size];
        random.nextBytes(bytes);
        return bytes;
    }
}
