package dev.gatun.cli.image;

import static dev.gatun.container.cli.Command.flag;
import static dev.gatun.container.cli.Command.text;

import dev.gatun.container.cli.Session;
import dev.gatun.image.Image;
import dev.gatun.image.Platform;
import dev.gatun.image.Progress;
import dev.gatun.image.Reference;
import dev.gatun.image.archive.ArchiveReader;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** Reads images from a file. */
final class LoadVerb extends ImageVerb {
    @Override
    public String name() {
        return "load";
    }

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage().description("Read images from an OCI archive, a docker-archive or an OCI layout folder.");
        spec.addOption(text("FILE", "From this file or folder, rather than standard input.", "-i", "--input"));
        spec.addOption(flag("Do not show how it gets on.", "-q", "--quiet"));
    }

    @Override
    public int run(ParseResult args, Session session) {
        String input = args.matchedOptionValue("--input", "");
        var images = images(session);
        var reader = new ArchiveReader(images.content(), Platform.host());
        List<Image> loaded;
        try (Transfer transfer = Transfer.of(session, args.hasMatchedOption("--quiet"))) {
            Progress progress = transfer.progress();
            loaded = input.isEmpty()
                    ? reader.load(new FileInputStream(FileDescriptor.in), progress)
                    : reader.load(Path.of(input), progress);
        }
        for (Image image : loaded) {
            images.unpacked(image);
            String name = image.names().stream()
                    .findFirst()
                    .map(Reference::toString)
                    .orElse("sha256:" + image.id().hex());
            session.out().println("Loaded image: " + name);
        }
        return 0;
    }
}
