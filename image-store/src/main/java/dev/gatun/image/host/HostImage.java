package dev.gatun.image.host;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.gatun.image.ContentStore;
import dev.gatun.image.Descriptor;
import dev.gatun.image.Digest;
import dev.gatun.image.ImageException;
import dev.gatun.image.Lease;
import dev.gatun.image.Manifest;
import dev.gatun.image.MediaTypes;
import dev.gatun.image.Platform;
import dev.gatun.image.file.FileAccess;
import dev.gatun.image.file.IdShift;
import dev.gatun.image.layer.LayerDiff;
import dev.gatun.linux.Fd;
import dev.gatun.linux.Kernel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;

/** Makes a small image of programs of this host. */
public final class HostImage {
    private static final List<String> CERTIFICATES =
            List.of("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem");

    private final Kernel kernel;
    private final ContentStore store;
    private final IdShift owners;

    /**
     * What goes into an image.
     *
     * @param programs by their whole paths; they come with their libraries
     * @param files further files, and folders with all that is in them, by their whole paths
     * @param certificates whether the host's certificates of authorities go in, for TLS
     * @param command what a container runs; empty for the first program
     */
    public record Content(List<String> programs, List<String> files, boolean certificates, List<String> command) {
        public Content {
            programs = List.copyOf(programs);
            files = List.copyOf(files);
            command = List.copyOf(command);
            if (programs.isEmpty() && files.isEmpty()) {
                throw new ImageException("an image of nothing: name programs or files of this host");
            }
        }
    }

    /**
     * For images in a store.
     *
     * @param owners what the owners of the host's files are in the image
     */
    public HostImage(Kernel kernel, ContentStore store, IdShift owners) {
        this.kernel = kernel;
        this.store = store;
        this.owners = owners;
    }

    /**
     * Makes the image and stores it; it has no name yet.
     *
     * @param lease keeps it until it has one
     * @return what points to its manifest
     */
    public Descriptor create(Content content, Lease lease) {
        try {
            Path folder = Files.createTempDirectory(store.root(), "from-host-");
            try {
                var tree = new HostTree(kernel, folder, owners);
                fill(tree, content);
                return store(folder, content, lease);
            } finally {
                remove(folder);
            }
        } catch (IOException failed) {
            throw new UncheckedIOException("unable to make an image of this host: " + failed.getMessage(), failed);
        }
    }

    private void fill(HostTree tree, Content content) {
        content.files().forEach(tree::add);
        var libraries = new Libraries();
        for (String program : content.programs()) {
            libraries.of(program).forEach(tree::add);
        }
        if (content.certificates()) {
            tree.add(CERTIFICATES.stream()
                    .filter(path -> Files.isRegularFile(Path.of(path)))
                    .findFirst()
                    .orElseThrow(() -> new ImageException(
                            "no certificates of authorities on this host: none of " + CERTIFICATES)));
        }
        if (content.files().stream().noneMatch(path -> path.equals("/etc"))) {
            tree.write(
                    "etc/passwd",
                    "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/bin/false\n");
            tree.write("etc/group", "root:x:0:\nnogroup:x:65534:\n");
            tree.write("etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n");
        }
        tree.settle();
    }

    private Descriptor store(Path folder, Content content, Lease lease) throws IOException {
        Digest diffId;
        Descriptor layer;
        try (var ingest = store.ingest()) {
            diffId = LayerDiff.write(kernel, folder, IdShift.NONE, new GZIPOutputStream(ingest.stream(), 1 << 16));
            long size = ingest.position();
            layer = new Descriptor(MediaTypes.OCI_LAYER_GZIP, ingest.commit(lease), size);
        }
        byte[] config = configuration(diffId, content);
        lease.add(Digest.of(config));
        Descriptor configuration = store.put(MediaTypes.OCI_CONFIG, config);
        Manifest manifest = Manifest.of(configuration, List.of(layer), Map.of());
        lease.add(manifest.descriptor().digest());
        return store.put(MediaTypes.OCI_MANIFEST, manifest.raw());
    }

    private static byte[] configuration(Digest diffId, Content content) throws JsonProcessingException {
        Platform platform = Platform.host();
        var root = new LinkedHashMap<String, Object>();
        root.put("architecture", platform.architecture());
        root.put("os", platform.os());
        var container = new LinkedHashMap<String, Object>();
        container.put("Env", List.of("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"));
        Optional<String> first = content.programs().stream().findFirst();
        container.put("Cmd", content.command().isEmpty() ? first.stream().toList() : content.command());
        root.put("config", container);
        var rootfs = new LinkedHashMap<String, Object>();
        rootfs.put("type", "layers");
        rootfs.put("diff_ids", List.of(diffId.toString()));
        root.put("rootfs", rootfs);
        root.put(
                "history",
                List.of(Map.of("created_by", "gatun image from-host " + String.join(" ", content.programs()))));
        return new JsonMapper().writeValueAsBytes(root);
    }

    private void remove(Path folder) {
        var files = new FileAccess(kernel);
        try (Fd parent = files.folder(Objects.requireNonNull(folder.getParent(), "the store's folder"))) {
            files.remove(parent, folder.getFileName() + "");
        }
    }
}
