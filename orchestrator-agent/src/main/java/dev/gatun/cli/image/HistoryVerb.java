package dev.gatun.cli.image;

import static dev.gatun.container.cli.Command.flag;
import static dev.gatun.container.cli.Command.parameter;
import static dev.gatun.container.cli.Command.text;

import dev.gatun.container.cli.Session;
import dev.gatun.image.Descriptor;
import dev.gatun.image.ImageException;
import dev.gatun.image.ImageStore;
import dev.gatun.json.JsonWriter;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** Shows how an image was made. */
final class HistoryVerb extends ImageVerb {
    private static final int LONGEST = 50;

    @Override
    public String name() {
        return "history";
    }

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage().description("Show the steps in which an image was made, the newest first.");
        spec.addOption(flag("Cut nothing off.", "--no-trunc"));
        spec.addOption(text("FORMAT", "table or json.", "--format"));
        spec.addPositional(parameter(0, "IMAGE", "Its name or id."));
    }

    @Override
    public int run(ParseResult args, Session session) {
        var image = images(session).store().get(args.matchedPositionalValue(0, ""));
        List<ImageStore.Step> steps = ImageStore.history(image).reversed();
        String format = args.matchedOptionValue("--format", "table");
        switch (format) {
            case "table" -> session.out().print(table(steps, args.hasMatchedOption("--no-trunc")));
            case "json" -> session.out().println(json(steps));
            default -> throw new ImageException("--format: \"" + format + "\" is not one of table, json");
        }
        return 0;
    }

    private static String table(List<ImageStore.Step> steps, boolean whole) {
        var rows = new ArrayList<List<String>>();
        rows.add(List.of("CREATED", "CREATED BY", "SIZE", "COMMENT"));
        for (ImageStore.Step step : steps) {
            String by = step.history().createdBy().replace('\n', ' ').replace('\t', ' ');
            rows.add(List.of(
                    Words.age(step.history().created()),
                    whole || by.length() <= LONGEST ? by : by.substring(0, LONGEST - 3) + "...",
                    Words.bytes(step.layer().map(Descriptor::size).orElse(0L)),
                    step.history().comment()));
        }
        return Words.table(rows);
    }

    private static String json(List<ImageStore.Step> steps) {
        JsonWriter out = JsonWriter.indented("    ").beginArray();
        for (ImageStore.Step step : steps) {
            out.beginObject()
                    .field("created", step.history().created())
                    .field("createdBy", step.history().createdBy())
                    .field("size", step.layer().map(Descriptor::size).orElse(0L))
                    .field("comment", step.history().comment())
                    .endObject();
        }
        return out.endArray().toString();
    }
}
