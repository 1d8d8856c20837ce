package dev.gatun.image.registry;

import dev.gatun.image.ImageException;
import dev.gatun.image.Json;
import dev.gatun.image.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * A {@code [[registry]]} of registries.conf: what is done with images whose names begin as {@code prefix} says.
 *
 * @param prefix host, host and path, or {@code *.example.com}
 * @param location what stands in place of the prefix where the images really are; empty to leave it
 */
record RegistryRule(String prefix, String location, boolean insecure, boolean blocked, List<Mirror> mirrors) {
    /** Which pulls a mirror serves. */
    enum Serves {
        ALL,
        DIGEST_ONLY,
        TAG_ONLY
    }

    /** Another place that has the same images. */
    record Mirror(String location, boolean insecure, Serves serves) {
        boolean serves(Reference image) {
            return switch (serves) {
                case ALL -> true;
                case DIGEST_ONLY -> image.digest().isPresent();
                case TAG_ONLY -> image.digest().isEmpty();
            };
        }
    }

    static RegistryRule read(Json json) {
        String location = trimmed(json, "location");
        String prefix = trimmed(json, "prefix");
        if (prefix.isEmpty()) {
            prefix = location;
        }
        if (prefix.isEmpty()) {
            throw new ImageException(json.where() + ": neither prefix nor location is given");
        }
        boolean wildcard = prefix.startsWith("*.");
        if (!wildcard && location.isEmpty()) {
            throw new ImageException(
                    json.where() + ": location is missing (only a prefix of the form *.host may go without)");
        }
        if (prefix.indexOf('*', wildcard ? 1 : 0) >= 0) {
            throw new ImageException(
                    json.where() + ": prefix \"" + prefix + "\": * may stand only in front, as in *.example.com");
        }
        boolean digestOnly = json.flag("mirror-by-digest-only");
        List<Mirror> mirrors = new ArrayList<>();
        for (Json mirror : json.objects("mirror")) {
            mirrors.add(readMirror(mirror, digestOnly));
        }
        return new RegistryRule(prefix, location, json.flag("insecure"), json.flag("blocked"), List.copyOf(mirrors));
    }

    private static Mirror readMirror(Json json, boolean digestOnly) {
        String location = trimmed(json, "location");
        if (location.isEmpty()) {
            throw new ImageException(json.where() + ": location is missing");
        }
        String serves = json.optionalText("pull-from-mirror").orElse(digestOnly ? "digest-only" : "all");
        return new Mirror(
                location,
                json.flag("insecure"),
                switch (serves) {
                    case "all" -> Serves.ALL;
                    case "digest-only" -> Serves.DIGEST_ONLY;
                    case "tag-only" -> Serves.TAG_ONLY;
                    default ->
                        throw new ImageException(json.where() + ": pull-from-mirror \"" + serves
                                + "\" is not one of all, digest-only, tag-only");
                });
    }

    private static String trimmed(Json json, String key) {
        String text = json.optionalText(key).orElse("");
        if (text.contains("://")) {
            throw new ImageException(json.where() + ": " + key + " \"" + text + "\" is a URL; give host and path only");
        }
        return text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
    }

    /** How many characters of an image's name the prefix stands for; empty if it is another one's. */
    OptionalInt match(Reference image) {
        String text = image.toString();
        int end = prefix.startsWith("*.") ? endOfWildcard(image, text) : text.startsWith(prefix) ? prefix.length() : -1;
        if (end < 0 || (end < text.length() && "/:@".indexOf(text.charAt(end)) < 0)) {
            return OptionalInt.empty();
        }
        // A tag is no port: "host" must not stand for the host of "host:5000/image".
        if (end < text.length()
                && text.charAt(end) == ':'
                && end < image.registry().length()) {
            return OptionalInt.empty();
        }
        return OptionalInt.of(end);
    }

    /** The asterisk stands for at least one label of the host. */
    private int endOfWildcard(Reference image, String text) {
        String rest = prefix.substring(1);
        int slash = rest.indexOf('/');
        String domain = slash < 0 ? rest : rest.substring(0, slash);
        String host = image.registry();
        int start = host.lastIndexOf(domain);
        if (start <= 0 || !text.startsWith(rest, start)) {
            return -1;
        }
        return start + rest.length();
    }

    /** Where {@code place} has the image. */
    Reference rewrite(Reference image, String place) {
        int end = match(image).orElseThrow();
        if (place.isEmpty()) {
            return image;
        }
        String moved = place + image.toString().substring(end);
        int slash = moved.indexOf('/');
        if (slash < 0) {
            throw new ImageException(
                    "registries.conf leads from " + image + " to " + moved + ", which has no repository");
        }
        // Not parsed as users' names are: here even a host without a dot is one.
        Reference rest = Reference.parse("localhost" + moved.substring(slash));
        return rest.in(moved.substring(0, slash));
    }
}
