package dev.gatun.cli.image;

import static dev.gatun.container.cli.Command.parameter;

import dev.gatun.container.cli.Session;
import dev.gatun.image.Reference;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** Gives an image one more name. */
final class TagVerb extends ImageVerb {
    @Override
    public String name() {
        return "tag";
    }

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage().description("Give an image one more name; an image that had it loses it.");
        spec.addPositional(parameter(0, "IMAGE", "Its name or id."));
        spec.addPositional(parameter(1, "NAME", "The new name."));
    }

    @Override
    public int run(ParseResult args, Session session) {
        var store = images(session).store();
        store.tag(store.get(args.matchedPositionalValue(0, "")), Reference.parse(args.matchedPositionalValue(1, "")));
        return 0;
    }
}
