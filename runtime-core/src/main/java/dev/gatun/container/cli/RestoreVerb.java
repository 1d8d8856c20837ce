package dev.gatun.container.cli;

import static dev.gatun.container.cli.Command.flag;
import static dev.gatun.container.cli.Command.text;

import dev.gatun.container.Bundle;
import dev.gatun.container.Checkpoints;
import dev.gatun.container.ContainerException;
import dev.gatun.container.Containers;
import dev.gatun.container.CreateOptions;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

final class RestoreVerb implements Verb {
    @Override
    public String name() {
        return "restore";
    }

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage().description("Bring back a container that was checkpointed, with CRIU.");
        CriuFlags.declare(spec);
        CriuFlags.declareRestore(spec);
        CreateArguments.declareProcess(spec);
        spec.addOption(text("DIR", "The bundle; the current folder if not given.", "-b", "--bundle"));
        spec.addOption(flag("Leave the container to itself once it runs.", "-d", "--detach"));
        spec.addOption(flag("Accepted for runc's callers.", "--no-subreaper", "-no-subreaper"));
        spec.addOption(flag("Accepted for runc's callers: CRIU makes the root.", "--no-pivot"));
        spec.addOption(flag("Accepted for runc's callers: CRIU makes the keyring.", "--no-new-keyring"));
    }

    @Override
    public int run(ParseResult args, Session session) {
        if (session.systemdGroups()) {
            throw new ContainerException(
                    "restore: --systemd-cgroup: CRIU brings back a group that systemd does not know; not supported yet");
        }
        boolean detach = args.hasMatchedOption("--detach");
        Bundle bundle = Bundle.read(Path.of(args.matchedOptionValue("--bundle", "")));
        CreateOptions creation = CreateArguments.options(
                args, session, bundle.spec().startableProcess().terminal(), detach, 0);
        Containers containers = session.containers();
        Containers.Created restored = new Checkpoints(session.kernel(), session.state(), containers)
                .restore(CreateArguments.id(args), bundle, CriuFlags.options(args), creation);
        if (!detach) {
            containers.accompany(restored, true);
        }
        return 0;
    }
}
