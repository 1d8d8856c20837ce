package dev.gatun.image;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The name of an image as Docker's users write it: {@code [registry[:port]/]path[:tag][@digest]} (the grammar of
 * distribution's reference package). A short name has no registry; which ones are tried is configured.
 *
 * @param registry host and port; empty for a short name
 * @param path of the repository, {@code library/alpine}
 */
public record Reference(String registry, String path, Optional<String> tag, Optional<Digest> digest) {
    public static final String DOCKER_HUB = "docker.io";
    public static final String DEFAULT_TAG = "latest";

    private static final int MAX_NAME = 255;
    private static final String OFFICIAL = "library/";
    private static final String HOST_LABEL = "(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])";
    private static final Pattern REGISTRY =
            Pattern.compile("(?:" + HOST_LABEL + "(?:\\." + HOST_LABEL + ")*|\\[[a-fA-F0-9:]+])(?::[0-9]+)?");
    private static final String COMPONENT = "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*";
    private static final Pattern PATH = Pattern.compile(COMPONENT + "(?:/" + COMPONENT + ")*");
    private static final Pattern TAG = Pattern.compile("[\\w][\\w.-]{0,127}");

    public Reference {
        String name = registry.isEmpty() ? path : registry + "/" + path;
        if (name.length() > MAX_NAME) {
            throw wrong(name, "the name is longer than " + MAX_NAME + " characters");
        }
        if (!registry.isEmpty() && !REGISTRY.matcher(registry).matches()) {
            throw wrong(name, "\"" + registry + "\" is no host of a registry");
        }
        if (!PATH.matcher(path).matches()) {
            throw wrong(
                    name,
                    path.isEmpty()
                            ? "the name of the repository is missing"
                            : "\"" + path + "\" is no name of a repository: lower-case letters and digits,"
                                    + " with . _ - between them and / between parts");
        }
        tag.filter(text -> !TAG.matcher(text).matches()).ifPresent(text -> {
            throw wrong(name, "\"" + text + "\" is no tag: at most 128 letters, digits, _ . -, the first no . or -");
        });
    }

    /**
     * Parses a name.
     *
     * @throws ImageException if it is none
     */
    public static Reference parse(String text) {
        String rest = text;
        Optional<Digest> digest = Optional.empty();
        int at = rest.indexOf('@');
        if (at >= 0) {
            digest = Optional.of(parseDigest(text, rest.substring(at + 1)));
            rest = rest.substring(0, at);
        }
        Optional<String> tag = Optional.empty();
        int colon = rest.lastIndexOf(':');
        if (colon > rest.lastIndexOf('/')) {
            tag = Optional.of(rest.substring(colon + 1));
            rest = rest.substring(0, colon);
        }
        if (digest.isEmpty() && tag.isEmpty() && rest.length() == 64 && isHex(rest)) {
            throw wrong(text, "64 hexadecimal digits are an image's id, not a name");
        }
        return split(rest, tag, digest);
    }

    private static Reference split(String name, Optional<String> tag, Optional<Digest> digest) {
        int slash = name.indexOf('/');
        if (slash < 0 || !isRegistry(name.substring(0, slash))) {
            return new Reference("", name, tag, digest);
        }
        return of(name.substring(0, slash), name.substring(slash + 1), tag, digest);
    }

    private static Reference of(String registry, String path, Optional<String> tag, Optional<Digest> digest) {
        if (registry.equals(DOCKER_HUB) || registry.equals("index.docker.io")) {
            return new Reference(DOCKER_HUB, path.indexOf('/') < 0 ? OFFICIAL + path : path, tag, digest);
        }
        return new Reference(registry, path, tag, digest);
    }

    /** What stands before the first slash is a registry if no repository could be called so. */
    private static boolean isRegistry(String first) {
        return first.indexOf('.') >= 0
                || first.indexOf(':') >= 0
                || first.equals("localhost")
                || first.chars().anyMatch(c -> c >= 'A' && c <= 'Z');
    }

    private static boolean isHex(String text) {
        return text.chars().allMatch(c -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'));
    }

    private static Digest parseDigest(String text, String digest) {
        try {
            return Digest.parse(digest);
        } catch (ImageException e) {
            throw new ImageException("image name \"" + text + "\": " + e.getMessage(), e);
        }
    }

    private static ImageException wrong(String name, String why) {
        return new ImageException("image name \"" + name + "\": " + why);
    }

    /** Whether it says no registry. */
    public boolean isShort() {
        return registry.isEmpty();
    }

    /** The same path in a registry; in Docker's, a path of one part is one of the official images. */
    public Reference in(String otherRegistry) {
        return of(otherRegistry, path, tag, digest);
    }

    /** With the tag {@code latest}, if it has neither tag nor digest. */
    public Reference withDefaultTag() {
        return tag.isPresent() || digest.isPresent() ? this : withTag(DEFAULT_TAG);
    }

    public Reference withTag(String other) {
        return new Reference(registry, path, Optional.of(other), Optional.empty());
    }

    public Reference withDigest(Digest other) {
        return new Reference(registry, path, Optional.empty(), Optional.of(other));
    }

    /** Registry and path. */
    public String name() {
        return isShort() ? path : registry + "/" + path;
    }

    /** What a registry is asked for: the digest, if there is one, otherwise the tag. */
    public String version() {
        return digest.map(Digest::toString).orElse(tag.orElse(DEFAULT_TAG));
    }

    /** As Docker's users like to read it: {@code alpine:latest}. */
    public String familiar() {
        String name = name();
        if (registry.equals(DOCKER_HUB)) {
            name = path.startsWith(OFFICIAL) && path.indexOf('/', OFFICIAL.length()) < 0
                    ? path.substring(OFFICIAL.length())
                    : path;
        }
        return name + suffix();
    }

    private String suffix() {
        return tag.map(text -> ":" + text).orElse("")
                + digest.map(text -> "@" + text).orElse("");
    }

    /** Written out, as a {@link Digest}'s. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Reference reference
                && registry.equals(reference.registry)
                && path.equals(reference.path)
                && tag.equals(reference.tag)
                && digest.equals(reference.digest);
    }

    @Override
    public int hashCode() {
        return toString().hashCode();
    }

    @Override
    public String toString() {
        return name() + suffix();
    }
}
