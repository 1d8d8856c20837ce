package dev.gatun.cli;

import static dev.gatun.container.cli.Command.flag;

import dev.gatun.cli.image.WantedImage;
import dev.gatun.container.Blueprint;
import dev.gatun.container.ContainerId;
import dev.gatun.container.IdMaps;
import dev.gatun.container.RootSource;
import dev.gatun.container.cli.Session;
import dev.gatun.container.cli.Verb;
import dev.gatun.engine.Defaults;
import dev.gatun.engine.IdRanges;
import dev.gatun.engine.ImageContainer;
import dev.gatun.json.JsonWriter;
import dev.gatun.program.Listing;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** Shows what running a container would do, call by call. */
final class ExplainVerb implements Verb {
    @Override
    public String name() {
        return "explain";
    }

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage()
                .description(
                        "Print the system calls that running this container would make, and why, without making them.");
        RunArguments.declare(spec);
        spec.addOption(flag("Print them as JSON.", "--json"));
    }

    @Override
    public int run(ParseResult args, Session session) {
        var arguments = new RunArguments(args);
        ContainerId id = RunArguments.randomId();
        Listing listing;
        try (IdRanges.Taken taken = UserNamespaceArguments.take(args, session)) {
            IdMaps ids = taken.ids();
            listing = arguments.image().isPresent()
                    ? ofImage(new WantedImage(args, session, arguments.image().get()), arguments, id, ids, session)
                    : arguments.onFolder(
                            session, ids, root -> listing(arguments, id, root, Defaults.OF_A_FOLDER, ids, session));
        }
        if (args.hasMatchedOption("--json")) {
            session.out().println(json(listing));
        } else {
            session.out().print(listing);
        }
        return 0;
    }

    private static Listing ofImage(
            WantedImage image, RunArguments arguments, ContainerId id, IdMaps ids, Session session) {
        try (ImageContainer container = image.prepare(id, ids)) {
            return listing(arguments, id, container.root(), container.defaults(), ids, session);
        }
    }

    private static Listing listing(
            RunArguments arguments, ContainerId id, RootSource root, Defaults defaults, IdMaps ids, Session session) {
        var bundle = arguments.bundle(session.kernel(), id, root, defaults, ids);
        return Blueprint.attended(session.kernel(), bundle, arguments.options(false, id))
                .listing();
    }

    private static String json(Listing listing) {
        JsonWriter out = JsonWriter.indented("  ").beginArray();
        for (Listing.Line line : listing.lines()) {
            out.beginObject().field("section", line.section());
            if (!line.label().isEmpty()) {
                out.field("label", line.label());
            }
            out.field("call", line.call());
            if (!line.then().isEmpty()) {
                out.field("then", line.then());
            }
            out.field("reason", line.reason()).endObject();
        }
        return out.endArray().toString();
    }
}
