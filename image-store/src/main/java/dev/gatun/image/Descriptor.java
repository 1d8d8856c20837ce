package dev.gatun.image;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Points to content: what it is, its digest and its size in bytes (OCI image-spec, descriptor.md).
 *
 * @param urls other places than the registry that have it
 * @param data the content itself in base64, if it is embedded
 */
public record Descriptor(
        String mediaType,
        Digest digest,
        long size,
        Map<String, String> annotations,
        Optional<Platform> platform,
        List<String> urls,
        Optional<String> artifactType,
        Optional<String> data) {
    /** The name of an image in a layout's index.json. */
    public static final String REF_NAME = "org.opencontainers.image.ref.name";

    public Descriptor {
        if (size < 0) {
            throw new ImageException(digest + ": size " + size + " is negative");
        }
        annotations = Map.copyOf(annotations);
        urls = List.copyOf(urls);
    }

    public Descriptor(String mediaType, Digest digest, long size) {
        this(mediaType, digest, size, Map.of(), Optional.empty(), List.of(), Optional.empty(), Optional.empty());
    }

    /** Points to these bytes. */
    public static Descriptor of(String mediaType, byte[] content) {
        return new Descriptor(mediaType, Digest.of(content), content.length);
    }

    public Descriptor withAnnotations(Map<String, String> others) {
        return new Descriptor(mediaType, digest, size, others, platform, urls, artifactType, data);
    }

    public Descriptor withPlatform(Platform of) {
        return new Descriptor(mediaType, digest, size, annotations, Optional.of(of), urls, artifactType, data);
    }

    public Descriptor withMediaType(String other) {
        return new Descriptor(other, digest, size, annotations, platform, urls, artifactType, data);
    }

    /** Whether it points to the same content, whatever else it says. */
    public boolean sameContent(Descriptor other) {
        return digest.equals(other.digest) && size == other.size;
    }

    static Descriptor read(Json json) {
        return new Descriptor(
                json.text("mediaType"),
                json.digest("digest"),
                json.size("size"),
                json.texts("annotations"),
                json.object("platform").map(Descriptor::readPlatform),
                json.list("urls"),
                json.optionalText("artifactType"),
                json.optionalText("data"));
    }

    private static Platform readPlatform(Json json) {
        return new Platform(
                json.text("os"),
                json.text("architecture"),
                json.optionalText("variant").orElse(""),
                json.optionalText("os.version").orElse(""));
    }

    /** As it stands in a manifest. */
    JsonNode toJson() {
        ObjectNode node = Json.newObject();
        node.put("mediaType", mediaType).put("digest", digest.toString()).put("size", size);
        if (!urls.isEmpty()) {
            urls.forEach(node.putArray("urls")::add);
        }
        if (!annotations.isEmpty()) {
            Json.putAll(node.putObject("annotations"), annotations);
        }
        data.ifPresent(text -> node.put("data", text));
        artifactType.ifPresent(text -> node.put("artifactType", text));
        platform.ifPresent(of -> writePlatform(node.putObject("platform"), of));
        return node;
    }

    private static void writePlatform(ObjectNode node, Platform platform) {
        node.put("architecture", platform.architecture()).put("os", platform.os());
        if (!platform.osVersion().isEmpty()) {
            node.put("os.version", platform.osVersion());
        }
        if (!platform.variant().isEmpty()) {
            node.put("variant", platform.variant());
        }
    }
}
