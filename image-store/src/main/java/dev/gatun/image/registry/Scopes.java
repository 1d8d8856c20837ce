package dev.gatun.image.registry;

import java.util.Set;

/** What a token is asked to be good for (distribution, "Token Scope Documentation"). */
final class Scopes {
    private Scopes() {}

    static Set<String> pull(Endpoint endpoint) {
        return Set.of("repository:" + endpoint.repository() + ":pull");
    }

    static Set<String> push(Endpoint endpoint) {
        return Set.of("repository:" + endpoint.repository() + ":pull,push");
    }

    /** Also to read another repository of the same registry. */
    static Set<String> mount(Endpoint endpoint, String from) {
        return Set.of("repository:" + endpoint.repository() + ":pull,push", "repository:" + from + ":pull");
    }
}
