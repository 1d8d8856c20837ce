package dev.gatun.cli;

import dev.gatun.container.Blueprint;
import dev.gatun.container.ContainerException;
import dev.gatun.container.cli.Session;
import dev.gatun.container.cli.Verb;
import dev.gatun.engine.Defaults;
import dev.gatun.engine.IdRanges;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** Keeps a container as an executable file. */
final class CompileVerb implements Verb {
    @Override
    public String name() {
        return "compile";
    }

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage()
                .description(
                        "Write an executable that starts this container with no Java; it ends as the container does.");
        spec.addOption(OptionSpec.builder("-o", "--output")
                .type(String.class)
                .arity("1")
                .required(true)
                .paramLabel("FILE")
                .description("The file to write.")
                .build());
        RunArguments.declare(spec);
    }

    @Override
    public int run(ParseResult args, Session session) {
        var arguments = new RunArguments(args);
        arguments.image().ifPresent(image -> {
            throw new ContainerException("compile: the layers of the image \"" + image + "\" belong to the image store,"
                    + " and a file cannot keep them; give a folder, written ./" + image
                    + " or with a leading /, or \"host\"");
        });
        try (IdRanges.Taken taken = UserNamespaceArguments.take(args, session)) {
            Blueprint blueprint = arguments.onFolder(session, taken.ids(), root -> {
                var bundle = arguments.bundle(
                        session.kernel(), RunArguments.randomId(), root, Defaults.OF_A_FOLDER, taken.ids());
                return Blueprint.alone(session.kernel(), bundle);
            });
            blueprint.writeTo(Path.of(args.matchedOptionValue("--output", "")));
        }
        return 0;
    }
}
