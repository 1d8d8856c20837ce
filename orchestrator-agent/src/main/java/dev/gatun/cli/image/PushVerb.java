package dev.gatun.cli.image;

import static dev.gatun.container.cli.Command.flag;
import static dev.gatun.container.cli.Command.optionalParameter;
import static dev.gatun.container.cli.Command.parameter;
import static dev.gatun.container.cli.Command.text;

import dev.gatun.container.cli.Session;
import dev.gatun.image.Digest;
import dev.gatun.image.Image;
import dev.gatun.image.ImageException;
import dev.gatun.image.Reference;
import dev.gatun.image.registry.Pusher;
import dev.gatun.image.registry.RegistriesConf;
import dev.gatun.image.registry.RegistryClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** Gives an image to a registry. */
final class PushVerb extends ImageVerb {
    @Override
    public String name() {
        return "push";
    }

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage().description("Give an image to a registry, and print the digest that it has there.");
        spec.addOption(flag("Do not show how it gets on.", "-q", "--quiet"));
        spec.addOption(text("FILE", "Write the digest to this file.", "--digestfile"));
        RegistryArguments.declare(spec);
        spec.addPositional(parameter(0, "IMAGE", "Its name or id."));
        spec.addPositional(optionalParameter(1, "NAME", "What it is to be called there, if not the same."));
    }

    @Override
    public int run(ParseResult args, Session session) {
        var registries = new RegistryArguments(args, session);
        RegistriesConf conf = registries.conf();
        String named = args.matchedPositionalValue(0, "");
        Reference name = conf.resolve(Reference.parse(args.matchedPositionalValue(1, named)))
                .getFirst();
        var images = images(session, conf);
        Image image = images.store().get(named);
        try (RegistryClient client = registries.client(conf);
                Transfer transfer = Transfer.of(session, args.hasMatchedOption("--quiet"))) {
            Digest digest = new Pusher(client, images.content()).push(image, name, transfer.progress());
            session.out().println(digest);
            write(args.matchedOptionValue("--digestfile", ""), digest);
        }
        return 0;
    }

    private static void write(String file, Digest digest) {
        if (!file.isEmpty()) {
            try {
                Files.writeString(Path.of(file), digest.toString());
            } catch (IOException e) {
                throw ImageException.failed("write the digest to " + file, e);
            }
        }
    }
}
