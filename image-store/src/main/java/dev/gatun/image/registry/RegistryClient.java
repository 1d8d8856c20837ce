package dev.gatun.image.registry;

import dev.gatun.image.Descriptor;
import dev.gatun.image.Digest;
import dev.gatun.image.Progress;
import dev.gatun.image.Reference;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The way to registries: which they are, who one is to them, and the connections. One is enough for a program. */
public final class RegistryClient implements AutoCloseable {
    private final RegistriesConf conf;
    private final Settings settings;
    private final Transport transport;

    /**
     * How it behaves.
     *
     * @param parallel how many blobs are transferred at once
     * @param chunkSize blobs of more bytes are uploaded in chunks of so many
     * @param silence after which a connection is given up
     * @param certificateFolders of the form of {@code /etc/containers/certs.d}
     */
    public record Settings(
            int parallel, long chunkSize, Backoff backoff, Duration silence, List<Path> certificateFolders) {
        public static Settings standard() {
            return new Settings(
                    4,
                    64 << 20,
                    Backoff.standard(),
                    Duration.ofSeconds(60),
                    List.of(Path.of("/etc/containers/certs.d"), Path.of("/etc/docker/certs.d")));
        }
    }

    public RegistryClient(RegistriesConf conf, CredentialStore credentials, Settings settings) {
        this.conf = conf;
        this.settings = settings;
        this.transport = new Transport(
                credentials, new Tls(settings.certificateFolders()), settings.backoff(), settings.silence());
    }

    /** With the configuration and the credentials of this host and user. */
    public static RegistryClient load(Map<String, String> environment) {
        return new RegistryClient(
                RegistriesConf.load(environment), CredentialStore.of(environment), Settings.standard());
    }

    public RegistriesConf conf() {
        return conf;
    }

    /** Signatures and other things that refer to a manifest, as descriptors of their manifests. */
    public List<Descriptor> referrers(Reference repository, Digest subject) {
        Endpoint endpoint = conf.pushEndpoint(repository);
        return manifests(endpoint, "list what refers to " + repository.name() + "@" + subject, Progress.NONE)
                .referrers(subject);
    }

    ManifestCalls manifests(Endpoint endpoint, String purpose, Progress progress) {
        return new ManifestCalls(transport, endpoint, purpose, progress);
    }

    Transport transport() {
        return transport;
    }

    Settings settings() {
        return settings;
    }

    @Override
    public void close() {
        transport.close();
    }
}
