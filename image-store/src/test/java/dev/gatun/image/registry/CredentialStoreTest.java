package dev.gatun.image.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.image.ImageException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CredentialStoreTest {
    /** u:p, v:p and w:p. */
    private static final String U = "dTpw";

    private static final String V = "djpw";
    private static final String W = "dzpw";

    @TempDir
    Path temp;

    private static Endpoint at(String registry, String repository) {
        return new Endpoint(registry, repository, false);
    }

    private static Optional<Credentials> password(String user) {
        return Optional.of(new Credentials.Password(user, "p"));
    }

    @Test
    void the_most_specific_entry_counts() {
        CredentialStore store = Clients.credentials("""
                {"auths": {"a.io": {"auth": "%s"}, "a.io/x": {"auth": "%s"}, "a.io/x/y": {"auth": "%s"}}}
                """.formatted(U, V, W));
        assertThat(store.find(at("a.io", "z"))).isEqualTo(password("u"));
        assertThat(store.find(at("a.io", "x/z"))).isEqualTo(password("v"));
        assertThat(store.find(at("a.io", "x/y"))).isEqualTo(password("w"));
        assertThat(store.find(at("a.io", "xy"))).isEqualTo(password("u"));
        assertThat(store.find(at("b.io", "x"))).isEmpty();
        assertThat(store.find(at("a.io:5000", "x"))).isEmpty();
    }

    @Test
    void docker_hub_has_several_keys() {
        for (String key :
                List.of("docker.io", "https://index.docker.io/v1/", "index.docker.io", "registry-1.docker.io")) {
            CredentialStore store = Clients.credentials("{\"auths\": {\"" + key + "\": {\"auth\": \"" + U + "\"}}}");
            assertThat(store.find(at("docker.io", "library/a"))).as(key).isEqualTo(password("u"));
        }
    }

    @Test
    void the_files_are_looked_through_in_their_order() throws Exception {
        Path home = temp.resolve("home");
        Path run = temp.resolve("run");
        Map<String, String> environment = Map.of("HOME", home.toString(), "XDG_RUNTIME_DIR", run.toString());
        CredentialStore store = CredentialStore.of(environment);
        Files.createDirectories(home.resolve(".docker"));
        Files.writeString(home.resolve(".docker/config.json"), "{\"auths\":{\"a.io\":{\"auth\":\"" + V + "\"}}}");
        assertThat(store.find(at("a.io", "x"))).isEqualTo(password("v"));
        Files.createDirectories(run.resolve("containers"));
        Files.writeString(run.resolve("containers/auth.json"), "{\"auths\":{\"a.io\":{\"auth\":\"" + U + "\"}}}");
        assertThat(store.find(at("a.io", "x"))).isEqualTo(password("u"));
    }

    private Map<String, String> helper(String script) throws Exception {
        Path program = temp.resolve("docker-credential-test");
        Files.writeString(program, "#!/bin/sh\n" + script);
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path file = temp.resolve("config.json");
        Files.writeString(file, "{\"credHelpers\":{\"a.io\":\"test\"},\"credsStore\":\"test\"}");
        return Map.of("PATH", temp + ":/usr/bin:/bin", "REGISTRY_AUTH_FILE", file.toString());
    }

    @Test
    void helpers_are_asked() throws Exception {
        Map<String, String> environment = helper("""
                read server
                [ "$1" = get ] || exit 1
                case $server in
                a.io) echo '{"ServerURL":"a.io","Username":"helped","Secret":"p"}' ;;
                b.io) echo '{"ServerURL":"b.io","Username":"<token>","Secret":"t"}' ;;
                https://index.docker.io/v1/) echo '{"ServerURL":"x","Username":"hub","Secret":"p"}' ;;
                *) echo 'credentials not found in native keychain'; exit 1 ;;
                esac
                """);
        CredentialStore store = CredentialStore.of(environment);
        assertThat(store.find(at("a.io", "x"))).isEqualTo(password("helped"));
        assertThat(store.find(at("b.io", "x"))).contains(new Credentials.IdentityToken("t"));
        assertThat(store.find(at("docker.io", "x"))).isEqualTo(password("hub"));
        assertThat(store.find(at("c.io", "x"))).isEmpty();
    }

    @Test
    void a_helper_that_fails_is_told() throws Exception {
        CredentialStore store = CredentialStore.of(helper("echo locked; exit 3\n"));
        assertThatThrownBy(() -> store.find(at("a.io", "x")))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining("docker-credential-test")
                .hasMessageContaining("exit status 3")
                .hasMessageContaining("locked");
    }

    @Test
    void secrets_are_not_printed() {
        assertThat(new Credentials.Password("u", "hidden").toString()).doesNotContain("hidden");
        assertThat(new Credentials.IdentityToken("hidden").toString()).doesNotContain("hidden");
    }

    @Test
    void challenges_are_read() {
        List<Challenge> challenges = Challenge.parse(List.of(
                "Basic realm=\"a, \\\"b\\\"\", Bearer realm=\"https://x/y?z=1\",service=s,scope=\"a:b:c,d\"",
                "Negotiate"));
        assertThat(challenges).extracting(Challenge::scheme).containsExactly("basic", "bearer", "negotiate");
        assertThat(challenges.get(0).parameter("realm")).isEqualTo("a, \"b\"");
        assertThat(challenges.get(1).parameters())
                .isEqualTo(Map.of("realm", "https://x/y?z=1", "service", "s", "scope", "a:b:c,d"));
    }
}
