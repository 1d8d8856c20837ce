package dev.gatun.cli.image;

import static dev.gatun.container.cli.Command.flag;
import static dev.gatun.container.cli.Command.optionalParameter;
import static dev.gatun.container.cli.Command.parameter;

import dev.gatun.container.ContainerId;
import dev.gatun.container.cli.Session;
import dev.gatun.engine.NewImages;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** Makes an image of a container. */
final class CommitVerb extends ImageVerb {
    @Override
    public String name() {
        return "commit";
    }

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage()
                .description("Make an image of what a container was made of and has changed, and print its id.");
        LabelArguments.declare(spec);
        spec.addOption(flag("Do not show how it gets on; there is nothing to show.", "-q", "--quiet"));
        spec.addPositional(parameter(0, "CONTAINER", "Its name."));
        spec.addPositional(optionalParameter(1, "NAME", "The image's name."));
    }

    @Override
    public int run(ParseResult args, Session session) {
        var images = images(session);
        var manifest = new NewImages(images)
                .commit(
                        new ContainerId(args.matchedPositionalValue(0, "")),
                        LabelArguments.labels(args, args.matchedPositionalValue(1, "")));
        session.out()
                .println(images.store().get(manifest.digest().toString()).id().hex());
        return 0;
    }
}
