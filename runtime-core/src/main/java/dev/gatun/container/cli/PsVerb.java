package dev.gatun.container.cli;

import static dev.gatun.container.cli.Command.parameter;
import static dev.gatun.container.cli.Command.rest;
import static dev.gatun.container.cli.Command.text;

import dev.gatun.container.ContainerException;
import dev.gatun.json.JsonWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

final class PsVerb implements Verb {
    private static final List<String> USUAL_OPTIONS = List.of("-ef");

    @Override
    public String name() {
        return "ps";
    }

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage().description("List the processes of a container, as the host's ps shows them.");
        // what follows the container belongs to ps
        spec.parser().stopAtPositional(true);
        spec.addOption(text("FORMAT", "table, or json for the process ids alone.", "-f", "--format"));
        spec.addPositional(parameter(0, "ID", "The container."));
        spec.addPositional(rest(1, "OPTION", "Options of ps; -ef if there are none."));
    }

    @Override
    public int run(ParseResult args, Session session) {
        List<Integer> processes = session.groups().processes(CreateArguments.id(args));
        String format = args.matchedOptionValue("--format", "table");
        if (format.equals("json")) {
            JsonWriter out = JsonWriter.compact().beginArray();
            processes.forEach(out::value);
            session.out().println(out.endArray());
        } else if (format.equals("table")) {
            List<String> options = args.matchedPositionalValue(1, List.of());
            lines(options.isEmpty() ? USUAL_OPTIONS : options, processes).forEach(session.out()::println);
        } else {
            throw new ContainerException("--format: \"" + format + "\" is not one of table, json");
        }
        return 0;
    }

    /** The title of what ps prints, and the lines about these processes. */
    private static List<String> lines(List<String> options, List<Integer> processes) {
        List<String> printed = ps(options);
        int column = printed.isEmpty() ? -1 : words(printed.getFirst()).indexOf("PID");
        if (column < 0) {
            throw new ContainerException(
                    "ps " + String.join(" ", options) + ": there is no column PID in what it prints");
        }
        var lines = new ArrayList<String>();
        for (String line : printed) {
            List<String> words = words(line);
            if (lines.isEmpty() || (words.size() > column && isOneOf(words.get(column), processes))) {
                lines.add(line);
            }
        }
        return lines;
    }

    private static boolean isOneOf(String word, List<Integer> processes) {
        for (int process : processes) {
            if (word.equals(Integer.toString(process))) {
                return true;
            }
        }
        return false;
    }

    private static List<String> ps(List<String> options) {
        var command = new ArrayList<String>();
        command.add("ps");
        command.addAll(options);
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new ContainerException("ps " + String.join(" ", options) + ": " + text.strip());
            }
            return text.lines().toList();
        } catch (IOException e) {
            throw new ContainerException(
                    "the table of ps is made by the host's program ps, which is in no folder of $PATH: install it"
                            + " (procps), or use --format json",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ContainerException("ps was interrupted", e);
        }
    }

    private static List<String> words(String line) {
        return List.of(line.strip().split("\\s+", -1));
    }
}
