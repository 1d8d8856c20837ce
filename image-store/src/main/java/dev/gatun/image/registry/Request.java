package dev.gatun.image.registry;

import java.net.URI;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * What is asked of a registry, so that it can be asked again.
 *
 * @param purpose for errors: {@code pull docker.io/library/alpine:latest}
 * @param scopes what a token must be good for (distribution, "Token Scope")
 * @param hoped the statuses that mean success
 * @param body made anew for each attempt
 */
record Request(
        String purpose,
        String method,
        URI uri,
        Map<String, String> headers,
        Set<String> scopes,
        Set<Integer> hoped,
        Supplier<BodyPublisher> body) {

    static Request of(String purpose, String method, URI uri, Set<String> scopes, Integer... hoped) {
        return new Request(purpose, method, uri, Map.of(), scopes, Set.of(hoped), BodyPublishers::noBody);
    }

    Request header(String name, String value) {
        var more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new Request(purpose, method, uri, more, scopes, hoped, body);
    }

    Request body(Supplier<BodyPublisher> other) {
        return new Request(purpose, method, uri, headers, scopes, hoped, other);
    }

    Request at(URI other) {
        return new Request(purpose, method, other, headers, scopes, hoped, body);
    }
}
