package dev.gatun.image;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The name of content: an algorithm and the hash it gives, {@code sha256:e3b0c442…} (OCI image-spec, descriptor.md).
 *
 * @param hex the hash in lower-case hexadecimal digits
 */
public record Digest(Algorithm algorithm, String hex) implements Comparable<Digest> {
    /** The registered algorithms. */
    public enum Algorithm {
        SHA256("sha256", "SHA-256", 64),
        SHA512("sha512", "SHA-512", 128);

        private final String name;
        private final String javaName;
        private final int digits;

        Algorithm(String name, String javaName, int digits) {
            this.name = name;
            this.javaName = javaName;
            this.digits = digits;
        }

        /** As it stands before the colon, and as the folder of a layout is called. */
        public String text() {
            return name;
        }

        /** A hash of nothing yet. */
        public MessageDigest hasher() {
            try {
                return MessageDigest.getInstance(javaName);
            } catch (NoSuchAlgorithmException e) {
                throw new ImageException("this Java has no " + javaName, e);
            }
        }

        static Algorithm parse(String name, String digest) {
            for (Algorithm algorithm : values()) {
                if (algorithm.name.equals(name)) {
                    return algorithm;
                }
            }
            throw new ImageException("digest \"" + digest + "\": algorithm is not one of sha256, sha512");
        }
    }

    public Digest {
        if (hex.length() != algorithm.digits || !isLowerHex(hex)) {
            throw new ImageException("digest \"" + algorithm.name + ":" + hex + "\": not " + algorithm.digits
                    + " lower-case hexadecimal digits");
        }
    }

    /**
     * Parses {@code algorithm:hex}.
     *
     * @throws ImageException if it is no digest of a known algorithm
     */
    public static Digest parse(String text) {
        int colon = text.indexOf(':');
        if (colon < 0) {
            throw new ImageException("digest \"" + text + "\": no algorithm, as in sha256:…");
        }
        return new Digest(Algorithm.parse(text.substring(0, colon), text), text.substring(colon + 1));
    }

    /** The SHA-256 digest of content. */
    public static Digest of(byte[] content) {
        return of(Algorithm.SHA256, content);
    }

    public static Digest of(Algorithm algorithm, byte[] content) {
        MessageDigest hasher = algorithm.hasher();
        hasher.update(content);
        return of(algorithm, hasher);
    }

    /** The digest whose content was given to {@code hasher}, which begins anew. */
    public static Digest of(Algorithm algorithm, MessageDigest hasher) {
        return new Digest(algorithm, HexFormat.of().formatHex(hasher.digest()));
    }

    /** Whether it is the digest of this content. */
    public boolean matches(byte[] content) {
        return equals(of(algorithm, content));
    }

    /** Written out, as those of a record are made when they are first called: 20 ms of a cold start. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Digest digest && algorithm == digest.algorithm && hex.equals(digest.hex);
    }

    @Override
    public int hashCode() {
        return hex.hashCode();
    }

    @Override
    public int compareTo(Digest other) {
        return toString().compareTo(other.toString());
    }

    @Override
    public String toString() {
        return algorithm.name + ":" + hex;
    }

    private static boolean isLowerHex(String text) {
        return text.chars().allMatch(c -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'));
    }
}
