package dev.gatun.image.registry;

import dev.gatun.image.ImageException;
import dev.gatun.image.Json;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What stands in the header {@code Authorization} of requests to one repository: nothing, name and password, or a token
 * that the registry's token server hands out (distribution, "Token Authentication Specification").
 */
final class Authorization {
    private static final String CLIENT = "gatun";
    /** So that a token does not end on the way. */
    private static final Duration MARGIN = Duration.ofSeconds(10);
    /** Of a token that does not say. */
    private static final long DEFAULT_LIFE_SECONDS = 60;

    /** How the token server is asked. */
    @FunctionalInterface
    interface TokenServer {
        Answer<byte[]> ask(Request request) throws IOException;
    }

    private record Token(String value, Instant end) {
        boolean isGood() {
            return Instant.now().isBefore(end.minus(MARGIN));
        }
    }

    private final Endpoint endpoint;
    private final CredentialStore credentials;
    private final TokenServer server;
    private final Map<String, Token> tokens = new ConcurrentHashMap<>();
    private volatile Optional<Challenge> challenge = Optional.empty();

    Authorization(Endpoint endpoint, CredentialStore credentials, TokenServer server) {
        this.endpoint = endpoint;
        this.credentials = credentials;
        this.server = server;
    }

    /** The header for a request, as far as is known what the registry wants. */
    Optional<String> header(Request request) throws IOException {
        Optional<Challenge> known = challenge;
        return known.isEmpty() ? Optional.empty() : answer(known.get(), request);
    }

    /**
     * Takes note of a refusal.
     *
     * @param refused the header with which the request was made
     * @return a better header, if there is one
     */
    synchronized Optional<String> challenged(Request request, List<Challenge> challenges, Optional<String> refused)
            throws IOException {
        Optional<Challenge> usable = first(challenges, "bearer").or(() -> first(challenges, "basic"));
        if (usable.isEmpty()) {
            return Optional.empty();
        }
        challenge = usable;
        // Another thread may have been here for the same scope while this one waited.
        refused.ifPresent(header -> tokens.values().removeIf(token -> header.equals("Bearer " + token.value())));
        return answer(usable.get(), request).filter(header -> !refused.equals(Optional.of(header)));
    }

    private static Optional<Challenge> first(List<Challenge> challenges, String scheme) {
        return challenges.stream().filter(c -> c.scheme().equals(scheme)).findFirst();
    }

    private synchronized Optional<String> answer(Challenge to, Request request) throws IOException {
        if (to.scheme().equals("basic")) {
            return credentials
                    .find(endpoint)
                    .filter(Credentials.Password.class::isInstance)
                    .map(password -> ((Credentials.Password) password).basic());
        }
        var scopes = new TreeSet<>(request.scopes());
        if (scopes.isEmpty() && !to.parameter("scope").isEmpty()) {
            scopes.addAll(List.of(to.parameter("scope").split(" ")));
        }
        String key = String.join(" ", scopes);
        Token token = tokens.get(key);
        if (token == null || !token.isGood()) {
            token = fetch(to, request.purpose(), scopes);
            tokens.put(key, token);
        }
        return Optional.of("Bearer " + token.value());
    }

    private Token fetch(Challenge to, String purpose, Set<String> scopes) throws IOException {
        URI realm = realm(to);
        Optional<Credentials> who = credentials.find(endpoint);
        Request request = who.filter(Credentials.IdentityToken.class::isInstance)
                .map(token -> exchange(realm, to, purpose, scopes, (Credentials.IdentityToken) token))
                .orElseGet(() -> get(realm, to, purpose, scopes, who));
        Answer<byte[]> answer = server.ask(request);
        if (answer.isPassing()) {
            throw new IOException(answer.refused(request).getMessage());
        }
        return read(answer.orThrow(request));
    }

    /** Credentials go there, so it must not be less safe than the registry. */
    private URI realm(Challenge to) {
        String text = to.parameter("realm");
        try {
            URI realm = URI.create(text);
            boolean safe =
                    "https".equals(realm.getScheme()) || ("http".equals(realm.getScheme()) && endpoint.insecure());
            if (safe && realm.getHost() != null) {
                return realm;
            }
        } catch (IllegalArgumentException e) {
            throw new ImageException(endpoint.registry() + ": token server \"" + text + "\" is no URL", e);
        }
        throw new ImageException(endpoint.registry() + ": token server \"" + text + "\" is not reached by HTTPS");
    }

    private static Request get(URI realm, Challenge to, String purpose, Set<String> scopes, Optional<Credentials> who) {
        var query = new StringBuilder();
        append(query, "service", to.parameter("service"));
        scopes.forEach(scope -> append(query, "scope", scope));
        Optional<Credentials.Password> password =
                who.filter(Credentials.Password.class::isInstance).map(Credentials.Password.class::cast);
        password.ifPresent(known -> append(query, "account", known.user()));
        String separator = query.isEmpty() ? "" : realm.getRawQuery() == null ? "?" : "&";
        Request request = Request.of(purpose, "GET", URI.create(realm + separator + query), Set.of(), 200);
        return password.map(known -> request.header("Authorization", known.basic()))
                .orElse(request);
    }

    private static Request exchange(
            URI realm, Challenge to, String purpose, Set<String> scopes, Credentials.IdentityToken token) {
        var form = new StringBuilder();
        append(form, "grant_type", "refresh_token");
        append(form, "service", to.parameter("service"));
        append(form, "client_id", CLIENT);
        append(form, "scope", String.join(" ", scopes));
        append(form, "refresh_token", token.token());
        return Request.of(purpose, "POST", realm, Set.of(), 200)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .body(() -> BodyPublishers.ofString(form.toString()));
    }

    private static void append(StringBuilder form, String name, String value) {
        if (!value.isEmpty()) {
            form.append(form.isEmpty() ? "" : "&").append(name).append('=');
            form.append(URLEncoder.encode(value, StandardCharsets.UTF_8));
        }
    }

    private Token read(byte[] answer) {
        Json json = Json.parse("token for " + endpoint.registry(), answer);
        String value = json.optionalText("token")
                .or(() -> json.optionalText("access_token"))
                .orElseThrow(
                        () -> new ImageException("token for " + endpoint.registry() + ": there is none in the answer"));
        long seconds = Math.max(json.number("expires_in"), DEFAULT_LIFE_SECONDS);
        return new Token(
                value,
                Instant.now().plusSeconds(Math.min(seconds, Duration.ofDays(1).toSeconds())));
    }
}
