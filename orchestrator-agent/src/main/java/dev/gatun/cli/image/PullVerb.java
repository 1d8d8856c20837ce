package dev.gatun.cli.image;

import static dev.gatun.container.cli.Command.flag;
import static dev.gatun.container.cli.Command.parameter;
import static dev.gatun.container.cli.Command.text;

import dev.gatun.container.cli.Session;
import dev.gatun.image.Image;
import dev.gatun.image.Platform;
import dev.gatun.image.Reference;
import dev.gatun.image.registry.RegistriesConf;
import dev.gatun.image.registry.RegistryClient;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** Gets an image from a registry. */
final class PullVerb extends ImageVerb {
    @Override
    public String name() {
        return "pull";
    }

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage().description("Get an image from a registry, and print its id; what is damaged is repaired.");
        spec.addOption(flag("Do not show how it gets on.", "-q", "--quiet"));
        spec.addOption(text("OS/ARCH", "The image for this platform, rather than for this machine.", "--platform"));
        RegistryArguments.declare(spec);
        spec.addPositional(parameter(0, "IMAGE", "Its name."));
    }

    @Override
    public int run(ParseResult args, Session session) {
        var registries = new RegistryArguments(args, session);
        String wanted = args.matchedOptionValue("--platform", "");
        Platform platform = wanted.isEmpty() ? Platform.host() : Platform.parse(wanted);
        RegistriesConf conf = registries.conf();
        Reference name = Reference.parse(args.matchedPositionalValue(0, ""));
        try (RegistryClient client = registries.client(conf);
                Transfer transfer = Transfer.of(session, args.hasMatchedOption("--quiet"))) {
            Image image = images(session, conf).pull(client, name, platform, transfer.progress());
            // a name may stand for one image alone, which is taken whatever it is for
            Platform given = image.config().platform();
            if (platform.score(given) == 0) {
                session.err().println("gatun: warning: " + name + " is for " + given + ", not for " + platform);
            }
            session.out().println(image.id().hex());
        }
        return 0;
    }
}
