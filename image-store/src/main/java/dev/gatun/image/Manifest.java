package dev.gatun.image;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The manifest of one image: its configuration and its layers, the lowest first (OCI image-spec, manifest.md; Docker's
 * schema 2 says the same). The bytes are kept as they came, because its digest is theirs.
 */
public final class Manifest {
    /** More than any real manifest needs; registries have the same limit (distribution-spec, "Pushing Manifests"). */
    public static final int MAX_SIZE = 4 << 20;

    private final byte[] raw;
    private final String mediaType;
    private final Descriptor config;
    private final List<Descriptor> layers;
    private final Map<String, String> annotations;
    private final Optional<Descriptor> subject;
    private final Optional<String> artifactType;

    private Manifest(byte[] raw, String mediaType, Json json) {
        this.raw = raw;
        this.mediaType = mediaType;
        this.config = json.object("config")
                .map(Descriptor::read)
                .orElseThrow(() -> new ImageException(json.where() + ": config is missing"));
        this.layers = json.objects("layers").stream().map(Descriptor::read).toList();
        this.annotations = json.texts("annotations");
        this.subject = json.object("subject").map(Descriptor::read);
        this.artifactType = json.optionalText("artifactType");
    }

    /**
     * Reads a manifest.
     *
     * @param mediaType as the descriptor or the registry gave it
     * @throws ImageException if it is none, or one of Docker's schema 1, or says to be of another type
     */
    public static Manifest parse(String mediaType, byte[] raw) {
        String what = "manifest " + Digest.of(raw);
        if (MediaTypes.isSchema1(mediaType)) {
            throw new ImageException(
                    what + ": Docker's manifest schema 1 is refused, as its content cannot be verified;"
                            + " push the image again with a tool of this decade");
        }
        if (!MediaTypes.isManifest(mediaType)) {
            throw new ImageException(what + ": " + mediaType + " is no manifest of an image");
        }
        Json json = Json.parse(what, raw);
        Documents.checkSchema(json, mediaType);
        // One document must not be a manifest to some and an index to others: CVE-2021-41190.
        if (json.has("manifests") || json.has("fsLayers")) {
            throw new ImageException(what + ": a manifest may not hold \"manifests\" or \"fsLayers\"");
        }
        return new Manifest(raw.clone(), mediaType, json);
    }

    /** A new one in OCI's form. */
    public static Manifest of(Descriptor config, List<Descriptor> layers, Map<String, String> annotations) {
        ObjectNode node = Json.newObject();
        node.put("schemaVersion", 2).put("mediaType", MediaTypes.OCI_MANIFEST);
        node.set("config", config.toJson());
        ArrayNode array = node.putArray("layers");
        layers.forEach(layer -> array.add(layer.toJson()));
        if (!annotations.isEmpty()) {
            Json.putAll(node.putObject("annotations"), annotations);
        }
        return parse(MediaTypes.OCI_MANIFEST, Json.bytes(node));
    }

    public byte[] raw() {
        return raw.clone();
    }

    public String mediaType() {
        return mediaType;
    }

    /** What points to it. */
    public Descriptor descriptor() {
        return Descriptor.of(mediaType, raw);
    }

    public Descriptor config() {
        return config;
    }

    public List<Descriptor> layers() {
        return layers;
    }

    public Map<String, String> annotations() {
        return annotations;
    }

    /** The manifest that this one is about, if it is a signature or the like. */
    public Optional<Descriptor> subject() {
        return subject;
    }

    public Optional<String> artifactType() {
        return artifactType;
    }
}
