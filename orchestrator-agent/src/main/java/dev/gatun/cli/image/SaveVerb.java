package dev.gatun.cli.image;

import static dev.gatun.container.cli.Command.flag;
import static dev.gatun.container.cli.Command.rest;
import static dev.gatun.container.cli.Command.text;

import dev.gatun.container.cli.Session;
import dev.gatun.image.Image;
import dev.gatun.image.ImageException;
import dev.gatun.image.archive.ArchiveWriter;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** Writes images to a file. */
final class SaveVerb extends ImageVerb {
    @Override
    public String name() {
        return "save";
    }

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage()
                .description("Write images to an archive that is an OCI archive and a docker-archive in one.");
        spec.addOption(text("FILE", "To this file, rather than standard output.", "-o", "--output"));
        spec.addOption(text("FORMAT", "oci-archive, docker-archive (both the same) or oci-dir.", "--format"));
        spec.addOption(flag("Do not show how it gets on.", "-q", "--quiet"));
        spec.addPositional(rest(0, "IMAGE", "Names or ids."));
    }

    @Override
    public int run(ParseResult args, Session session) {
        List<String> names = args.matchedPositionalValue(0, List.of());
        if (names.isEmpty()) {
            throw new ImageException("save: which image? See \"gatun save --help\"");
        }
        var images = images(session);
        List<Image> chosen = names.stream().map(images.store()::get).toList();
        String output = args.matchedOptionValue("--output", "");
        String format = args.matchedOptionValue("--format", "oci-archive");
        var writer = new ArchiveWriter(images.content());
        try (Transfer transfer = Transfer.of(session, args.hasMatchedOption("--quiet"))) {
            switch (format) {
                case "oci-dir" -> {
                    if (output.isEmpty()) {
                        throw new ImageException("save: a folder does not fit standard output; give -o FOLDER");
                    }
                    writer.saveLayout(chosen, Path.of(output), transfer.progress());
                }
                case "oci-archive", "docker-archive" -> {
                    if (output.isEmpty()) {
                        writer.save(chosen, session.out(), transfer.progress());
                    } else {
                        writer.save(chosen, Path.of(output).toAbsolutePath(), transfer.progress());
                    }
                }
                default ->
                    throw new ImageException(
                            "--format: \"" + format + "\" is not one of oci-archive, docker-archive, oci-dir");
            }
        }
        return 0;
    }
}
