package dev.gatun.container.cli;

import static dev.gatun.container.cli.Command.flag;
import static dev.gatun.container.cli.Command.text;

import dev.gatun.container.ContainerException;
import dev.gatun.container.ContainerStatus;
import dev.gatun.json.JsonWriter;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

final class ListVerb implements Verb {
    private static final List<String> TITLES = List.of("ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER");
    private static final int MIN_WIDTH = 12;

    @Override
    public String name() {
        return "list";
    }

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage().description("List the containers.");
        spec.addOption(text("FORMAT", "table or json.", "-f", "--format"));
        spec.addOption(flag("Print the names only.", "-q", "--quiet"));
    }

    @Override
    public int run(ParseResult args, Session session) {
        List<ContainerStatus> containers = session.state().list();
        String format = args.matchedOptionValue("--format", "table");
        if (args.hasMatchedOption("--quiet")) {
            for (ContainerStatus container : containers) {
                session.out().println(container.record().id());
            }
        } else if (format.equals("json")) {
            session.out().println(json(containers));
        } else if (format.equals("table")) {
            table(containers, session.out());
        } else {
            throw new ContainerException("--format: \"" + format + "\" is not one of table, json");
        }
        return 0;
    }

    private static String json(List<ContainerStatus> containers) {
        JsonWriter out = JsonWriter.compact().beginArray();
        for (ContainerStatus container : containers) {
            container.writeTo(out);
        }
        return out.endArray().toString();
    }

    private static void table(List<ContainerStatus> containers, PrintStream out) {
        var rows = new ArrayList<List<String>>();
        rows.add(TITLES);
        for (ContainerStatus container : containers) {
            rows.add(List.of(
                    container.record().id().value(),
                    Integer.toString(container.pid()),
                    container.status().text(),
                    container.record().bundle(),
                    container.record().created(),
                    "root"));
        }
        for (List<String> row : rows) {
            var line = new StringBuilder();
            for (int column = 0; column < row.size(); column++) {
                line.append(row.get(column));
                if (column < row.size() - 1) {
                    line.repeat(' ', width(rows, column) - row.get(column).length());
                }
            }
            out.println(line);
        }
    }

    private static int width(List<List<String>> rows, int column) {
        int width = MIN_WIDTH;
        for (List<String> row : rows) {
            width = Math.max(width, row.get(column).length() + 2);
        }
        return width;
    }

    @Override
    public boolean needsKernel() {
        return false;
    }
}
