package dev.gatun.image;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** Finds all content that descriptors lead to. */
final class Reachable {
    private final ContentStore store;
    private final Set<Digest> digests = new HashSet<>();

    Reachable(ContentStore store) {
        this.store = store;
    }

    /** Adds content and what that points to, as far as it is there. */
    void add(Descriptor content) {
        if (!digests.add(content.digest()) || store.size(content.digest()).isEmpty()) {
            return;
        }
        if (MediaTypes.isIndex(content.mediaType())) {
            Index.parse(content.mediaType(), store.read(content)).manifests().forEach(this::add);
        } else if (MediaTypes.isManifest(content.mediaType())) {
            Manifest manifest = Manifest.parse(content.mediaType(), store.read(content));
            digests.add(manifest.config().digest());
            manifest.layers().forEach(layer -> digests.add(layer.digest()));
        }
    }

    /** Adds an entry of index.json, with the index that its image was chosen from. */
    void addListed(Descriptor entry) {
        add(entry);
        Optional.ofNullable(entry.annotations().get(ImageNames.INDEX))
                .map(Digest::parse)
                .ifPresent(digests::add);
    }

    void add(Digest digest) {
        digests.add(digest);
    }

    boolean contains(Digest digest) {
        return digests.contains(digest);
    }
}
