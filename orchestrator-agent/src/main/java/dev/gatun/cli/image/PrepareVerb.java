package dev.gatun.cli.image;

import static dev.gatun.container.cli.Command.parameter;
import static dev.gatun.container.cli.Command.text;

import dev.gatun.container.ContainerId;
import dev.gatun.container.IdMaps;
import dev.gatun.container.cli.Session;
import dev.gatun.engine.ImageContainer;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** Makes the root of a container that a user is about to run, who may not do so itself; see {@link WantedImage}. */
final class PrepareVerb extends ImageVerb {
    /** The words that it is typed as. */
    static List<String> words(ContainerId id, String image, String pull) {
        return List.of("image", "prepare", "--pull=" + pull, image, id.value());
    }

    @Override
    public String name() {
        return "prepare";
    }

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage()
                .hidden(true)
                .description("Make the root file system of a container that is going to be run.");
        spec.addOption(text("WHEN", "When its image is pulled: missing, always or never.", "--pull"));
        spec.addPositional(parameter(0, "IMAGE", "Its image."));
        spec.addPositional(parameter(1, "CONTAINER", "Its name."));
    }

    @Override
    public int run(ParseResult args, Session session) {
        var image = new WantedImage(args, session, args.matchedPositionalValue(0, ""));
        try (ImageContainer container =
                image.prepare(new ContainerId(args.matchedPositionalValue(1, "")), IdMaps.NONE)) {
            container.handOver();
        }
        return 0;
    }
}
