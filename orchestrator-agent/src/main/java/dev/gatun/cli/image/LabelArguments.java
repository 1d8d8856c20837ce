package dev.gatun.cli.image;

import static dev.gatun.container.cli.Command.text;
import static dev.gatun.container.cli.Command.texts;

import dev.gatun.engine.NewImages;
import dev.gatun.image.Reference;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** What verbs have in common that make images. */
final class LabelArguments {
    private LabelArguments() {}

    static void declare(CommandSpec spec) {
        spec.addOption(texts(
                "LINE", "Change how it is run, by a line of a Dockerfile such as CMD=/bin/sh.", "-c", "--change"));
        spec.addOption(text("TEXT", "A comment for its history.", "-m", "--message"));
        spec.addOption(text("NAME", "Who made it.", "-a", "--author"));
    }

    static NewImages.Labels labels(ParseResult args, String name) {
        return new NewImages.Labels(
                name.isEmpty() ? Optional.empty() : Optional.of(Reference.parse(name)),
                args.matchedOptionValue("--change", List.of()),
                args.matchedOptionValue("--author", ""),
                args.matchedOptionValue("--message", ""));
    }
}
