package dev.gatun.image;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** A list of manifests, of one image for several platforms or of all images of a layout (OCI image-spec, image-index.md; Docker's manifest list). */
public final class Index {
    private final byte[] raw;
    private final String mediaType;
    private final List<Descriptor> manifests;
    private final Map<String, String> annotations;

    private Index(byte[] raw, String mediaType, Json json) {
        this.raw = raw;
        this.mediaType = mediaType;
        this.manifests =
                json.objects("manifests").stream().map(Descriptor::read).toList();
        this.annotations = json.texts("annotations");
    }

    /**
     * Reads an index.
     *
     * @param mediaType as the descriptor or the registry gave it
     */
    public static Index parse(String mediaType, byte[] raw) {
        String what = "index " + Digest.of(raw);
        if (!MediaTypes.isIndex(mediaType)) {
            throw new ImageException(what + ": " + mediaType + " is no index of images");
        }
        Json json = Json.parse(what, raw);
        Documents.checkSchema(json, mediaType);
        if (json.has("layers") || json.has("config") || json.has("fsLayers")) {
            throw new ImageException(what + ": an index may not hold \"config\", \"layers\" or \"fsLayers\"");
        }
        return new Index(raw.clone(), mediaType, json);
    }

    /** A new one in OCI's form. */
    public static Index of(List<Descriptor> manifests) {
        ObjectNode node = Json.newObject();
        node.put("schemaVersion", 2).put("mediaType", MediaTypes.OCI_INDEX);
        ArrayNode array = node.putArray("manifests");
        manifests.forEach(manifest -> array.add(manifest.toJson()));
        return parse(MediaTypes.OCI_INDEX, Json.bytes(node));
    }

    public byte[] raw() {
        return raw.clone();
    }

    public String mediaType() {
        return mediaType;
    }

    public Descriptor descriptor() {
        return Descriptor.of(mediaType, raw);
    }

    public List<Descriptor> manifests() {
        return manifests;
    }

    public Map<String, String> annotations() {
        return annotations;
    }

    /**
     * The manifest that runs best on a platform; of equals the first.
     *
     * @throws ImageException if there is none; the message names those that there are
     */
    public Descriptor choose(Platform platform) {
        Optional<Descriptor> best = Optional.empty();
        int bestScore = 0;
        for (Descriptor manifest : manifests) {
            int score = manifest.platform().map(platform::score).orElse(0);
            if (score > bestScore) {
                best = Optional.of(manifest);
                bestScore = score;
            }
        }
        return best.orElseThrow(() -> new ImageException("no image for " + platform + "; there are: " + platforms()));
    }

    private String platforms() {
        return manifests.stream()
                .flatMap(manifest -> manifest.platform().stream())
                .map(Platform::toString)
                .distinct()
                .collect(Collectors.joining(", "));
    }
}
