package dev.gatun.image;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The configuration of an image: what it is made of, and how a container of it is run (OCI image-spec, config.md). The bytes are kept as they came. */
public final class ImageConfig {
    private final byte[] raw;
    private final Platform platform;
    private final Optional<String> created;
    private final Optional<String> author;
    private final List<Digest> diffIds;
    private final List<History> history;
    private final ContainerConfig container;

    private ImageConfig(byte[] raw, Json json) {
        this.raw = raw;
        this.platform = new Platform(
                json.text("os"),
                json.text("architecture"),
                json.optionalText("variant").orElse(""),
                json.optionalText("os.version").orElse(""));
        this.created = json.optionalText("created");
        this.author = json.optionalText("author");
        this.diffIds = json.object("rootfs")
                .map(rootfs -> rootfs.digests("diff_ids"))
                .orElseThrow(() -> new ImageException(json.where() + ": rootfs is missing"));
        this.history = json.objects("history").stream().map(History::read).toList();
        this.container = json.object("config").map(ContainerConfig::read).orElse(ContainerConfig.EMPTY);
    }

    public static ImageConfig parse(byte[] raw) {
        return new ImageConfig(raw.clone(), Json.parse("configuration " + Digest.of(raw), raw));
    }

    public byte[] raw() {
        return raw.clone();
    }

    public Platform platform() {
        return platform;
    }

    /** When the image was made, as RFC 3339 has it. */
    public Optional<String> created() {
        return created;
    }

    public Optional<String> author() {
        return author;
    }

    /** The digests of the layers' unpacked archives, the lowest first. */
    public List<Digest> diffIds() {
        return diffIds;
    }

    /** How it came about, the oldest first; steps that made no layer are among them. */
    public List<History> history() {
        return history;
    }

    public ContainerConfig container() {
        return container;
    }

    /** A step of an image's making. */
    public record History(String created, String createdBy, String author, String comment, boolean emptyLayer) {
        private static History read(Json json) {
            return new History(
                    json.optionalText("created").orElse(""),
                    json.optionalText("created_by").orElse(""),
                    json.optionalText("author").orElse(""),
                    json.optionalText("comment").orElse(""),
                    json.flag("empty_layer"));
        }
    }

    /**
     * How a container is run, if its user does not say otherwise; what is not given is empty.
     *
     * @param user name or number, with a group or without: {@code app:app}
     * @param environment {@code NAME=value}
     * @param exposedPorts {@code 80/tcp}
     * @param volumes paths in the container
     * @param stopSignal name or number
     */
    public record ContainerConfig(
            String user,
            List<String> environment,
            List<String> entrypoint,
            List<String> command,
            String workingDirectory,
            List<String> exposedPorts,
            List<String> volumes,
            Map<String, String> labels,
            String stopSignal,
            List<String> shell,
            Optional<Healthcheck> healthcheck) {
        static final ContainerConfig EMPTY = new ContainerConfig(
                "",
                List.of(),
                List.of(),
                List.of(),
                "",
                List.of(),
                List.of(),
                Map.of(),
                "",
                List.of(),
                Optional.empty());

        private static ContainerConfig read(Json json) {
            return new ContainerConfig(
                    json.optionalText("User").orElse(""),
                    json.list("Env"),
                    json.list("Entrypoint"),
                    json.list("Cmd"),
                    json.optionalText("WorkingDir").orElse(""),
                    json.keys("ExposedPorts"),
                    json.keys("Volumes"),
                    json.texts("Labels"),
                    json.optionalText("StopSignal").orElse(""),
                    json.list("Shell"),
                    json.object("Healthcheck").map(Healthcheck::read));
        }
    }

    /**
     * Docker's way to ask a container whether it is well.
     *
     * @param test {@code NONE}, or {@code CMD} or {@code CMD-SHELL} with what follows
     * @param interval in nanoseconds, as the times that follow; 0 for the default
     */
    public record Healthcheck(List<String> test, long interval, long timeout, long startPeriod, long retries) {
        private static Healthcheck read(Json json) {
            return new Healthcheck(
                    json.list("Test"),
                    json.number("Interval"),
                    json.number("Timeout"),
                    json.number("StartPeriod"),
                    json.number("Retries"));
        }
    }
}
