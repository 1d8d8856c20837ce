package dev.gatun.image.registry;

import dev.gatun.linux.Block;
import dev.gatun.linux.Fcntl;
import dev.gatun.linux.Fd;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.Kernel;
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

    /** From a file in memory, which goes with this JVM however that ends. */
    static CredentialStore credentials(String auth) {
        Kernel kernel = Kernel.load();
        var file = new Fd(kernel, kernel.call(FileCalls.memfdCreate("auth.json", Fcntl.MFD_CLOEXEC)), "auth.json");
        kernel.call(FileCalls.write(file, Block.content(auth)));
        return CredentialStore.of(Map.of("REGISTRY_AUTH_FILE", file.path(), "PATH", "/nonexistent"));
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
