package dev.gatun.image.archive;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gatun.image.ContentStore;
import dev.gatun.image.Descriptor;
import dev.gatun.image.Digest;
import dev.gatun.image.Image;
import dev.gatun.image.ImageException;
import dev.gatun.image.Index;
import dev.gatun.image.Lease;
import dev.gatun.image.Progress;
import dev.gatun.image.Reference;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Saves images to files that other tools read. */
public final class ArchiveWriter {
    /** By which containerd and Docker know an image in a layout. */
    static final String CONTAINERD_NAME = "io.containerd.image.name";

    private static final JsonMapper MAPPER = new JsonMapper();
    private static final byte[] LAYOUT = "{\"imageLayoutVersion\":\"1.0.0\"}".getBytes(StandardCharsets.US_ASCII);

    private final ContentStore store;

    public ArchiveWriter(ContentStore store) {
        this.store = store;
    }

    /**
     * Writes images to an archive that is both an OCI archive and a docker-archive, as {@code docker save} has made them
     * since version 25: an OCI layout with Docker's {@code manifest.json} in it. Layers are as packed as they are kept.
     */
    public void save(List<Image> images, OutputStream to, Progress progress) {
        try (Lease lease = store.lease()) {
            Map<Digest, Descriptor> blobs = blobs(lease, images);
            var tar = new TarOutput(new BufferedOutputStream(to, 64 << 10));
            tar.file("oci-layout", LAYOUT);
            tar.file("index.json", Index.of(entries(images)).raw());
            tar.file("manifest.json", dockerManifest(images));
            tar.folder("blobs");
            for (String algorithm : blobs.keySet().stream()
                    .map(digest -> digest.algorithm().text())
                    .distinct()
                    .toList()) {
                tar.folder("blobs/" + algorithm);
            }
            for (Descriptor blob : blobs.values()) {
                progress.begun(blob, 0);
                try (InputStream content = store.stream(blob)) {
                    tar.file(path(blob.digest()), blob.size(), content);
                }
                progress.finished(blob, Progress.Outcome.TRANSFERRED);
            }
            tar.finish();
        } catch (IOException e) {
            throw ImageException.failed("save images", e);
        }
    }

    /** As {@link #save(List, OutputStream, Progress)}, to a file that appears when it is whole. */
    public void save(List<Image> images, Path file, Progress progress) {
        Path temporary = file.resolveSibling("." + file.getFileName() + ".new");
        try {
            try (OutputStream out = Files.newOutputStream(temporary)) {
                save(images, out, progress);
                Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(temporary);
            }
        } catch (IOException e) {
            throw ImageException.failed("save images to " + file, e);
        }
    }

    /** Writes images to a folder as an OCI layout, which must not be there or be empty. */
    public void saveLayout(List<Image> images, Path folder, Progress progress) {
        try (Lease lease = store.lease()) {
            Files.createDirectories(folder);
            try (var there = Files.newDirectoryStream(folder)) {
                if (there.iterator().hasNext()) {
                    throw new ImageException("save images to " + folder + ": the folder is not empty");
                }
            }
            for (Descriptor blob : blobs(lease, images).values()) {
                Path target = folder.resolve(path(blob.digest()));
                Files.createDirectories(target.getParent());
                progress.begun(blob, 0);
                try (InputStream content = store.stream(blob)) {
                    Files.copy(content, target);
                }
                progress.finished(blob, Progress.Outcome.TRANSFERRED);
            }
            Files.write(folder.resolve("oci-layout"), LAYOUT);
            Files.write(folder.resolve("index.json"), Index.of(entries(images)).raw());
        } catch (IOException e) {
            throw ImageException.failed("save images to " + folder, e);
        }
    }

    private static Map<Digest, Descriptor> blobs(Lease lease, List<Image> images) {
        Map<Digest, Descriptor> blobs = new LinkedHashMap<>();
        for (Image image : images) {
            blobs.put(image.descriptor().digest(), image.manifest().descriptor());
            blobs.put(image.id(), image.manifest().config());
            image.manifest().layers().forEach(layer -> blobs.put(layer.digest(), layer));
        }
        blobs.keySet().forEach(lease::add);
        return blobs;
    }

    private static String path(Digest digest) {
        return "blobs/" + digest.algorithm().text() + "/" + digest.hex();
    }

    private static List<Descriptor> entries(List<Image> images) {
        List<Descriptor> entries = new ArrayList<>();
        for (Image image : images) {
            if (image.names().isEmpty()) {
                entries.add(image.descriptor().withAnnotations(Map.of()));
            }
            for (Reference name : image.names()) {
                entries.add(image.descriptor()
                        .withAnnotations(
                                Map.of(Descriptor.REF_NAME, name.toString(), CONTAINERD_NAME, name.toString())));
            }
        }
        return entries;
    }

    /** Docker's list of images: paths of the configuration and the layers, and names with tags. */
    private static byte[] dockerManifest(List<Image> images) throws JsonProcessingException {
        ArrayNode list = MAPPER.createArrayNode();
        for (Image image : images) {
            ObjectNode entry = list.addObject().put("Config", path(image.id()));
            ArrayNode tags = entry.putArray("RepoTags");
            image.names().stream()
                    .filter(name -> name.tag().isPresent() && name.digest().isEmpty())
                    .forEach(name -> tags.add(name.toString()));
            ArrayNode layers = entry.putArray("Layers");
            image.manifest().layers().forEach(layer -> layers.add(path(layer.digest())));
        }
        return MAPPER.writeValueAsBytes(list);
    }
}
