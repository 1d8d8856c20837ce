package dev.gatun.container.cli;

import static dev.gatun.container.cli.Command.flag;
import static dev.gatun.container.cli.Command.parameter;
import static dev.gatun.container.cli.Command.rest;
import static dev.gatun.container.cli.Command.text;
import static dev.gatun.container.cli.Command.texts;

import dev.gatun.container.Bundle;
import dev.gatun.container.ContainerException;
import dev.gatun.container.ContainerId;
import dev.gatun.container.Containers;
import dev.gatun.container.ExecGroup;
import dev.gatun.container.ExecProcess;
import dev.gatun.oci.Process;
import dev.gatun.oci.RuntimeSpec;
import dev.gatun.program.TerminalSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

final class ExecVerb implements Verb {
    /** As runc: what the process itself could not have ended with is told from what it did. */
    private static final int FAILURE_STATUS = 255;

    @Override
    public String name() {
        return "exec";
    }

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage()
                .description("Run another process in a running container; the exit status is the process's.");
        // what follows the command belongs to the command
        spec.parser().stopAtPositional(true);
        CreateArguments.declareProcess(spec);
        spec.addOption(text("FILE", "Read the whole process from this file, in JSON.", "-p", "--process"));
        spec.addOption(flag("Leave the process to itself once it runs.", "-d", "--detach"));
        spec.addOption(flag("Give it a terminal.", "-t", "--tty"));
        spec.addOption(text("DIR", "Its working folder.", "--cwd"));
        spec.addOption(texts("NAME=VALUE", "Set a variable.", "-e", "--env"));
        spec.addOption(text("UID[:GID]", "Run it as this user.", "-u", "--user"));
        spec.addOption(texts("GID", "Add a group.", "-g", "--additional-gids"));
        spec.addOption(texts("CAP", "Add a capability.", "-c", "--cap"));
        spec.addOption(flag("Let it gain no privileges.", "--no-new-privs"));
        spec.addOption(text("LABEL", "Its SELinux label.", "--process-label"));
        spec.addOption(text("PROFILE", "Its AppArmor profile.", "--apparmor"));
        spec.addOption(texts(
                "[CONTROLLER:]PATH",
                "Put it in this control group, below the container's, which must be there.",
                "--cgroup"));
        spec.addOption(flag("Add it to a paused container, too, where it waits.", "--ignore-paused"));
        spec.addPositional(parameter(0, "ID", "The container."));
        spec.addPositional(rest(1, "COMMAND", "What to run, with its arguments."));
    }

    @Override
    public int run(ParseResult args, Session session) {
        ContainerId id = CreateArguments.id(args);
        RuntimeSpec spec =
                Bundle.readSpec(Path.of(session.state().get(id).record().bundle()));
        boolean detach = args.hasMatchedOption("--detach");
        Process process = process(args, spec, session);
        Containers containers = session.containers();
        var group = new ExecGroup(
                args.matchedOptionValue("--cgroup", List.<String>of()), args.hasMatchedOption("--ignore-paused"));
        var executed = containers.exec(
                id, spec, process, CreateArguments.options(args, session, process.terminal(), detach, 0), group);
        if (!detach) {
            containers.accompany(executed);
        }
        return 0;
    }

    private static Process process(ParseResult args, RuntimeSpec spec, Session session) {
        String file = args.matchedOptionValue("--process", "");
        if (!file.isEmpty()) {
            try {
                return Process.parse(Files.readAllBytes(Path.of(file)));
            } catch (IOException e) {
                throw new ContainerException("read " + file + ": " + e, e);
            }
        }
        var process = new ExecProcess(spec.processOrIdle(), args.matchedPositionalValue(1, List.of()));
        if (args.hasMatchedOption("--tty")) {
            process.terminal(true);
            process.consoleSize(TerminalSettings.size(session.kernel())
                    .map(size -> new Process.ConsoleSize(size.rows(), size.columns())));
        }
        process.cwd(args.matchedOptionValue("--cwd", ""));
        process.environment(args.matchedOptionValue("--env", List.of()));
        process.user(args.matchedOptionValue("--user", ""));
        process.groups(args.matchedOptionValue("--additional-gids", List.of()));
        process.capabilities(args.matchedOptionValue("--cap", List.of()));
        process.selinuxLabel(args.matchedOptionValue("--process-label", ""));
        process.apparmorProfile(args.matchedOptionValue("--apparmor", ""));
        process.noNewPrivileges(args.hasMatchedOption("--no-new-privs"));
        return process.build();
    }

    @Override
    public int failureStatus(RuntimeException failure) {
        return FAILURE_STATUS;
    }
}
