package dev.gatun.image.registry;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Who one is to a registry. Not printed by accident. */
sealed interface Credentials {
    /** Name and password. */
    record Password(String user, String password) implements Credentials {
        /** For the header {@code Authorization} (RFC 7617). */
        String basic() {
            return "Basic "
                    + Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public String toString() {
            return "password of " + user;
        }
    }

    /** A token that the registry's token server exchanges for others (OAuth 2, RFC 6749, section 6). */
    record IdentityToken(String token) implements Credentials {
        @Override
        public String toString() {
            return "identity token";
        }
    }
}
