package dev.gatun.image;

import dev.gatun.image.ImageConfig.History;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** The images of a content store, as users see them: found by name or id, named, listed, removed. */
public final class ImageStore {
    private static final int SHORTEST_ID = 4;
    private static final Duration PARTIAL = Duration.ofDays(1);

    private final ContentStore content;
    private final Function<Reference, List<Reference>> fullNames;

    /**
     * Sees the images of a store.
     *
     * @param fullNames what a name may stand for, as RegistriesConf.resolve has it
     */
    public ImageStore(ContentStore content, Function<Reference, List<Reference>> fullNames) {
        this.content = content;
        this.fullNames = fullNames;
    }

    /**
     * An image in the list.
     *
     * @param names full ones
     * @param image empty if its manifest or its configuration is damaged or missing; {@code problem} says how
     */
    public record Listed(List<Reference> names, Descriptor manifest, Optional<Image> image, String problem) {}

    /** A step of an image's making, with the layer that it made, if any. */
    public record Step(History history, Optional<Descriptor> layer) {}

    public ContentStore content() {
        return content;
    }

    /** All images, in the order in which they came. */
    public List<Listed> list() {
        Map<Digest, List<Descriptor>> entries = new LinkedHashMap<>();
        for (Descriptor entry : content.index().manifests()) {
            entries.computeIfAbsent(entry.digest(), _ -> new ArrayList<>()).add(entry);
        }
        return entries.values().stream().map(this::listed).toList();
    }

    private Listed listed(List<Descriptor> entries) {
        List<Reference> names = entries.stream()
                .flatMap(entry -> Optional.ofNullable(entry.annotations().get(Descriptor.REF_NAME)).stream())
                .flatMap(name -> parsed(name).stream())
                .toList();
        Descriptor manifest = entries.getFirst();
        try {
            return new Listed(names, manifest, Optional.of(load(names, manifest)), "");
        } catch (ImageException e) {
            return new Listed(names, manifest, Optional.empty(), String.valueOf(e.getMessage()));
        }
    }

    /** Other tools put other things there than names of our form: {@code latest}. Those go by the image's id. */
    private static Optional<Reference> parsed(String name) {
        try {
            return Optional.of(Reference.parse(name)).filter(reference -> !reference.isShort());
        } catch (ImageException e) {
            return Optional.empty();
        }
    }

    private Image load(List<Reference> names, Descriptor descriptor) {
        Manifest manifest = Manifest.parse(descriptor.mediaType(), content.read(descriptor));
        return new Image(names, descriptor, manifest, ImageConfig.parse(content.read(manifest.config())));
    }

    /**
     * The image of a name, of a digest, or of an id or its first four or more digits.
     *
     * @throws ImageException if there is none, there are several, or it is damaged
     */
    public Image get(String nameOrId) {
        return find(nameOrId).orElseThrow(() -> new ImageException("image \"" + nameOrId + "\": not in the store"));
    }

    /** As {@link #get}, where none may be. */
    public Optional<Image> find(String nameOrId) {
        List<Listed> images = list();
        return byName(images, nameOrId).or(() -> byId(images, nameOrId)).map(ImageStore::intact);
    }

    private static Image intact(Listed listed) {
        return listed.image().orElseThrow(() -> new ImageException(listed.problem() + "; pull the image again"));
    }

    private Optional<Listed> byName(List<Listed> images, String name) {
        Reference reference;
        try {
            reference = Reference.parse(name);
        } catch (ImageException notAName) {
            return Optional.empty();
        }
        for (Reference full : fullNames.apply(reference)) {
            Optional<Listed> found = images.stream()
                    .filter(image -> image.names().contains(full))
                    .findFirst()
                    .or(() -> images.stream()
                            .filter(image -> hasDigest(image, full))
                            .findFirst());
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    /** Whether it is called by a tag, but came with the digest that is asked for. */
    private static boolean hasDigest(Listed image, Reference full) {
        if (full.digest().isEmpty()) {
            return false;
        }
        Digest wanted = full.digest().get();
        boolean same = image.manifest().digest().equals(wanted)
                || wanted.toString().equals(image.manifest().annotations().get(ImageNames.INDEX));
        return same && image.names().stream().anyMatch(name -> name.name().equals(full.name()));
    }

    private static Optional<Listed> byId(List<Listed> images, String id) {
        String hex = id.startsWith("sha256:") ? id.substring("sha256:".length()) : id;
        if (hex.length() < SHORTEST_ID || !hex.chars().allMatch(c -> Character.digit(c, 16) >= 0)) {
            return Optional.empty();
        }
        List<Listed> found = images.stream()
                .filter(image -> image.manifest().digest().hex().startsWith(hex)
                        || image.image()
                                .filter(of -> of.id().hex().startsWith(hex))
                                .isPresent())
                .toList();
        if (found.size() > 1) {
            throw new ImageException(
                    "image \"" + id + "\": " + found.size() + " images have such an id; give more digits");
        }
        return found.stream().findFirst();
    }

    /** Gives an image one more name; an image that had it loses it. */
    public void tag(Image image, Reference name) {
        ImageNames.name(content, fullNames.apply(name).getFirst(), image.descriptor(), indexOf(image));
    }

    private static Optional<Digest> indexOf(Image image) {
        return Optional.ofNullable(image.descriptor().annotations().get(ImageNames.INDEX))
                .map(Digest::parse);
    }

    /** Takes a name from its image, which stays until it is pruned. */
    public void untag(Reference name) {
        ImageNames.unname(content, fullNames.apply(name).getFirst());
    }

    /** Removes an image with all its names. Its blobs go if nobody else needs them. */
    public GarbageCollector.Removed remove(Image image, List<InUse> users) {
        ImageNames.forget(content, image.descriptor().digest());
        return collect(users);
    }

    /** Removes the images that have no name and are not in use, and all blobs that nobody needs. */
    public GarbageCollector.Removed prune(List<InUse> users) {
        content.update(entries -> entries.stream()
                .filter(entry -> entry.annotations().containsKey(Descriptor.REF_NAME))
                .toList());
        return collect(users);
    }

    private GarbageCollector.Removed collect(List<InUse> users) {
        return new GarbageCollector(content).collect(users, PARTIAL);
    }

    /** How an image was made, the oldest step first. */
    public static List<Step> history(Image image) {
        var layers = image.manifest().layers().iterator();
        List<Step> steps = new ArrayList<>();
        for (History history : image.config().history()) {
            boolean made = !history.emptyLayer() && layers.hasNext();
            steps.add(new Step(history, made ? Optional.of(layers.next()) : Optional.empty()));
        }
        return steps;
    }

    /** What the store takes of the disk. */
    public DiskUsage usage(List<InUse> users) {
        return DiskUsage.of(content, users);
    }
}
