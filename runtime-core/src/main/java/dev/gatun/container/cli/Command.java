package dev.gatun.container.cli;

import dev.gatun.container.Folders;
import dev.gatun.container.Privileges;
import dev.gatun.container.StateFolder;
import dev.gatun.json.JsonWriter;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * A command with verbs: finds the verb, parses its arguments, runs it, and says in one line what went wrong.
 *
 * <p>Only the chosen verb's options are declared, unless help is asked for: declaring all would cost a cold start more
 * than most verbs take.
 */
public final class Command {
    /** The options before the verb that take a value. */
    private static final List<String> WITH_VALUE = List.of("--root", "--log", "--log-format", "--rootless");

    private final String name;
    private final String description;
    private final String version;
    private final List<Verb> verbs;
    private final int usageStatus;

    /**
     * A command.
     *
     * @param usageStatus the exit status after arguments that make no sense, and where no verb has one of its own
     */
    public Command(String name, String description, String version, List<Verb> verbs, int usageStatus) {
        this.name = name;
        this.description = description;
        this.version = version;
        this.verbs = verbs;
        this.usageStatus = usageStatus;
    }

    /**
     * Runs the command for this process, with its environment and its streams; what is printed is UTF-8 whatever the
     * locale is, as engines expect it.
     */
    public int run(String[] args) {
        PrintStream out = utf8(FileDescriptor.out);
        PrintStream err = utf8(FileDescriptor.err);
        int status = run(args, System.getenv(), out, err);
        err.flush();
        return status;
    }

    private static PrintStream utf8(FileDescriptor descriptor) {
        return new PrintStream(
                new BufferedOutputStream(new FileOutputStream(descriptor)), false, StandardCharsets.UTF_8);
    }

    /** Runs the command and returns its exit status. */
    public int run(String[] args, Map<String, String> environment, PrintStream out, PrintStream err) {
        Optional<Verb> verb = findVerb(args);
        var link = new KernelLink();
        if (verb.isPresent() && verb.get().needsKernel()) {
            link.begin();
        }
        CommandLine commandLine = commandLine(verb.map(List::of).orElse(verbs));
        ParseResult parsed;
        try {
            parsed = commandLine.parseArgs(args);
        } catch (ParameterException wrong) {
            String help = wrong.getCommandLine().getCommandSpec().qualifiedName() + " --help";
            report(
                    usageError(wrong) + "; see \"" + help + "\"",
                    globalOption(args, "--log"),
                    globalOption(args, "--log-format"),
                    err);
            return usageStatus;
        }
        int status;
        if (verb.isEmpty() && verbIndex(args) < args.length) {
            // help for a verb that is not there is an error: podman takes "checkpoint --help" for a question
            err.println(name + ": unknown command \"" + args[verbIndex(args)] + "\"; see \"" + name + " --help\"");
            status = usageStatus;
        } else if (helpRequested(parsed, out) || verb.isEmpty()) {
            status = verb.isEmpty() && !parsed.isUsageHelpRequested() && !parsed.isVersionHelpRequested()
                    ? usage(err)
                    : 0;
        } else {
            status = run(verb.get(), args, parsed, environment, link, out, err);
        }
        if (out.checkError() && status == 0) {
            err.println(name + ": write the output: it was not taken");
            return usageStatus;
        }
        return status;
    }

    /** What is wrong with the arguments; callers of runc look for its words on a missing value. */
    private static String usageError(ParameterException wrong) {
        if (wrong instanceof MissingParameterException missing
                && !missing.getMissing().isEmpty()
                && missing.getMissing().getFirst() instanceof OptionSpec option) {
            return "flag needs an argument: " + option.longestName();
        }
        return oneLine(wrong);
    }

    private int usage(PrintStream err) {
        commandLine(verbs).usage(err);
        return usageStatus;
    }

    private int run(
            Verb verb,
            String[] args,
            ParseResult parsed,
            Map<String, String> environment,
            KernelLink link,
            PrintStream out,
            PrintStream err) {
        try {
            RootlessOption.check(parsed.matchedOptionValue("--rootless", ""));
            Folders folders = Folders.of(environment, Privileges.ofThisProcess());
            String root = parsed.matchedOptionValue("--root", "");
            var state = new StateFolder(
                    root.isEmpty() ? folders.containers() : Path.of(root).toAbsolutePath());
            var session = new Session(
                    folders,
                    state,
                    environment,
                    link,
                    out,
                    err,
                    warning -> warn(warning, err),
                    parsed.hasMatchedOption("--systemd-cgroup"),
                    List.of(args).subList(0, verbIndex(args)),
                    List.of(args).subList(verbIndex(args), args.length));
            return verb.run(parsed.subcommand(), session);
        } catch (ReportedException known) {
            return known.status();
        } catch (RuntimeException failed) {
            report(
                    oneLine(failed),
                    parsed.matchedOptionValue("--log", ""),
                    parsed.matchedOptionValue("--log-format", ""),
                    err);
            if (parsed.hasMatchedOption("--debug")) {
                failed.printStackTrace(err);
            }
            return verb.failureStatus(failed);
        }
    }

    /** A line for people alone: what is in the log is the one error to an engine. */
    private void warn(String message, PrintStream err) {
        err.println(name + ": warning: " + message);
        // this process may be replaced by a program that knows nothing of what is still to be written
        err.flush();
    }

    /** One line for people, and one for the log that an engine reads. */
    private void report(String message, String log, String format, PrintStream err) {
        if (!log.isEmpty() && !log.equals("/dev/stderr")) {
            log(log, format, message, err);
        }
        err.println(name + ": " + message);
    }

