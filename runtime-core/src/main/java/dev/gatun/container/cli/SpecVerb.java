package dev.gatun.container.cli;

import static dev.gatun.container.cli.Command.flag;
import static dev.gatun.container.cli.Command.text;

import dev.gatun.container.ContainerException;
import dev.gatun.container.Privileges;
import dev.gatun.container.SpecTemplate;
import dev.gatun.container.SubordinateIds;
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
        spec.addOption(flag("For a user who is not root.", "--rootless"));
    }

    @Override
    public int run(ParseResult args, Session session) {
        Path file = Path.of(args.matchedOptionValue("--bundle", "")).resolve("config.json");
        try {
            Files.writeString(
                    file,
                    template(args.hasMatchedOption("--rootless")).build().toJson("\t") + "\n",
                    StandardOpenOption.CREATE_NEW,
                    StandardOpenOption.WRITE);
            return 0;
        } catch (FileAlreadyExistsException exists) {
            throw new ContainerException("file config.json exists; remove it first", exists);
        } catch (IOException e) {
            throw new ContainerException("write " + file + ": " + e, e);
        }
    }

    private static SpecTemplate template(boolean rootless) {
        var template = new SpecTemplate(List.of("sh")).terminal(Optional.empty());
        if (rootless) {
            // as runc: one id, so that it works wherever user namespaces do
            Privileges user = Privileges.ofThisProcess();
            template.userNamespace(SubordinateIds.own(user.uid()), SubordinateIds.own(user.gid()))
                    .hostNetwork();
        }
        return template;
    }

    @Override
    public boolean needsKernel() {
        return false;
    }
}
