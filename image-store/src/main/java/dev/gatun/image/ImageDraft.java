package dev.gatun.image;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** An image in the making: that of another one, or nothing, with changes to how it is run and one more layer. */
public final class ImageDraft {
    private static final JsonMapper MAPPER = new JsonMapper();

    private final ObjectNode config;
    private final List<Descriptor> layers;

    private ImageDraft(ObjectNode config, List<Descriptor> layers) {
        this.config = config;
        this.layers = new ArrayList<>(layers);
    }

    /** Begins with nothing, for this machine. */
    public static ImageDraft empty() {
        Platform platform = Platform.host();
        ObjectNode config = Json.newObject();
        config.put("architecture", platform.architecture()).put("os", platform.os());
        config.putObject("config");
        config.putObject("rootfs").put("type", "layers").putArray("diff_ids");
        config.putArray("history");
        return new ImageDraft(config, List.of());
    }

    /** Begins with an image; what its configuration says that is unknown here is kept. */
    public static ImageDraft from(Image image) {
        return from(image.manifest(), image.config().raw());
    }

    /** As {@link #from(Image)}, where it may have left the list of images. */
    public static ImageDraft from(Manifest manifest, byte[] config) {
        try {
            return new ImageDraft((ObjectNode) MAPPER.readTree(config), manifest.layers());
        } catch (IOException e) {
            throw new ImageException("read configuration " + manifest.config().digest() + ": " + e.getMessage(), e);
        }
    }

    /**
     * Changes how the image is run, as a line of a Dockerfile says it.
     *
     * @param instruction one of CMD, ENTRYPOINT, ENV, EXPOSE, LABEL, STOPSIGNAL, USER, VOLUME, WORKDIR with its argument,
     *     as {@code CMD /bin/sh}, {@code CMD ["/bin/sh"]} or {@code CMD=/bin/sh}
     */
    public void change(String instruction) {
        String text = instruction.strip();
        int end = 0;
        while (end < text.length() && Character.isLetter(text.charAt(end))) {
            end++;
        }
        String keyword = text.substring(0, end).toUpperCase(Locale.ROOT);
        String rest = end < text.length() ? text.substring(end + 1).strip() : "";
        if (rest.isEmpty()) {
            throw wrong(instruction, "nothing follows the first word");
        }
        ObjectNode run = object(config, "config");
        switch (keyword) {
            case "CMD" -> set(run, "Cmd", command(instruction, rest));
            case "ENTRYPOINT" -> set(run, "Entrypoint", command(instruction, rest));
            case "ENV" -> environment(run, pair(instruction, rest));
            case "LABEL" -> {
                String[] label = pair(instruction, rest);
                object(run, "Labels").put(label[0], label[1]);
            }
            case "EXPOSE" -> object(run, "ExposedPorts").putObject(rest.contains("/") ? rest : rest + "/tcp");
            case "VOLUME" ->
                words(instruction, rest).forEach(path -> object(run, "Volumes").putObject(path));
            case "USER" -> run.put("User", rest);
            case "WORKDIR" -> run.put("WorkingDir", rest);
            case "STOPSIGNAL" -> run.put("StopSignal", rest);
            default ->
                throw wrong(
                        instruction,
                        "not one of CMD, ENTRYPOINT, ENV, EXPOSE, LABEL, STOPSIGNAL, USER, VOLUME, WORKDIR");
        }
    }

    public void author(String name) {
        config.put("author", name);
    }

    /** Puts a layer on top. */
    public void add(Descriptor layer, Digest diffId, String createdBy, String comment) {
        layers.add(layer);
        object(config, "rootfs").withArrayProperty("diff_ids").add(diffId.toString());
        String now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        config.put("created", now);
        ObjectNode step = config.withArrayProperty("history").addObject();
        step.put("created", now).put("created_by", createdBy);
        if (!comment.isEmpty()) {
            step.put("comment", comment);
        }
    }

    /** Stores configuration and manifest; the image has no name yet. */
    public Descriptor store(ContentStore store, Lease lease) {
        byte[] raw = Json.bytes(config);
        lease.add(Digest.of(raw));
        Descriptor configuration = store.put(MediaTypes.OCI_CONFIG, raw);
        Manifest manifest = Manifest.of(configuration, layers, Map.of());
        lease.add(manifest.descriptor().digest());
        return store.put(MediaTypes.OCI_MANIFEST, manifest.raw())
                .withPlatform(ImageConfig.parse(raw).platform());
    }

    private static ImageException wrong(String instruction, String why) {
        return new ImageException("change \"" + instruction + "\": " + why);
    }

    private static ObjectNode object(ObjectNode parent, String key) {
        return parent.get(key) instanceof ObjectNode there ? there : parent.putObject(key);
    }

    private static void set(ObjectNode run, String key, List<String> values) {
        ArrayNode array = run.putArray(key);
        values.forEach(array::add);
    }

    private static void environment(ObjectNode run, String[] variable) {
        var kept = new ArrayList<String>();
        for (JsonNode each : run.path("Env")) {
            if (!each.asText().startsWith(variable[0] + "=")) {
                kept.add(each.asText());
            }
        }
        kept.add(variable[0] + "=" + variable[1]);
        set(run, "Env", kept);
    }

    private static String[] pair(String instruction, String rest) {
        int end = rest.indexOf('=') > 0 ? rest.indexOf('=') : rest.indexOf(' ');
        if (end < 1) {
            throw wrong(instruction, "not of the form NAME=VALUE");
        }
        String value = rest.substring(end + 1);
        boolean quoted = value.length() > 1 && value.startsWith("\"") && value.endsWith("\"");
        return new String[] {rest.substring(0, end), quoted ? value.substring(1, value.length() - 1) : value};
    }

    private static List<String> command(String instruction, String rest) {
        return rest.startsWith("[") ? words(instruction, rest) : List.of("/bin/sh", "-c", rest);
    }

    private static List<String> words(String instruction, String rest) {
        if (!rest.startsWith("[")) {
            return List.of(rest.split(" +", -1));
        }
        try {
            return List.of(MAPPER.readValue(rest, String[].class));
        } catch (JsonProcessingException e) {
            throw new ImageException("change \"" + instruction + "\": not a JSON list of strings", e);
        }
    }
}
