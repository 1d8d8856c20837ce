package dev.gatun.cli;

import static dev.gatun.container.cli.Command.flag;
import static dev.gatun.container.cli.Command.rest;

import dev.gatun.cgroup.Stats;
import dev.gatun.container.ContainerException;
import dev.gatun.container.ContainerId;
import dev.gatun.container.ContainerStatus;
import dev.gatun.container.cli.Session;
import dev.gatun.container.cli.Verb;
import dev.gatun.json.JsonWriter;
import dev.gatun.oci.State;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** Shows what containers use, again every second. */
final class StatsVerb implements Verb {
    private static final int PAUSE_MILLIS = 1000;
    private static final int FIRST_PAUSE_MILLIS = 200;
    private static final String CLEAR = "\033[H\033[2J";
    private static final String UNITS = "BKMGTP";
    private static final double STEP = 1024;

    private final Map<ContainerId, Sample> before = new HashMap<>();

    /** What one container uses; {@code processors} is how many of them it has kept busy. */
    private record Row(ContainerId id, Stats stats, double processors) {}

    /** Processor time, and when it was read; both in nanoseconds. */
    private record Sample(long used, long at) {}

    @Override
    public String name() {
        return "stats";
    }

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage()
                .description(
                        "Show what running containers use: processor time, memory, tasks and devices, and what part of"
                                + " the last ten seconds some of their tasks waited for a processor, memory or a device.");
        spec.addOption(flag("Show it once, and end.", "--no-stream"));
        spec.addOption(flag("Print JSON, a line each time.", "--json"));
        spec.addPositional(rest(0, "ID", "The containers; all that run if none is given."));
    }

    @Override
    public int run(ParseResult args, Session session) {
        var named = new ArrayList<ContainerId>();
        for (String name : args.matchedPositionalValue(0, List.<String>of())) {
            named.add(new ContainerId(name));
            // from now on one that does not run has ended, which is no error
            session.groups().stats(named.getLast());
        }
        boolean once = args.hasMatchedOption("--no-stream");
        boolean json = args.hasMatchedOption("--json");
        rows(named, session);
        pause(FIRST_PAUSE_MILLIS);
        List<Row> rows = rows(named, session);
        while (!rows.isEmpty() || named.isEmpty()) {
            session.out().print(json ? json(rows) + "\n" : (once ? "" : CLEAR) + table(rows));
            session.out().flush();
            if (once || session.out().checkError()) {
                break;
            }
            pause(PAUSE_MILLIS);
            rows = rows(named, session);
        }
        return 0;
    }

    private List<Row> rows(List<ContainerId> named, Session session) {
        var rows = new ArrayList<Row>();
        for (ContainerStatus container : running(named, session)) {
            ContainerId id = container.record().id();
            Stats stats = session.groups().stats(container);
            var now = new Sample(stats.cpu().total(), System.nanoTime());
            Sample last = before.put(id, now);
            // another one that has the name now has used less
            long used = last == null ? 0 : Math.max(now.used() - last.used(), 0);
            rows.add(new Row(id, stats, last == null ? 0 : (double) used / (now.at() - last.at())));
        }
        return rows;
    }

    /** Those of a list that run, or all that do. */
    private static List<ContainerStatus> running(List<ContainerId> named, Session session) {
        var found = new ArrayList<ContainerStatus>();
        if (named.isEmpty()) {
            found.addAll(session.state().list());
        }
        for (ContainerId id : named) {
            session.state().find(id).ifPresent(found::add);
        }
        found.removeIf(container -> container.status() == State.Status.STOPPED);
        return found;
    }

    private static void pause(int millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ContainerException("interrupted", e);
        }
    }

    private static String table(List<Row> rows) {
        var out = new StringBuilder(
                line("ID", "CPU %", "MEMORY", "WORKING", "LIMIT", "TASKS", "READ", "WRITTEN", "STALLED %"));
        for (Row row : rows) {
            Stats stats = row.stats();
            long limit = stats.memory().usage().limit();
            out.append(line(
                    row.id().value(),
                    percent(row.processors() * 100),
                    bytes(stats.memory().usage().usage()),
                    bytes(stats.memory().workingSet()),
                    limit < 0 ? "-" : bytes(limit),
                    Long.toString(stats.pids().current()),
                    bytes(io(stats, "Read")),
                    bytes(io(stats, "Write")),
                    stalls(stats.pressures())));
        }
        return out.toString();
    }

    private static String line(Object... columns) {
        return String.format(Locale.ROOT, "%-16s %7s %10s %10s %10s %6s %10s %10s %16s%n", columns);
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f", share);
    }

    /** For want of a processor, of memory and of a device. */
    private static String stalls(Stats.Pressures pressures) {
        return stall(pressures.cpu()) + "/" + stall(pressures.memory()) + "/" + stall(pressures.io());
    }

    private static String stall(Optional<Stats.Pressure> pressure) {
        return pressure.isPresent() ? percent(pressure.get().some().avg10()) : "-";
    }

    private static long io(Stats stats, String operation) {
        long sum = 0;
        for (Stats.Io io : stats.io()) {
            sum += io.operation().equals(operation) ? io.bytes() : 0;
        }
        return sum;
    }

    private static String bytes(long count) {
        double value = count;
        int unit = 0;
        while (value >= STEP && unit < UNITS.length() - 1) {
            value /= STEP;
            unit++;
        }
        return String.format(Locale.ROOT, unit == 0 ? "%.0f%c" : "%.1f%c", value, UNITS.charAt(unit));
    }

    private static String json(List<Row> rows) {
        JsonWriter out = JsonWriter.compact().beginArray();
        for (Row row : rows) {
            out.beginObject().field("id", row.id().value()).field("processors", row.processors());
            out.field("workingSet", row.stats().memory().workingSet());
            out.field("stats", row.stats()).endObject();
        }
        return out.endArray().toString();
    }
}
