package dev.gatun.image.registry;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Registry clients for tests: they know nothing of the host's configuration, and do not wait long. */
final class Clients {
    private Clients() {}

    static RegistryClient.Settings settings(Path certificates) {
        return new RegistryClient.Settings(
                4,
                1 << 20,
                new Backoff(6, Duration.ofMillis(1), Duration.ofMillis(20), Duration.ofSeconds(3), new Random(1)),
                Duration.ofSeconds(1),
                List.of(certificates));
    }

    static RegistryClient plain() {
        return of(RegistriesConf.defaults(), "{}");
    }

    /** With what would stand in auth.json. */
    static RegistryClient of(RegistriesConf conf, String auth) {
        return new RegistryClient(conf, credentials(auth), settings(Path.of("/nonexistent")));
    }

    static CredentialStore credentials(String auth) {
        try {
            Path file = Files.createTempFile("gatun-auth", ".json");
            file.toFile().deleteOnExit();
            Files.writeString(file, auth);
            return CredentialStore.of(Map.of("REGISTRY_AUTH_FILE", file.toString(), "PATH", "/nonexistent"));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    static RegistriesConf conf(Path folder, String toml) {
        try {
            Path file = Files.createTempFile(folder, "registries", ".conf");
            Files.writeString(file, toml);
            return RegistriesConf.read(List.of(file));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
