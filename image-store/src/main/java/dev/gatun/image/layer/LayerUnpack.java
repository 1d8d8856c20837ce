package dev.gatun.image.layer;

import dev.gatun.image.Digest;
import dev.gatun.image.ImageException;
import dev.gatun.image.file.FileAccess;
import dev.gatun.linux.Fd;
import dev.gatun.linux.Kernel;
import dev.gatun.linux.SyscallException;
import dev.gatun.linux.Text;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Path;
import java.util.Optional;

/** Unpacks layers: an archive as it comes from a registry to a folder that overlayfs can mount. */
public final class LayerUnpack {
    private final FileAccess files;
    private final UnpackRules rules;

    public LayerUnpack(Kernel kernel, UnpackRules rules) {
        this.files = new FileAccess(kernel);
        this.rules = rules;
    }

    /**
     * Unpacks an archive to a folder that is empty; layers of one image may be unpacked at the same time, each to its own.
     *
     * @param archive packed by gzip, by zstd or not at all; it is closed
     * @param expected the digest that the image's configuration has for it
     * @throws ImageException if the archive is wrong, hostile or another than expected; what was unpacked until then is
     *     still there, for who made the folder to remove
     */
    public Unpacked unpack(ReadableByteChannel archive, Path folder, Optional<Digest> expected) {
        try (var chunks = new ReadAhead(archive);
                Fd root = files.folder(folder);
                var stack = new FolderStack(files, root, rules.overlay(), rules.limits())) {
            var reader = new TarReader(chunks);
            var tree = new LayerTree(files, stack, rules);
            Optional<TarEntry> entry = reader.next();
            while (entry.isPresent()) {
                unpack(entry.get(), reader, tree);
                entry = reader.next();
            }
            stack.finish();
            Digest diffId = chunks.digest();
            if (expected.isPresent() && !expected.get().equals(diffId)) {
                throw new ImageException(
                        "layer: its content is " + diffId + ", but its image's configuration has " + expected.get());
            }
            return tree.result(diffId, chunks.size());
        }
    }

    private static void unpack(TarEntry entry, TarReader reader, LayerTree tree) {
        try {
            tree.add(entry, reader);
        } catch (WrongArchive wrong) {
            throw wrong.in(entry.name());
        } catch (SyscallException failed) {
            throw new ImageException(
                    "layer: unable to unpack " + Text.quoted(entry.name()) + ": " + failed.getMessage(), failed);
        }
    }
}
