package dev.gatun.cli.image;

import static dev.gatun.container.cli.Command.parameter;
import static dev.gatun.container.cli.Command.text;

import dev.gatun.container.ContainerId;
import dev.gatun.container.cli.Session;
import dev.gatun.engine.NewImages;
import dev.gatun.image.ImageException;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** Writes a container's files to an archive. */
final class ExportVerb extends ImageVerb {
    @Override
    public String name() {
        return "export";
    }

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage()
                .description("Write all files of a container to a tar archive, but for what is mounted in it.");
        spec.addOption(text("FILE", "To this file, rather than standard output.", "-o", "--output"));
        spec.addPositional(parameter(0, "CONTAINER", "Its name."));
    }

    @Override
    public int run(ParseResult args, Session session) {
        String output = args.matchedOptionValue("--output", "");
        var container = new ContainerId(args.matchedPositionalValue(0, ""));
        var images = new NewImages(images(session));
        if (output.isEmpty()) {
            images.export(container, new Kept(session.out()));
            return 0;
        }
        try (OutputStream out = Files.newOutputStream(Path.of(output))) {
            images.export(container, out);
        } catch (IOException e) {
            throw new ImageException("export " + container + " to " + output + ": " + e, e);
        }
        return 0;
    }

    /** Standard output, which is not closed before it was looked whether all was taken. */
    private static final class Kept extends FilterOutputStream {
        Kept(OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
        }

        @Override
        public void close() throws IOException {
            flush();
        }
    }
}
