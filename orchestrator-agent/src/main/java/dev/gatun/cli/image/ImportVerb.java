package dev.gatun.cli.image;

import static dev.gatun.container.cli.Command.optionalParameter;
import static dev.gatun.container.cli.Command.parameter;

import dev.gatun.container.cli.Session;
import dev.gatun.engine.NewImages;
import dev.gatun.image.ImageException;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** Makes an image of an archive of files. */
final class ImportVerb extends ImageVerb {
    @Override
    public String name() {
        return "import";
    }

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage().description("Make an image of an archive of files, and print its id.");
        LabelArguments.declare(spec);
        spec.addPositional(parameter(0, "FILE", "A tar archive, packed by gzip or not; - is standard input."));
        spec.addPositional(optionalParameter(1, "NAME", "The image's name."));
    }

    @Override
    public int run(ParseResult args, Session session) {
        String file = args.matchedPositionalValue(0, "");
        var images = images(session);
        var labels = LabelArguments.labels(args, args.matchedPositionalValue(1, ""));
        try (InputStream in =
                file.equals("-") ? new FileInputStream(FileDescriptor.in) : Files.newInputStream(Path.of(file))) {
            var manifest = new NewImages(images).importArchive(in, file, labels);
            session.out()
                    .println(images.store()
                            .get(manifest.digest().toString())
                            .id()
                            .hex());
            return 0;
        } catch (IOException e) {
            throw new ImageException("import " + file + ": " + e, e);
        }
    }
}
