package dev.gatun.engine;

import dev.gatun.container.ContainerRecord;
import dev.gatun.container.ContainerStatus;
import dev.gatun.container.StateFolder;
import dev.gatun.image.Descriptor;
import dev.gatun.image.Digest;
import dev.gatun.image.Image;
import dev.gatun.image.InUse;
import dev.gatun.image.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a container's record says of the image that it was made of, as annotations.
 *
 * @param name that the image had then, or its digest
 * @param id of the image
 */
public record ContainerImage(String name, Digest id, Descriptor manifest) {
    private static final String NAME = "dev.gatun.image.name";
    private static final String ID = "dev.gatun.image.id";
    private static final String MANIFEST = "dev.gatun.image.manifest";

    static ContainerImage of(Image image) {
        String name = image.names().stream()
                .findFirst()
                .map(Reference::toString)
                .orElse(image.descriptor().digest().toString());
        return new ContainerImage(name, image.id(), image.manifest().descriptor());
    }

    /** Empty for a container that was made of no image. */
    public static Optional<ContainerImage> of(ContainerRecord record) {
        Map<String, String> annotations = record.annotations();
        String manifest = annotations.getOrDefault(MANIFEST, "");
        String id = annotations.getOrDefault(ID, "");
        String[] parts = manifest.split(" ", -1);
        if (parts.length != 3 || id.isEmpty()) {
            return Optional.empty();
        }
        var descriptor = new Descriptor(parts[0], Digest.parse(parts[1]), Long.parseLong(parts[2]));
        return Optional.of(new ContainerImage(annotations.getOrDefault(NAME, ""), Digest.parse(id), descriptor));
    }

    void writeTo(Map<String, String> annotations) {
        annotations.put(NAME, name);
        annotations.put(ID, id.toString());
        annotations.put(MANIFEST, manifest.mediaType() + " " + manifest.digest() + " " + manifest.size());
    }

    /** The containers that were made of images. */
    static List<ContainerStatus> containers(StateFolder state) {
        return state.list().stream()
                .filter(status -> of(status.record()).isPresent())
                .toList();
    }

    /** The images that containers stand on. */
    static InUse inUse(StateFolder state) {
        return () -> {
            var manifests = new ArrayList<Descriptor>();
            for (ContainerStatus status : state.list()) {
                of(status.record()).ifPresent(image -> manifests.add(image.manifest()));
            }
            return manifests;
        };
    }
}
