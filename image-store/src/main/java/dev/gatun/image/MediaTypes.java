package dev.gatun.image;

import java.util.List;
import java.util.Set;

/** Media types of OCI's image-spec and of Docker's image manifest v2, schema 2. */
public final class MediaTypes {
    public static final String OCI_INDEX = "application/vnd.oci.image.index.v1+json";
    public static final String OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
    public static final String OCI_CONFIG = "application/vnd.oci.image.config.v1+json";
    public static final String OCI_EMPTY = "application/vnd.oci.empty.v1+json";
    public static final String OCI_LAYER = "application/vnd.oci.image.layer.v1.tar";
    public static final String OCI_LAYER_GZIP = OCI_LAYER + "+gzip";
    public static final String OCI_LAYER_ZSTD = OCI_LAYER + "+zstd";

    public static final String DOCKER_INDEX = "application/vnd.docker.distribution.manifest.list.v2+json";
    public static final String DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";
    public static final String DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json";
    public static final String DOCKER_LAYER = "application/vnd.docker.image.rootfs.diff.tar";
    public static final String DOCKER_LAYER_GZIP = DOCKER_LAYER + ".gzip";
    public static final String DOCKER_LAYER_ZSTD = DOCKER_LAYER + ".zstd";

    /** What a registry is asked for, best first. */
    public static final List<String> MANIFESTS = List.of(OCI_INDEX, OCI_MANIFEST, DOCKER_INDEX, DOCKER_MANIFEST);

    private static final Set<String> INDEXES = Set.of(OCI_INDEX, DOCKER_INDEX);
    private static final Set<String> IMAGE_MANIFESTS = Set.of(OCI_MANIFEST, DOCKER_MANIFEST);
    private static final Set<String> PLAIN = Set.of(OCI_LAYER, DOCKER_LAYER);
    private static final Set<String> GZIP = Set.of(OCI_LAYER_GZIP, DOCKER_LAYER_GZIP);
    private static final Set<String> ZSTD = Set.of(OCI_LAYER_ZSTD, DOCKER_LAYER_ZSTD);

    /** How a layer's archive is packed. */
    public enum Compression {
        NONE,
        GZIP,
        ZSTD
    }

    private MediaTypes() {}

    /** Whether it names a list of manifests. */
    public static boolean isIndex(String mediaType) {
        return INDEXES.contains(mediaType);
    }

    /** Whether it names the manifest of one image. */
    public static boolean isManifest(String mediaType) {
        return IMAGE_MANIFESTS.contains(mediaType);
    }

    /** Whether it names the first form of Docker's manifests, signed or not, which hold no digests of their own. */
    public static boolean isSchema1(String mediaType) {
        return mediaType.startsWith("application/vnd.docker.distribution.manifest.v1+");
    }

    /**
     * How the layer of this media type is packed.
     *
     * @throws ImageException for a foreign layer, whose content a registry may not hand out, and for what is no layer
     */
    public static Compression layerCompression(String mediaType) {
        if (PLAIN.contains(mediaType)) {
            return Compression.NONE;
        }
        if (GZIP.contains(mediaType)) {
            return Compression.GZIP;
        }
        if (ZSTD.contains(mediaType)) {
            return Compression.ZSTD;
        }
        if (mediaType.contains(".foreign.") || mediaType.contains(".nondistributable.")) {
            throw new ImageException("layer of type " + mediaType
                    + ": foreign layers are refused, as they come from other places than the registry");
        }
        throw new ImageException("layer of type " + mediaType + ": not a layer of a Linux image");
    }
}
