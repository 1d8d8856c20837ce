package dev.gatun.container.cli;

import dev.gatun.container.Folders;
import dev.gatun.container.StateFolder;
import dev.gatun.json.JsonWriter;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine;
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
    private final String name;
    private final String description;
    private final String version;
    private final List<Verb> verbs;
    private final int usageStatus;

    /**
     * A command.
     *
     * @param usageStatus the exit status after arguments that make no sense
     */
    public Command(String name, String description, String version, List<Verb> verbs, int usageStatus) {
        this.name = name;
        this.description = description;
        this.version = version;
        this.verbs = verbs;
        this.usageStatus = usageStatus;
    }

    /** Runs the command and returns its exit status. */
    public int run(String[] args, Map<String, String> environment, PrintStream out, PrintStream err) {
        Optional<Verb> verb = findVerb(args);
        CommandLine commandLine = commandLine(verb.map(List::of).orElse(verbs));
        ParseResult parsed;
        try {
            parsed = commandLine.parseArgs(args);
        } catch (ParameterException wrong) {
            err.println(name + ": " + oneLine(wrong) + "; see \""
                    + wrong.getCommandLine().getCommandSpec().qualifiedName() + " --help\"");
            return usageStatus;
        }
        if (helpRequested(parsed, out) || verb.isEmpty()) {
            return verb.isEmpty() && !parsed.isUsageHelpRequested() && !parsed.isVersionHelpRequested()
                    ? usage(err)
                    : 0;
        }
        return run(verb.get(), parsed, environment, out, err);
    }

    private int usage(PrintStream err) {
        commandLine(verbs).usage(err);
        return usageStatus;
    }

    private int run(Verb verb, ParseResult parsed, Map<String, String> environment, PrintStream out, PrintStream err) {
        Folders folders = Folders.of(environment);
        String root = parsed.matchedOptionValue("--root", "");
        var state = new StateFolder(
                root.isEmpty() ? folders.containers() : Path.of(root).toAbsolutePath());
        var session = new Session(folders, state, out);
        if (verb.needsKernel()) {
            session.prepareKernel();
        }
        try {
            int status = verb.run(parsed.subcommand(), session);
            out.flush();
            return status;
        } catch (RuntimeException failed) {
            out.flush();
            report(failed, parsed, err);
            return verb.failureStatus(failed);
        }
    }

    /** One line for people, one for the log that an engine reads, and the stack only for who asks for it. */
    private void report(RuntimeException failed, ParseResult parsed, PrintStream err) {
        String message = oneLine(failed);
        String log = parsed.matchedOptionValue("--log", "");
        if (!log.isEmpty() && !log.equals("/dev/stderr")) {
            log(Path.of(log), parsed.matchedOptionValue("--log-format", "text"), message, err);
        }
        err.println(name + ": " + message);
        if (parsed.hasMatchedOption("--debug")) {
            failed.printStackTrace(err);
        }
    }

    private void log(Path file, String format, String message, PrintStream err) {
        String line = format.equals("json") ? json(message) : "level=error msg=" + message;
        try {
            Files.writeString(
                    file, line + "\n", StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
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
        for (int i = 0; i < args.length; i++) {
            if (args[i].equals("--root")
                    || args[i].equals("--log")
                    || args[i].equals("--log-format")
                    || args[i].equals("--criu")
                    || args[i].equals("--rootless")) {
                i++;
            } else if (!args[i].startsWith("-")) {
                for (Verb verb : verbs) {
                    if (verb.name().equals(args[i])) {
                        return Optional.of(verb);
                    }
                }
                return Optional.empty();
            }
        }
        return Optional.empty();
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
        spec.addOption(hidden("--systemd-cgroup"));
        spec.addOption(OptionSpec.builder("--rootless")
                .type(String.class)
                .arity("1")
                .hidden(true)
                .build());
        var commandLine = new CommandLine(spec);
        for (Verb verb : declared) {
            CommandSpec sub = CommandSpec.create().name(verb.name());
            sub.addOption(help());
            verb.declare(sub);
            commandLine.addSubcommand(verb.name(), new CommandLine(sub));
        }
        return commandLine;
    }

    private static OptionSpec help() {
        return OptionSpec.builder("-h", "--help")
                .usageHelp(true)
                .description("Show this help.")
                .build();
    }

    private static OptionSpec hidden(String name) {
        return OptionSpec.builder(name)
                .type(boolean.class)
                .arity("0")
                .hidden(true)
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
