package dev.gatun.image;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads every blob of a store and compares it with its digest, and looks whether every image has all of its blobs. */
public final class Verification {
    private final ContentStore store;
    private final Map<Digest, String> damaged = new HashMap<>();

    public Verification(ContentStore store) {
        this.store = store;
    }

    /**
     * Something is not as it should be.
     *
     * @param subject a digest, or a file that is none
     * @param what is wrong
     * @param images that need it, by their names or, without one, their digests
     */
    public record Problem(String subject, String what, List<String> images) {
        @Override
        public String toString() {
            return subject + ": " + what + (images.isEmpty() ? "" : " (needed by " + String.join(", ", images) + ")");
        }
    }

    /** All problems; none is good news. */
    public List<Problem> run() {
        List<Problem> problems = new ArrayList<>();
        try {
            for (StoredBlob blob : StoredBlob.list(store.files())) {
                if (blob.digest().isEmpty()) {
                    problems.add(new Problem(blob.path().toString(), "no blob, as its name is no digest", List.of()));
                } else {
                    hash(new Descriptor("", blob.digest().get(), blob.size()));
                }
            }
        } catch (IOException e) {
            throw new ImageException("verify " + store.root() + ": " + StoreFiles.reason(e), e);
        }
        Map<Digest, Set<String>> needed = new HashMap<>();
        store.index().manifests().forEach(entry -> need(entry, title(entry), needed));
        needed.keySet().forEach(this::isThere);
        damaged.forEach((digest, what) ->
                problems.add(new Problem(digest.toString(), what, List.copyOf(needed.getOrDefault(digest, Set.of())))));
        return problems;
    }

    private void hash(Descriptor blob) {
        try (InputStream in = store.stream(blob)) {
            in.transferTo(OutputStream.nullOutputStream());
        } catch (CorruptBlobException e) {
            damaged.put(blob.digest(), "other content than its digest says");
        } catch (IOException e) {
            damaged.put(blob.digest(), "unable to read: " + StoreFiles.reason(e));
        }
    }

    private static String title(Descriptor entry) {
        return entry.annotations()
                .getOrDefault(Descriptor.REF_NAME, entry.digest().toString());
    }

    private void need(Descriptor content, String image, Map<Digest, Set<String>> needed) {
        needed.computeIfAbsent(content.digest(), _ -> new LinkedHashSet<>()).add(image);
        if (damaged.containsKey(content.digest())
                || store.size(content.digest()).isEmpty()) {
            return;
        }
        try {
            if (MediaTypes.isIndex(content.mediaType())) {
                Index.parse(content.mediaType(), store.read(content))
                        .manifests()
                        .forEach(manifest -> need(manifest, image, needed));
            } else if (MediaTypes.isManifest(content.mediaType())) {
                Manifest manifest = Manifest.parse(content.mediaType(), store.read(content));
                List<Descriptor> parts = new ArrayList<>(manifest.layers());
                parts.add(manifest.config());
                parts.forEach(part -> needPart(part, image, needed));
            }
        } catch (ImageException e) {
            damaged.put(content.digest(), String.valueOf(e.getMessage()));
        }
    }

    private void needPart(Descriptor part, String image, Map<Digest, Set<String>> needed) {
        needed.computeIfAbsent(part.digest(), _ -> new LinkedHashSet<>()).add(image);
        store.size(part.digest()).stream()
                .filter(size -> size != part.size())
                .forEach(size -> damaged.put(part.digest(), "has " + size + " bytes instead of " + part.size()));
    }

    private void isThere(Digest digest) {
        if (store.size(digest).isEmpty()) {
            damaged.put(digest, "missing");
        }
    }
}
