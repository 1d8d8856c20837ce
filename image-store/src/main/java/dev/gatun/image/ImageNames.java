package dev.gatun.image;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The names that images have in a store's index.json: an entry for each name, with the name as the annotation that other
 * tools know, and an entry without a name for an image whose last name another one took.
 */
public final class ImageNames {
    /** The digest of the index through which an image was found: users who pull by digest mostly have that one. */
    public static final String INDEX = "dev.gatun.image.index";

    private ImageNames() {}

    /**
     * Gives a name to an image; who had it before loses it, but is kept.
     *
     * @param index that the name led to in the registry, if the image was chosen from one
     * @return the image's descriptor as it is listed
     */
    public static Descriptor name(ContentStore store, Reference name, Descriptor manifest, Optional<Digest> index) {
        // With a digest the tag says nothing more.
        Reference kept = name.digest().map(name::withDigest).orElse(name);
        Map<String, String> annotations = new HashMap<>();
        annotations.put(Descriptor.REF_NAME, kept.toString());
        index.ifPresent(of -> annotations.put(INDEX, of.toString()));
        Descriptor entry = manifest.withAnnotations(annotations);
        store.update(entries -> {
            List<Descriptor> changed = without(entries, kept.toString(), Optional.of(manifest.digest()));
            changed.add(entry);
            return changed;
        });
        return entry;
    }

    /** Lists an image that has no name, unless it is listed already. */
    public static Descriptor nameless(ContentStore store, Descriptor manifest) {
        Descriptor entry = manifest.withAnnotations(Map.of());
        store.update(entries -> {
            if (entries.stream().anyMatch(entry::sameContent)) {
                return entries;
            }
            List<Descriptor> changed = new ArrayList<>(entries);
            changed.add(entry);
            return changed;
        });
        return entry;
    }

    /** Takes a name away; its image is kept without one if it has no other. */
    public static void unname(ContentStore store, Reference name) {
        store.update(entries -> without(entries, name.toString(), Optional.empty()));
    }

    /** Forgets images, with all their names: the next collection removes them. */
    public static void forget(ContentStore store, Digest manifest) {
        store.update(entries -> entries.stream()
                .filter(entry -> !entry.digest().equals(manifest))
                .toList());
    }

    /** The entries without one name, and without a nameless entry of what gets that name. */
    private static List<Descriptor> without(List<Descriptor> entries, String name, Optional<Digest> successor) {
        List<Descriptor> kept = new ArrayList<>();
        for (Descriptor entry : entries) {
            boolean nameless = !entry.annotations().containsKey(Descriptor.REF_NAME);
            boolean succeeded = successor.filter(entry.digest()::equals).isPresent();
            if (name.equals(entry.annotations().get(Descriptor.REF_NAME))) {
                if (!succeeded
                        && entries.stream()
                                        .filter(other -> other.digest().equals(entry.digest()))
                                        .count()
                                == 1) {
                    kept.add(withoutName(entry));
                }
            } else if (!(nameless && succeeded)) {
                kept.add(entry);
            }
        }
        return kept;
    }

    private static Descriptor withoutName(Descriptor entry) {
        Map<String, String> annotations = new HashMap<>(entry.annotations());
        annotations.remove(Descriptor.REF_NAME);
        return entry.withAnnotations(annotations);
    }
}
