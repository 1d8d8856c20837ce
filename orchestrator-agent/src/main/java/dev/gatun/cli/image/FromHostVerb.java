package dev.gatun.cli.image;

import static dev.gatun.container.cli.Command.flag;
import static dev.gatun.container.cli.Command.parameter;
import static dev.gatun.container.cli.Command.rest;
import static dev.gatun.container.cli.Command.texts;

import dev.gatun.container.cli.Session;
import dev.gatun.engine.NewImages;
import dev.gatun.image.ImageException;
import dev.gatun.image.Reference;
import dev.gatun.image.host.HostImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** Makes a small image of programs of this host. */
final class FromHostVerb extends ImageVerb {
    private static final List<String> FOLDERS =
            List.of("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin");

    @Override
    public String name() {
        return "from-host";
    }

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage()
                .description("Make a small image of programs of this host with the libraries that they need.")
                .footer("", "Try:", "  gatun image from-host shell sh ls cat ps", "  gatun run --rm -it shell");
        spec.addOption(texts("PATH", "A further file, or folder with all that is in it.", "--file"));
        spec.addOption(flag("The host's certificates of authorities, for TLS.", "--certificates"));
        spec.addOption(texts("WORD", "What a container runs, word by word; else the first program.", "--cmd"));
        spec.addPositional(parameter(0, "NAME", "The image's name."));
        spec.addPositional(rest(1, "PROGRAM", "Programs, by their whole paths or as a shell finds them."));
    }

    @Override
    public int run(ParseResult args, Session session) {
        List<String> programs = args.matchedPositionalValue(1, List.<String>of()).stream()
                .map(FromHostVerb::find)
                .toList();
        var content = new HostImage.Content(
                programs,
                args.matchedOptionValue("--file", List.of()),
                args.hasMatchedOption("--certificates"),
                args.matchedOptionValue("--cmd", List.of()));
        var name = Reference.parse(args.matchedPositionalValue(0, ""));
        var images = images(session);
        var manifest =
                new NewImages(images).ofHost(content, new NewImages.Labels(Optional.of(name), List.of(), "", ""));
        session.out()
                .println(images.store().get(manifest.digest().toString()).id().hex());
        return 0;
    }

    private static String find(String program) {
        if (program.startsWith("/")) {
            return program;
        }
        return FOLDERS.stream()
                .map(folder -> folder + "/" + program)
                .filter(path -> Files.isExecutable(Path.of(path)))
                .findFirst()
                .orElseThrow(() -> new ImageException("program \"" + program + "\": not found in " + FOLDERS));
    }
}
