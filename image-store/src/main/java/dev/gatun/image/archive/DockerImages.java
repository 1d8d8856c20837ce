package dev.gatun.image.archive;

import dev.gatun.image.ContentStore;
import dev.gatun.image.CorruptBlobException;
import dev.gatun.image.Descriptor;
import dev.gatun.image.Digest;
import dev.gatun.image.Image;
import dev.gatun.image.ImageConfig;
import dev.gatun.image.ImageException;
import dev.gatun.image.ImageNames;
import dev.gatun.image.Json;
import dev.gatun.image.Lease;
import dev.gatun.image.Manifest;
import dev.gatun.image.MediaTypes;
import dev.gatun.image.Reference;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The images of a docker-archive whose layers are in the store already: they get a manifest, which such archives lack. */
final class DockerImages {
    private static final int GZIP = 0x1f8b;
    private static final int ZSTD = 0x28b5;

    private final ContentStore store;
    private final ArchiveContents contents;
    private final Lease lease;

    DockerImages(ContentStore store, ArchiveContents contents, Lease lease) {
        this.store = store;
        this.contents = contents;
        this.lease = lease;
    }

    List<Image> register(byte[] manifest) {
        // The document is an array; what reads documents reads objects.
        String object = "{\"images\":" + new String(manifest, StandardCharsets.UTF_8) + "}";
        List<Image> images = new ArrayList<>();
        for (Json entry : Json.parse("manifest.json", object.getBytes(StandardCharsets.UTF_8))
                .objects("images")) {
            images.add(register(entry));
        }
        if (images.isEmpty()) {
            throw new ImageException("load images: manifest.json lists none");
        }
        return images;
    }

    private Image register(Json entry) {
        byte[] raw = config(entry.text("Config"));
        ImageConfig config = ImageConfig.parse(raw);
        List<String> paths = entry.list("Layers");
        if (paths.size() != config.diffIds().size()) {
            throw new ImageException(entry.where() + ": has " + paths.size() + " layers, its configuration "
                    + config.diffIds().size());
        }
        List<Descriptor> layers = new ArrayList<>();
        for (int i = 0; i < paths.size(); i++) {
            layers.add(layer(paths.get(i), config.diffIds().get(i)));
        }
        Descriptor configuration = put(MediaTypes.OCI_CONFIG, raw);
        Manifest manifest = Manifest.of(configuration, layers, Map.of());
        Descriptor descriptor = put(manifest.mediaType(), manifest.raw()).withPlatform(config.platform());
        List<Reference> names =
                entry.list("RepoTags").stream().map(LayoutImages::fullName).toList();
        Descriptor listed = descriptor;
        for (Reference name : names) {
            listed = ImageNames.name(store, name, descriptor, Optional.empty());
        }
        if (names.isEmpty()) {
            listed = ImageNames.nameless(store, descriptor);
        }
        return new Image(names, listed, manifest, config);
    }

    private byte[] config(String path) {
        return contents.document(path)
                .or(() -> contents.stored(path).map(store::read))
                .orElseThrow(() -> new ImageException("load images: the archive has no " + path));
    }

    private Descriptor put(String mediaType, byte[] content) {
        lease.add(Digest.of(content));
        return store.put(mediaType, content);
    }

    private Descriptor layer(String path, Digest diffId) {
        Descriptor stored = contents.stored(path)
                .orElseThrow(() -> new ImageException("load images: the archive has no layer " + path));
        int magic = magic(stored.digest());
        if (magic == GZIP || magic == ZSTD) {
            // Whether its content is what the configuration says is found when it is unpacked.
            return stored.withMediaType(magic == GZIP ? MediaTypes.OCI_LAYER_GZIP : MediaTypes.OCI_LAYER_ZSTD);
        }
        if (!stored.digest().equals(diffId)) {
            throw new CorruptBlobException(diffId, "the archive's layer " + path + " has other content");
        }
        return stored.withMediaType(MediaTypes.OCI_LAYER);
    }

    private int magic(Digest digest) {
        var bytes = ByteBuffer.allocate(2);
        try (FileChannel blob = store.open(digest).orElseThrow()) {
            blob.read(bytes, 0);
        } catch (IOException e) {
            throw ImageException.failed("read blob " + digest, e);
        }
        return bytes.flip().remaining() < 2 ? 0 : bytes.getShort() & 0xffff;
    }
}
