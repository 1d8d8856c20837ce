package dev.gatun.cli.image;

import static dev.gatun.container.cli.Command.text;

import dev.gatun.container.cli.Session;
import dev.gatun.engine.Images;
import dev.gatun.image.DiskUsage;
import dev.gatun.image.ImageException;
import dev.gatun.image.snapshot.Snapshots;
import dev.gatun.json.JsonWriter;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** Says what is on the disk. */
final class DiskUsageVerb extends ImageVerb {
    @Override
    public String name() {
        return "df";
    }

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage().description("Show what images take of the disk: as they are kept, and unpacked.");
        spec.addOption(text("FORMAT", "table or json.", "--format"));
    }

    @Override
    public int run(ParseResult args, Session session) {
        Images images = images(session);
        DiskUsage usage = images.store().usage(images.users());
        List<Snapshots.Usage> layers = images.snapshots().usage();
        long unpacked =
                layers.stream().mapToLong(each -> each.snapshot().size()).sum();
        long used = layers.stream()
                .filter(Snapshots.Usage::inUse)
                .mapToLong(each -> each.snapshot().size())
                .sum();
        long active = layers.stream().filter(Snapshots.Usage::inUse).count();
        String format = args.matchedOptionValue("--format", "table");
        switch (format) {
            case "table" ->
                session.out()
                        .print(Words.table(List.of(
                                List.of("TYPE", "TOTAL", "ACTIVE", "SIZE", "RECLAIMABLE"),
                                row("Images", usage.images(), usage.used(), usage.blobs(), usage.reclaimable()),
                                row("Unpacked layers", layers.size(), active, unpacked, unpacked - used),
                                List.of(
                                        "Partial downloads",
                                        "",
                                        "",
                                        Words.bytes(usage.partial()),
                                        Words.bytes(usage.partial())))));
            case "json" -> {
                JsonWriter out = JsonWriter.indented("    ").beginArray();
                write(out, "Images", usage.images(), usage.used(), usage.blobs(), usage.reclaimable());
                write(out, "Unpacked layers", layers.size(), active, unpacked, unpacked - used);
                session.out().println(out.endArray());
            }
            default -> throw new ImageException("--format: \"" + format + "\" is not one of table, json");
        }
        return 0;
    }

    private static List<String> row(String type, long total, long active, long size, long reclaimable) {
        return List.of(type, Long.toString(total), Long.toString(active), Words.bytes(size), Words.bytes(reclaimable));
    }

    private static void write(JsonWriter out, String type, long total, long active, long size, long reclaimable) {
        out.beginObject()
                .field("Type", type)
                .field("Total", total)
                .field("Active", active)
                .field("RawSize", size)
                .field("RawReclaimable", reclaimable)
                .endObject();
    }
}
