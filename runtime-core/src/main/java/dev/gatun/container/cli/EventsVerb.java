package dev.gatun.container.cli;

import static dev.gatun.container.cli.Command.flag;
import static dev.gatun.container.cli.Command.parameter;
import static dev.gatun.container.cli.Command.text;

import dev.gatun.container.ContainerException;
import dev.gatun.container.ContainerId;
import dev.gatun.container.GroupControl;
import dev.gatun.container.Quantities;
import dev.gatun.json.JsonWriter;
import dev.gatun.oci.State;
import java.io.PrintStream;
import java.time.Duration;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** Prints what happens to a container, a line of JSON each, as runc does: {@code {"type":"stats","id":...,"data":...}}. */
final class EventsVerb implements Verb {
    private static final Duration STEP = Duration.ofMillis(100);

    @Override
    public String name() {
        return "events";
    }

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage()
                .description(
                        "Print what a container uses, and that it ran out of memory, until it ends: JSON by lines.");
        spec.addOption(text("TIME", "How often to print what is used: 5s if not given.", "--interval"));
        spec.addOption(flag("Print what is used once, and end.", "--stats"));
        spec.addPositional(parameter(0, "ID", "The container."));
    }

    @Override
    public int run(ParseResult args, Session session) {
        ContainerId id = CreateArguments.id(args);
        GroupControl groups = session.groups();
        Duration interval = Quantities.time("--interval", args.matchedOptionValue("--interval", "5s"));
        if (interval.isZero() || interval.isNegative()) {
            throw new ContainerException("--interval: it must be greater than 0");
        }
        if (args.hasMatchedOption("--stats")) {
            stats(session.out(), id, groups);
            return 0;
        }
        // a platform thread: it waits in the kernel, and ends with the container
        Thread watch = Thread.ofPlatform().daemon().start(() -> groups.watchOom(id, kills -> oom(session.out(), id)));
        while (isThere(session, id)) {
            stats(session.out(), id, groups);
            pause(session, id, interval);
        }
        join(watch);
        return 0;
    }

    private static boolean isThere(Session session, ContainerId id) {
        return session.state()
                .find(id)
                .map(status -> status.status() != State.Status.STOPPED)
                .orElse(false);
    }

    private static void stats(PrintStream out, ContainerId id, GroupControl groups) {
        print(
                out,
                JsonWriter.compact()
                        .beginObject()
                        .field("type", "stats")
                        .field("id", id.value())
                        .field("data", groups.stats(id))
                        .endObject());
    }

    private static void oom(PrintStream out, ContainerId id) {
        print(
                out,
                JsonWriter.compact()
                        .beginObject()
                        .field("type", "oom")
                        .field("id", id.value())
                        .endObject());
    }

    private static void print(PrintStream out, JsonWriter line) {
        synchronized (out) {
            out.println(line);
            out.flush();
        }
    }

    /** Waits for the next time, or the container's end. */
    private static void pause(Session session, ContainerId id, Duration interval) {
        long end = System.nanoTime() + interval.toNanos();
        while (System.nanoTime() < end && isThere(session, id)) {
            try {
                Thread.sleep(STEP.compareTo(interval) < 0 ? STEP : interval);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private static void join(Thread watch) {
        try {
            watch.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
