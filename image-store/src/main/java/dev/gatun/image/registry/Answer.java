package dev.gatun.image.registry;

import dev.gatun.image.ImageException;
import dev.gatun.image.Json;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.Set;

/**
 * What a server said.
 *
 * @param uri of the last request, after all redirections
 * @param body what was asked for; empty if the status is not one of those that were hoped for
 * @param error the text that came instead
 */
record Answer<T>(URI uri, int status, HttpHeaders headers, Optional<T> body, String error) {
    private static final Set<Integer> PASSING = Set.of(408, 429, 500, 502, 503, 504);
    private static final int MAX_ERROR = 500;

    Optional<String> header(String name) {
        return headers.firstValue(name);
    }

    /** Whether the same request may be answered better a while later. */
    boolean isPassing() {
        return PASSING.contains(status);
    }

    /** How long the server asks us to wait (RFC 9110, section 10.2.3); zero if it does not. */
    Duration retryAfter() {
        String text = header("Retry-After").orElse("0").strip();
        try {
            return text.chars().allMatch(Character::isDigit)
                    ? Duration.ofSeconds(Long.parseLong(text))
                    : Duration.between(
                            Instant.now(),
                            ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)
                                    .toInstant());
        } catch (NumberFormatException | DateTimeParseException e) {
            // A wish that cannot be read is none.
            return Duration.ZERO;
        }
    }

    T orThrow(Request request) {
        return body.orElseThrow(() -> refused(request));
    }

    /** For bodies of which nothing is kept. */
    void throwUnlessHoped(Request request) {
        if (!request.hoped().contains(status)) {
            throw refused(request);
        }
    }

    RegistryException refused(Request request) {
        return new RegistryException(
                status,
                request.purpose() + ": " + request.method() + " " + withoutQuery(uri) + ": HTTP status " + status
                        + reason());
    }

    /** A signed URL is a secret. */
    private static String withoutQuery(URI uri) {
        return uri.getScheme() + "://" + uri.getRawAuthority() + uri.getRawPath();
    }

    /** The error as distribution-spec, "Error Codes", has it, or the text's beginning. */
    private String reason() {
        String hint = status == 401 || status == 403 ? "; if the image is not public, log in to the registry" : "";
        try {
            var errors =
                    Json.parse("answer", error.getBytes(StandardCharsets.UTF_8)).objects("errors");
            if (!errors.isEmpty()) {
                Json first = errors.getFirst();
                return " (" + first.optionalText("code").orElse("UNKNOWN") + ": "
                        + first.optionalText("message").orElse("") + ")" + hint;
            }
        } catch (ImageException e) {
            // Proxies and file servers answer in HTML.
            return plain() + hint;
        }
        return hint;
    }

    private String plain() {
        String line = error.strip().replaceAll("\\s+", " ");
        return line.isEmpty() ? "" : " (" + line.substring(0, Math.min(line.length(), MAX_ERROR)) + ")";
    }

    /** The text of an error, of which no more than a page is read. */
    static BodySubscriber<String> errorText() {
        return BodySubscribers.mapping(new Page(), bytes -> new String(bytes, StandardCharsets.UTF_8));
    }
}
