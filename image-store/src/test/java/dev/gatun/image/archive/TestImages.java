package dev.gatun.image.archive;

import dev.gatun.image.ContentStore;
import dev.gatun.image.Descriptor;
import dev.gatun.image.Digest;
import dev.gatun.image.Image;
import dev.gatun.image.ImageConfig;
import dev.gatun.image.ImageNames;
import dev.gatun.image.Ingest;
import dev.gatun.image.Manifest;
import dev.gatun.image.MediaTypes;
import dev.gatun.image.Platform;
import dev.gatun.image.Reference;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.zip.GZIPOutputStream;

/** Images for tests, made of random bytes of a seed. */
public final class TestImages {
    private TestImages() {}

    /** An image of layers of one file each, which does not shrink when it is packed. */
    public static Image make(ContentStore store, String name, long seed, int layers, int layerSize) {
        return make(store, name, seed, layers, layerSize, Platform.host());
    }

    public static Image make(ContentStore store, String name, long seed, int layers, int layerSize, Platform platform) {
        var random = new Random(seed);
        List<Descriptor> descriptors = new ArrayList<>();
        List<Digest> diffIds = new ArrayList<>();
        for (int i = 0; i < layers; i++) {
            byte[] tar = tar("file" + i, random, layerSize);
            diffIds.add(Digest.of(tar));
            descriptors.add(put(store, MediaTypes.OCI_LAYER_GZIP, gzip(tar)));
        }
        String config = """
                {"architecture":"%s","os":"%s","created":"2026-01-01T00:00:00Z",
                 "config":{"Env":["PATH=/bin"],"Cmd":["/bin/sh"],"Labels":{"seed":"%d"},"X-Unknown":true},
                 "rootfs":{"type":"layers","diff_ids":[%s]},
                 "history":[%s]}""".formatted(
                        platform.architecture(),
                        platform.os(),
                        seed,
                        diffIds.stream().map(id -> "\"" + id + "\"").collect(Collectors.joining(",")),
                        diffIds.stream()
                                .map(_ -> "{\"created\":\"2026-01-01T00:00:00Z\",\"created_by\":\"test\"}")
                                .collect(Collectors.joining(",")));
        byte[] raw = config.getBytes(StandardCharsets.UTF_8);
        Manifest manifest = Manifest.of(store.put(MediaTypes.OCI_CONFIG, raw), descriptors, Map.of());
        Descriptor descriptor = store.put(manifest.mediaType(), manifest.raw()).withPlatform(platform);
        Reference reference = Reference.parse(name);
        return new Image(
                List.of(reference),
                ImageNames.name(store, reference, descriptor, Optional.empty()),
                manifest,
                ImageConfig.parse(raw));
    }

    /** Stores bytes. */
    public static Descriptor put(ContentStore store, String mediaType, byte[] content) {
        Descriptor descriptor = Descriptor.of(mediaType, content);
        try (Ingest ingest = store.ingest(descriptor)) {
            ingest.restart();
            ingest.write(ByteBuffer.wrap(content));
            ingest.commit();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return descriptor;
    }

    private static byte[] tar(String name, Random random, int size) {
        var content = new byte[size];
        random.nextBytes(content);
        try (var out = new ByteArrayOutputStream()) {
            var tar = new TarOutput(out);
            tar.file(name, content);
            tar.finish();
            return out.toByteArray();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] gzip(byte[] content) {
        try (var out = new ByteArrayOutputStream()) {
            try (var gzip = new GZIPOutputStream(out)) {
                gzip.write(content);
            }
            return out.toByteArray();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
