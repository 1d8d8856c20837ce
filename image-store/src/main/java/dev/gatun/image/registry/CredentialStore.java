package dev.gatun.image.registry;

import dev.gatun.image.ImageException;
import dev.gatun.image.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The credentials that {@code podman login} (containers-auth.json(5)) and {@code docker login} have kept: in their files,
 * or with the helper programs that these name. A registry's own helper comes before what is in the file, as with both.
 */
public final class CredentialStore {
    private static final List<String> DOCKER_HUB_KEYS =
            List.of("docker.io", "https://index.docker.io/v1/", "index.docker.io", "registry-1.docker.io");

    private final List<Path> files;
    private final CredentialHelper helper;

    private CredentialStore(List<Path> files, CredentialHelper helper) {
        this.files = files;
        this.helper = helper;
    }

    /** That of the user of this environment. */
    public static CredentialStore of(Map<String, String> environment) {
        return new CredentialStore(files(environment), new CredentialHelper(environment));
    }

    private static List<Path> files(Map<String, String> environment) {
        String chosen = environment.getOrDefault("REGISTRY_AUTH_FILE", "");
        if (!chosen.isEmpty()) {
            return List.of(Path.of(chosen));
        }
        List<Path> files = new ArrayList<>();
        Path home = Path.of(environment.getOrDefault("HOME", "/"));
        String runtime = environment.getOrDefault("XDG_RUNTIME_DIR", "");
        // Where podman keeps it for root, who often has no XDG_RUNTIME_DIR.
        files.add(Path.of(runtime.isEmpty() ? "/run/containers/0" : runtime + "/containers")
                .resolve("auth.json"));
        String config = environment.getOrDefault("XDG_CONFIG_HOME", "");
        files.add((config.isEmpty() ? home.resolve(".config") : Path.of(config)).resolve("containers/auth.json"));
        String docker = environment.getOrDefault("DOCKER_CONFIG", "");
        files.add((docker.isEmpty() ? home.resolve(".docker") : Path.of(docker)).resolve("config.json"));
        return files;
    }

    /** The credentials for a repository; empty if there are none. */
    Optional<Credentials> find(Endpoint endpoint) {
        for (Path file : files) {
            Optional<Credentials> found = read(file).flatMap(json -> find(json, endpoint));
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    private static Optional<Json> read(Path file) {
        try {
            return Optional.of(Json.parse(file.toString(), Files.readAllBytes(file)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new ImageException("read credentials from " + file + ": " + e.getMessage(), e);
        }
    }

    private Optional<Credentials> find(Json json, Endpoint endpoint) {
        Map<String, String> helpers = json.texts("credHelpers");
        for (String key : hostKeys(endpoint)) {
            String program = helpers.getOrDefault(key, "");
            if (!program.isEmpty()) {
                return helper.get(program, key);
            }
        }
        Optional<Credentials> kept = json.object("auths").flatMap(auths -> inFile(auths, endpoint));
        if (kept.isPresent()) {
            return kept;
        }
        String program = json.optionalText("credsStore").orElse("");
        return program.isEmpty()
                ? Optional.empty()
                : helper.get(
                        program,
                        endpoint.registry().equals("docker.io") ? DOCKER_HUB_KEYS.get(1) : endpoint.registry());
    }

    /** The most specific key wins: registry with path, with less of it, registry alone. */
    private static Optional<Credentials> inFile(Json auths, Endpoint endpoint) {
        for (String wanted : keys(endpoint)) {
            for (String key : auths.names()) {
                if (key.equals(wanted) || hostOf(key).equals(wanted)) {
                    Optional<Credentials> found = auths.object(key).flatMap(CredentialStore::entry);
                    if (found.isPresent()) {
                        return found;
                    }
                }
            }
        }
        return Optional.empty();
    }

    private static List<String> keys(Endpoint endpoint) {
        List<String> keys = new ArrayList<>();
        String path = endpoint.toString();
        while (path.indexOf('/') >= 0) {
            keys.add(path);
            path = path.substring(0, path.lastIndexOf('/'));
        }
        keys.addAll(hostKeys(endpoint));
        return keys;
    }

    private static List<String> hostKeys(Endpoint endpoint) {
        return endpoint.registry().equals("docker.io") ? DOCKER_HUB_KEYS : List.of(endpoint.registry());
    }

    /** Old versions of Docker wrote URLs: {@code https://host/v1/}. */
    private static String hostOf(String key) {
        int scheme = key.indexOf("://");
        if (scheme < 0) {
            return key;
        }
        String rest = key.substring(scheme + 3);
        int slash = rest.indexOf('/');
        return slash < 0 ? rest : rest.substring(0, slash);
    }

    private static Optional<Credentials> entry(Json json) {
        String token = json.optionalText("identitytoken").orElse("");
        if (!token.isEmpty()) {
            return Optional.of(new Credentials.IdentityToken(token));
        }
        String encoded = json.optionalText("auth").orElse("");
        if (encoded.isEmpty()) {
            return Optional.empty();
        }
        String decoded;
        try {
            decoded = new String(Base64.getDecoder().decode(encoded), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new ImageException(json.where() + ": auth is not base64; log in again", e);
        }
        int colon = decoded.indexOf(':');
        if (colon < 0) {
            throw new ImageException(json.where() + ": auth is not of the form user:password; log in again");
        }
        // Docker pads with NULs.
        return Optional.of(new Credentials.Password(
                decoded.substring(0, colon), decoded.substring(colon + 1).replace("\0", "")));
    }
}
