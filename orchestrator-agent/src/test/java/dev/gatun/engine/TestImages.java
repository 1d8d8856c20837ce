package dev.gatun.engine;

import dev.gatun.container.ContainerId;
import dev.gatun.container.Containers;
import dev.gatun.container.CreateOptions;
import dev.gatun.container.Folders;
import dev.gatun.container.Privileges;
import dev.gatun.container.RootSource;
import dev.gatun.container.SpecTemplate;
import dev.gatun.container.StateFolder;
import dev.gatun.image.Descriptor;
import dev.gatun.image.Digest;
import dev.gatun.image.Image;
import dev.gatun.image.ImageDraft;
import dev.gatun.image.ImageNames;
import dev.gatun.image.Lease;
import dev.gatun.image.MediaTypes;
import dev.gatun.image.file.IdShift;
import dev.gatun.image.layer.LayerDiff;
import dev.gatun.image.registry.RegistriesConf;
import dev.gatun.linux.Kernel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Images in a folder of their own, made of layers that shell commands fill, and containers of them. */
final class TestImages {
    private static final Path BUSYBOX = Path.of("/bin/busybox");

    final Images images;
    final Containers containers;
    final List<String> warnings = new ArrayList<>();
    private final Kernel kernel = Kernel.load();
    private final Path folder;
    private final List<Path> layers = new ArrayList<>();

    TestImages(Path folder) {
        this.folder = folder;
        Folders folders = Folders.of(Map.of("GATUN_ROOT", folder.toString()), Privileges.ofThisProcess());
        var state = new StateFolder(folders.containers());
        images = new Images(kernel, folders, state, RegistriesConf.defaults(), Layering.OF_ROOT);
        containers = new Containers(kernel, state, folders.lib(), warnings::add);
    }

    /** Adds a layer with a shell in it, which every image begins with. */
    void shell() throws IOException {
        layer("mkdir bin && cp " + BUSYBOX
                + " bin/busybox && for name in sh cat ls grep stat mkdir chown chmod touch id rm mv ln; do"
                + " ln -s busybox bin/$name; done; mkdir dev proc sys");
    }

    /** Adds a layer of what a script leaves in an empty folder. */
    void layer(String script) throws IOException {
        Path source = newFolder();
        sh(source, script);
        layer(source);
    }

    /** Adds a layer of what is in a folder. */
    void layer(Path source) throws IOException {
        Path archive = Files.createTempFile(folder, "layer", ".tar");
        LayerDiff.write(kernel, source, IdShift.NONE, Files.newOutputStream(archive));
        layers.add(archive);
    }

    Path newFolder() throws IOException {
        return Files.createDirectory(folder.resolve("layer-" + layers.size()));
    }

    static void sh(Path folder, String script) throws IOException {
        var process = new ProcessBuilder("sh", "-euc", script)
                .directory(folder.toFile())
                .inheritIO()
                .start();
        try {
            if (process.waitFor() != 0) {
                throw new AssertionError(script);
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new AssertionError(stopped);
        }
    }

    /** The image of all layers, with such changes of its configuration as {@code gatun commit -c} has. */
    Image image(String... changes) throws IOException {
        ImageDraft draft = ImageDraft.empty();
        List.of(changes).forEach(draft::change);
        try (Lease lease = images.content().lease()) {
            for (Path layer : layers) {
                byte[] bytes = Files.readAllBytes(layer);
                try (var ingest = images.content().ingest()) {
                    ingest.stream().write(bytes);
                    Digest digest = ingest.commit(lease);
                    draft.add(new Descriptor(MediaTypes.OCI_LAYER, digest, bytes.length), digest, "test", "");
                }
            }
            Descriptor manifest = draft.store(images.content(), lease);
            return images.store()
                    .get(ImageNames.nameless(images.content(), manifest)
                            .digest()
                            .toString());
        }
    }

    /** Runs a container to its end, and returns what its script wrote to {@code /out}, which is in {@code upper}. */
    String run(ContainerId id, RootSource root, SpecTemplate template, Path upper) throws IOException {
        template.rootfs(root.folder().toString()).cgroupsPath("/gatun-" + id);
        containers.run(id, template.build(), root, CreateOptions.NONE);
        int status = containers.await(id);
        if (status != 0) {
            throw new AssertionError("status " + status + ", " + warnings);
        }
        return Files.readString(upper.resolve("out"));
    }

    static SpecTemplate template(String script) {
        return new SpecTemplate(List.of("/bin/sh", "-euc", "{ " + script + "; } >/out 2>&1")).usual();
    }
}
