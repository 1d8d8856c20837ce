package dev.gatun.cli.image;

import static dev.gatun.container.cli.Command.flag;
import static dev.gatun.container.cli.Command.optionalParameter;
import static dev.gatun.container.cli.Command.text;

import dev.gatun.container.cli.Session;
import dev.gatun.image.Image;
import dev.gatun.image.ImageException;
import dev.gatun.image.ImageStore;
import dev.gatun.image.Reference;
import dev.gatun.json.JsonWriter;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** Lists the images. */
final class ImagesVerb extends ImageVerb {
    private static final String NONE = "<none>";

    private final String name;

    ImagesVerb(String name) {
        this.name = name;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage().description("List the images.");
        spec.addOption(flag("Print their ids only.", "-q", "--quiet"));
        spec.addOption(flag("Print the digests of their manifests, too.", "--digests"));
        spec.addOption(flag("Print whole ids.", "--no-trunc"));
        spec.addOption(text("FORMAT", "table or json.", "--format"));
        spec.addPositional(optionalParameter(0, "NAME", "Those of this repository only."));
    }

    @Override
    public int run(ParseResult args, Session session) {
        String wanted = args.matchedPositionalValue(0, "");
        List<ImageStore.Listed> images = images(session).store().list().reversed().stream()
                .filter(image -> wanted.isEmpty() || hasName(image, wanted))
                .toList();
        String format = args.matchedOptionValue("--format", "table");
        if (args.hasMatchedOption("--quiet")) {
            var ids = new LinkedHashSet<String>();
            images.forEach(image -> ids.add(id(image, args.hasMatchedOption("--no-trunc"))));
            ids.forEach(session.out()::println);
        } else if (format.equals("json")) {
            session.out().println(json(images));
        } else if (format.equals("table")) {
            session.out().print(table(images, args.hasMatchedOption("--digests"), args.hasMatchedOption("--no-trunc")));
        } else {
            throw new ImageException("--format: \"" + format + "\" is not one of table, json");
        }
        return 0;
    }

    private static boolean hasName(ImageStore.Listed image, String wanted) {
        return image.names().stream()
                .anyMatch(name -> List.of(name.name(), name.toString(), name.familiar(), name.path())
                                .contains(wanted)
                        || name.withTag("x").familiar().equals(wanted + ":x"));
    }

    private static String id(ImageStore.Listed image, boolean whole) {
        String hex =
                image.image().map(Image::id).orElse(image.manifest().digest()).hex();
        return whole ? "sha256:" + hex : hex.substring(0, Words.ID_DIGITS);
    }

    private static String table(List<ImageStore.Listed> images, boolean digests, boolean whole) {
        var rows = new ArrayList<List<String>>();
        var head = new ArrayList<>(List.of("REPOSITORY", "TAG", "IMAGE ID", "CREATED", "SIZE"));
        if (digests) {
            head.add(2, "DIGEST");
        }
        rows.add(head);
        for (ImageStore.Listed image : images) {
            List<String[]> names = image.names().stream()
                    .map(name -> new String[] {name.name(), name.tag().orElse(NONE)})
                    .toList();
            for (String[] each : names.isEmpty() ? List.<String[]>of(new String[] {NONE, NONE}) : names) {
                var row = new ArrayList<>(List.of(each[0], each[1], id(image, whole), created(image), size(image)));
                if (digests) {
                    row.add(2, image.manifest().digest().toString());
                }
                rows.add(row);
            }
        }
        return Words.table(rows);
    }

    private static String created(ImageStore.Listed image) {
        return image.image()
                .map(whole -> Words.age(whole.config().created().orElse("")))
                .orElse("damaged");
    }

    private static String size(ImageStore.Listed image) {
        return image.image().map(whole -> Words.bytes(whole.size())).orElse("-");
    }

    private static String json(List<ImageStore.Listed> images) {
        JsonWriter out = JsonWriter.indented("    ").beginArray();
        for (ImageStore.Listed image : images) {
            out.beginObject()
                    .field("Id", id(image, true).substring("sha256:".length()))
                    .field(
                            "Names",
                            image.names().stream().map(Reference::toString).toList())
                    .field("Digest", image.manifest().digest().toString());
            image.image()
                    .ifPresent(whole -> out.field(
                                    "Created", whole.config().created().orElse(""))
                            .field("Size", whole.size())
                            .field("Labels", whole.config().container().labels()));
            if (!image.problem().isEmpty()) {
                out.field("Problem", image.problem());
            }
            out.endObject();
        }
        return out.endArray().toString();
    }
}
