package dev.gatun.cli;

import static dev.gatun.container.cli.Command.flag;

import dev.gatun.cgroup.Hierarchy;
import dev.gatun.cgroup.Layout;
import dev.gatun.container.cli.Session;
import dev.gatun.container.cli.Verb;
import dev.gatun.json.JsonWriter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** Tells what Gatun finds on this host. */
final class InfoVerb implements Verb {
    private static final List<String> CONTROLLERS = List.of(
            "memory",
            "cpu",
            "cpuacct",
            "cpuset",
            "pids",
            "blkio",
            "io",
            "devices",
            "freezer",
            "hugetlb",
            "rdma",
            "misc",
            "net_cls",
            "net_prio");

    @Override
    public String name() {
        return "info";
    }

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage().description("Print which control groups this host has, and where each controller is.");
        spec.addOption(flag("Print it as JSON.", "--json"));
    }

    @Override
    public int run(ParseResult args, Session session) {
        Layout layout = Layout.read();
        session.out().print(args.hasMatchedOption("--json") ? json(layout) + "\n" : text(layout));
        return 0;
    }

    private static String text(Layout layout) {
        var out = new StringBuilder("control groups: ").append(layout.kind()).append('\n');
        for (String controller : CONTROLLERS) {
            out.append(String.format(Locale.ROOT, "  %-10s %s%n", controller, place(layout, controller)));
        }
        return out.toString();
    }

    private static String place(Layout layout, String controller) {
        Optional<Hierarchy> found = layout.find(controller);
        if (found.isPresent()) {
            return "v" + found.get().version() + "  " + found.get().mountPoint();
        }
        return layout.unmounted().contains(controller) ? "v1  mounted nowhere" : "-";
    }

    private static String json(Layout layout) {
        JsonWriter out = JsonWriter.compact().beginObject().name("cgroups").beginObject();
        out.field("layout", layout.kind()).name("controllers").beginObject();
        for (String controller : CONTROLLERS) {
            Optional<Hierarchy> found = layout.find(controller);
            if (found.isPresent()) {
                out.name(controller)
                        .beginObject()
                        .field("version", found.get().version())
                        .field("mountPoint", found.get().mountPoint())
                        .endObject();
            } else if (layout.unmounted().contains(controller)) {
                out.name(controller).beginObject().field("version", 1).endObject();
            }
        }
        return out.endObject().endObject().endObject().toString();
    }

    @Override
    public boolean needsKernel() {
        return false;
    }
}
