package dev.gatun.cli.image;

import static dev.gatun.container.cli.Command.rest;
import static dev.gatun.container.cli.Command.text;

import dev.gatun.container.ContainerId;
import dev.gatun.container.ContainerStatus;
import dev.gatun.container.cli.Session;
import dev.gatun.engine.ContainerImage;
import dev.gatun.engine.Images;
import dev.gatun.image.Image;
import dev.gatun.image.ImageConfig;
import dev.gatun.image.ImageException;
import dev.gatun.image.Reference;
import dev.gatun.json.JsonWriter;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** Prints all that is known about images and containers, as JSON with podman's names. */
final class InspectVerb extends ImageVerb {
    private static final Pattern CONTAINER_NAME = Pattern.compile("[\\w+.-]+");

    @Override
    public String name() {
        return "inspect";
    }

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage().description("Print all that is known about containers and images, as JSON.");
        spec.addOption(text("TYPE", "container, image, or all: a container's name goes before an image's.", "--type"));
        spec.addPositional(rest(0, "NAME", "Names or ids."));
    }

    @Override
    public int run(ParseResult args, Session session) {
        List<String> names = args.matchedPositionalValue(0, List.of());
        if (names.isEmpty()) {
            throw new ImageException("inspect: what? See \"gatun inspect --help\"");
        }
        String type = args.matchedOptionValue("--type", "all");
        if (!List.of("all", "container", "image").contains(type)) {
            throw new ImageException("--type: \"" + type + "\" is not one of container, image, all");
        }
        Images images = images(session);
        JsonWriter out = JsonWriter.indented("    ").beginArray();
        for (String name : names) {
            Optional<ContainerStatus> container =
                    type.equals("image") || !CONTAINER_NAME.matcher(name).matches()
                            ? Optional.empty()
                            : session.state().find(new ContainerId(name));
            if (container.isPresent()) {
                write(out, container.get());
            } else if (type.equals("container")) {
                throw new ImageException("container \"" + name + "\" does not exist");
            } else {
                write(
                        out,
                        images.store()
                                .find(name)
                                .orElseThrow(() ->
                                        new ImageException("\"" + name + "\" is neither a container nor an image")));
            }
        }
        session.out().println(out.endArray());
        return 0;
    }

    private static void write(JsonWriter out, ContainerStatus status) {
        out.beginObject().field("Id", status.record().id().value());
        out.field("Created", status.record().created());
        out.name("State")
                .beginObject()
                .field("Status", status.status().text())
                .field("Pid", status.pid())
                .field("OOMKilled", status.oomKilled())
                .endObject();
        ContainerImage.of(status.record())
                .ifPresent(image -> out.field("Image", image.id().hex())
                        .field("ImageName", image.name())
                        .field("ImageDigest", image.manifest().digest().toString()));
        out.field("Rootfs", status.record().rootfs());
        out.field("Annotations", status.record().annotations()).endObject();
    }

    private static void write(JsonWriter out, Image image) {
        ImageConfig config = image.config();
        String digest = image.descriptor().digest().toString();
        out.beginObject()
                .field("Id", image.id().hex())
                .field("Digest", digest)
                .field(
                        "RepoTags",
                        image.names().stream()
                                .filter(name -> name.tag().isPresent())
                                .map(Reference::toString)
                                .toList())
                .field(
                        "RepoDigests",
                        image.names().stream()
                                .map(name -> name.name() + "@" + digest)
                                .distinct()
                                .toList())
                .field("Created", config.created().orElse(""))
                .field("Author", config.author().orElse(""))
                .field("Architecture", config.platform().architecture())
                .field("Os", config.platform().os())
                .field("Size", image.size())
                .field("ManifestType", image.manifest().mediaType())
                .field("Annotations", image.manifest().annotations());
        write(out, config.container());
        out.name("RootFS")
                .beginObject()
                .field("Type", "layers")
                .field("Layers", config.diffIds().stream().map(Object::toString).toList())
                .endObject();
        out.endObject();
    }

    private static void write(JsonWriter out, ImageConfig.ContainerConfig config) {
        out.name("Config").beginObject();
        out.optional("User", config.user().isEmpty() ? Optional.empty() : Optional.of(config.user()))
                .optional("Env", config.environment())
                .optional("Entrypoint", config.entrypoint())
                .optional("Cmd", config.command());
        out.field("WorkingDir", config.workingDirectory());
        set(out, "ExposedPorts", config.exposedPorts());
        set(out, "Volumes", config.volumes());
        out.optional("Labels", new TreeMap<>(config.labels()));
        if (!config.stopSignal().isEmpty()) {
            out.field("StopSignal", config.stopSignal());
        }
        out.endObject();
    }

    /** As Go writes sets. */
    private static void set(JsonWriter out, String name, List<String> members) {
        if (!members.isEmpty()) {
            out.name(name).beginObject();
            members.forEach(member -> out.name(member).beginObject().endObject());
            out.endObject();
        }
    }
}
