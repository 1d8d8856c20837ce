package dev.gatun.container.cli;

import static dev.gatun.container.cli.Command.text;

import dev.gatun.container.ContainerException;
import dev.gatun.container.SpecTemplate;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

final class SpecVerb implements Verb {
    @Override
    public String name() {
        return "spec";
    }

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage().description("Write a config.json to begin with.");
        spec.addOption(text("DIR", "The bundle; the current folder if not given.", "-b", "--bundle"));
    }

    @Override
    public int run(ParseResult args, Session session) {
        Path file = Path.of(args.matchedOptionValue("--bundle", "")).resolve("config.json");
        try {
            Files.writeString(
                    file,
                    new SpecTemplate(List.of("sh"))
                                    .terminal(Optional.empty())
                                    .build()
                                    .toJson("\t") + "\n",
                    StandardOpenOption.CREATE_NEW,
                    StandardOpenOption.WRITE);
            return 0;
        } catch (FileAlreadyExistsException exists) {
            throw new ContainerException("file config.json exists; remove it first", exists);
        } catch (IOException e) {
            throw new ContainerException("write " + file + ": " + e, e);
        }
    }

    @Override
    public boolean needsKernel() {
        return false;
    }
}
