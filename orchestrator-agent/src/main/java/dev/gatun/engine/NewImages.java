package dev.gatun.engine;

import dev.gatun.container.ContainerId;
import dev.gatun.container.ContainerRecord;
import dev.gatun.image.ContentStore;
import dev.gatun.image.CorruptBlobException;
import dev.gatun.image.Descriptor;
import dev.gatun.image.Digest;
import dev.gatun.image.ImageDraft;
import dev.gatun.image.ImageException;
import dev.gatun.image.ImageNames;
import dev.gatun.image.Lease;
import dev.gatun.image.Manifest;
import dev.gatun.image.MediaTypes;
import dev.gatun.image.Reference;
import dev.gatun.image.host.HostImage;
import dev.gatun.image.layer.LayerDiff;
import dev.gatun.image.snapshot.ContainerRoot;
import dev.gatun.linux.Fd;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/** Makes images: of containers, archives and this host's programs. And archives of containers. */
public final class NewImages {
    private static final int BUFFER = 1 << 16;
    private static final int GZIP_MAGIC = 0x1f8b;

    private final Images images;
    private final ContentStore content;

    /**
     * What a new image gets.
     *
     * @param name none: it goes by its id
     * @param changes as lines of a Dockerfile
     * @param author empty for what was there
     * @param comment may be empty
     */
    public record Labels(Optional<Reference> name, List<String> changes, String author, String comment) {}

    /** Writes an archive that is not packed, and says what its digest is. */
    private interface Archive {
        Digest writeTo(OutputStream out) throws IOException;
    }

    public NewImages(Images images) {
        this.images = images;
        this.content = images.content();
    }

    /** An image of what a container was made of and has changed. Returns the image's manifest. */
    public Descriptor commit(ContainerId id, Labels labels) {
        ContainerRecord record = images.state().get(id).record();
        ContainerImage base = ContainerImage.of(record)
                .orElseThrow(
                        () -> new ImageException(
                                "commit " + id
                                        + ": the container was not made of an image; \"gatun import\" makes one of a folder's archive"));
        try (Lease lease = content.lease()) {
            lease.add(base.manifest().digest());
            Manifest manifest = Manifest.parse(base.manifest().mediaType(), content.read(base.manifest()));
            lease.add(manifest.config().digest());
            manifest.layers().forEach(layer -> lease.add(layer.digest()));
            ImageDraft draft = ImageDraft.from(manifest, content.read(manifest.config()));
            add(draft, lease, root(id)::commit, "gatun commit " + id, labels);
            return finish(draft, lease, labels);
        }
    }

    /** An image of one layer from an archive, packed by gzip or not; its layer is unpacked to see that it is one. */
    public Descriptor importArchive(InputStream archive, String from, Labels labels) {
        try (Lease lease = content.lease()) {
            ImageDraft draft = ImageDraft.empty();
            add(draft, lease, out -> copy(archive, out), "gatun import " + from, labels);
            return finish(draft, lease, labels);
        }
    }

    /** An image of programs of this host. */
    public Descriptor ofHost(HostImage.Content of, Labels labels) {
        try (Lease lease = content.lease()) {
            return name(
                    new HostImage(images.kernel(), content, images.layering().ofHost()).create(of, lease), labels);
        }
    }

    /** Writes all that a container sees, but for what is mounted in it, as an archive; {@code out} is closed. */
    public void export(ContainerId id, OutputStream out) {
        ContainerRoot root = root(id);
        try (Fd view = look(root)) {
            LayerDiff.write(
                    images.kernel(), Path.of(view.path() + "/."), root.owners().inverse(), out);
        }
    }

    private Fd look(ContainerRoot root) {
        return root.isShifted()
                ? new ShiftedRoots(images).mount(root, root.all()).made()
                : root.look();
    }

    private ContainerRoot root(ContainerId id) {
        images.state().get(id);
        return images.snapshots()
                .findContainer(id.value())
                .orElseThrow(() -> new ImageException("container " + id + " was not made of an image"));
    }

    private void add(ImageDraft draft, Lease lease, Archive archive, String createdBy, Labels labels) {
        try (var ingest = content.ingest()) {
            Digest diffId = archive.writeTo(new GZIPOutputStream(ingest.stream(), BUFFER));
            long size = ingest.position();
            var layer = new Descriptor(MediaTypes.OCI_LAYER_GZIP, ingest.commit(lease), size);
            draft.add(layer, diffId, createdBy, labels.comment());
        } catch (IOException e) {
            throw ImageException.failed(createdBy, e);
        }
    }

    private Descriptor finish(ImageDraft draft, Lease lease, Labels labels) {
        labels.changes().forEach(draft::change);
        if (!labels.author().isEmpty()) {
            draft.author(labels.author());
        }
        return name(draft.store(content, lease), labels);
    }

    private Descriptor name(Descriptor manifest, Labels labels) {
        Descriptor nameless = ImageNames.nameless(content, manifest);
        var image = images.store().get(manifest.digest().toString());
        try {
            images.unpacked(image);
        } catch (CorruptBlobException own) {
            throw own;
        } catch (ImageException noLayer) {
            ImageNames.forget(content, manifest.digest());
            throw noLayer;
        }
        labels.name().ifPresent(name -> images.store().tag(image, name));
        return nameless;
    }

    private static Digest copy(InputStream archive, OutputStream out) throws IOException {
        MessageDigest hasher = Digest.Algorithm.SHA256.hasher();
        try (var to = new DigestOutputStream(out, hasher)) {
            var buffered = new BufferedInputStream(archive, BUFFER);
            buffered.mark(2);
            int magic = buffered.read() << 8 | buffered.read();
            buffered.reset();
            (magic == GZIP_MAGIC ? new GZIPInputStream(buffered, BUFFER) : buffered).transferTo(to);
        }
        return Digest.of(Digest.Algorithm.SHA256, hasher);
    }
}