    private void log(String file, String format, String message, PrintStream err) {
        String line = format.equals("json") ? json(message) : "level=error msg=" + message;
        try {
            Files.writeString(
                    Path.of(file),
                    line + "\n",
                    StandardCharsets.UTF_8,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException | InvalidPathException e) {
            err.println(name + ": write the log " + file + ": " + oneLine(e));
        }
    }

    private static String json(String message) {
        return JsonWriter.compact()
                .beginObject()
                .field("level", "error")
                .field("msg", message)
                .field("time", Instant.now().toString())
                .endObject()
                .toString();
    }

    private static String oneLine(Exception failure) {
        String message = failure.getMessage() == null ? failure.toString() : failure.getMessage();
        return message.strip().replace('\n', ' ').replace('\r', ' ');
    }

    private static boolean helpRequested(ParseResult parsed, PrintStream out) {
        for (ParseResult level = parsed; level != null; level = level.subcommand()) {
            CommandLine line = level.commandSpec().commandLine();
            if (level.isUsageHelpRequested()) {
                line.usage(out);
                return true;
            }
            if (level.isVersionHelpRequested()) {
                line.printVersionHelp(out);
                return true;
            }
        }
        return false;
    }

    /** The first argument that is a verb and no option's value. */
    private Optional<Verb> findVerb(String[] args) {
        int index = verbIndex(args);
        for (Verb verb : verbs) {
            if (index < args.length && verb.name().equals(args[index])) {
                return Optional.of(verb);
            }
        }
        return Optional.empty();
    }

    private static int verbIndex(String[] args) {
        int index = 0;
        while (index < args.length && args[index].startsWith("-")) {
            index += WITH_VALUE.contains(args[index]) ? 2 : 1;
        }
        return index;
    }

    /** The value of an option before the verb, where the arguments as a whole make no sense; empty if it is not there. */
    private static String globalOption(String[] args, String option) {
        int end = Math.min(verbIndex(args), args.length);
        for (int i = 0; i < end; i++) {
            if (args[i].startsWith(option + "=")) {
                return args[i].substring(option.length() + 1);
            }
            if (args[i].equals(option) && i + 1 < end) {
                return args[i + 1];
            }
        }
        return "";
    }

    private CommandLine commandLine(List<Verb> declared) {
        CommandSpec spec = CommandSpec.create().name(name);
        spec.usageMessage().description(description).synopsisSubcommandLabel("COMMAND");
        spec.version(version.split("\n"));
        spec.addOption(help());
        spec.addOption(OptionSpec.builder("-v", "--version")
                .versionHelp(true)
                .description("Print the version.")
                .build());
        spec.addOption(flag("Print a stack trace with an error.", "--debug"));
        spec.addOption(text("DIR", "Keep the state of containers in this folder.", "--root"));
        spec.addOption(text("FILE", "Write errors to this file, too.", "--log"));
        spec.addOption(text("FORMAT", "Format of the log: text or json.", "--log-format"));
        spec.addOption(flag("Ask systemd for the control groups of new containers.", "--systemd-cgroup"));
        spec.addOption(OptionSpec.builder("--rootless")
                .type(String.class)
                .arity("1")
                .hidden(true)
                .build());
        var commandLine = new CommandLine(spec);
        for (Verb verb : declared) {
            commandLine.addSubcommand(verb.name(), declared(verb));
        }
        // an argument that begins with @ is one, not the name of a file of arguments; of an option given twice the last
        // value holds, as for runc
        return commandLine.setExpandAtFiles(false).setOverwrittenOptionsAllowed(true);
    }

    static CommandLine declared(Verb verb) {
        CommandSpec spec = CommandSpec.create().name(verb.name());
        spec.addOption(help());
        verb.declare(spec);
        return new CommandLine(spec);
    }

    private static OptionSpec help() {
        return OptionSpec.builder("-h", "--help")
                .usageHelp(true)
                .description("Show this help.")
                .build();
    }

    /** An option without a value. */
    public static OptionSpec flag(String description, String name, String... more) {
        return OptionSpec.builder(name, more)
                .type(boolean.class)
                .arity("0")
                .description(description)
                .build();
    }

    /** An option with one value. */
    public static OptionSpec text(String label, String description, String name, String... more) {
        return OptionSpec.builder(name, more)
                .type(String.class)
                .arity("1")
                .paramLabel(label)
                .description(description)
                .build();
    }

    /** An option with one value that may be given several times. */
    public static OptionSpec texts(String label, String description, String name, String... more) {
        return OptionSpec.builder(name, more)
                .type(List.class)
                .auxiliaryTypes(String.class)
                .arity("1")
                .paramLabel(label)
                .description(description)
                .build();
    }

    /** One argument that is no option. */
    public static PositionalParamSpec parameter(int index, String label, String description) {
        return PositionalParamSpec.builder()
                .index(Integer.toString(index))
                .type(String.class)
                .arity("1")
                .required(true)
                .paramLabel(label)
                .description(description)
                .build();
    }

    /** One argument that is no option, and may be left out. */
    public static PositionalParamSpec optionalParameter(int index, String label, String description) {
        return PositionalParamSpec.builder()
                .index(Integer.toString(index))
                .type(String.class)
                .arity("0..1")
                .paramLabel(label)
                .description(description)
                .build();
    }

    /** All arguments from {@code index} on that are no options. */
    public static PositionalParamSpec rest(int index, String label, String description) {
        return PositionalParamSpec.builder()
                .index(index + "..*")
                .type(List.class)
                .auxiliaryTypes(String.class)
                .arity("0..*")
                .paramLabel(label)
                .description(description)
                .build();
    }
}
