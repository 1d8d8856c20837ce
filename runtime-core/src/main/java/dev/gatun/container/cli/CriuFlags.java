package dev.gatun.container.cli;

import static dev.gatun.container.cli.Command.flag;
import static dev.gatun.container.cli.Command.text;
import static dev.gatun.container.cli.Command.texts;

import dev.gatun.container.ContainerException;
import dev.gatun.container.CriuOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** The flags of {@code checkpoint} and {@code restore}: runc's, and what CRIU calls them. */
final class CriuFlags {
    private static final String[] BOTH = {
        "--tcp-established",
        "--tcp-close",
        "--ext-unix-sk",
        "--shell-job",
        "--file-locks",
        "--lazy-pages",
        "--auto-dedup"
    };
    private static final List<String> GROUP_MODES = List.of("soft", "full", "strict", "ignore");

    private CriuFlags() {}

    static void declare(CommandSpec spec) {
        spec.addOption(text("DIR", "The folder of CRIU's images; ./checkpoint if not given.", "--image-path"));
        spec.addOption(text("DIR", "The folder of CRIU's log.", "--work-path"));
        for (String name : BOTH) {
            spec.addOption(flag("As criu(8) has it.", name));
        }
        spec.addOption(
                text("MODE", "How control groups are kept: soft, full, strict, ignore.", "--manage-cgroups-mode"));
        spec.addOption(texts("NS", "Make this namespace without what was in it: network.", "--empty-ns"));
        spec.addPositional(Command.parameter(0, "ID", "The container."));
    }

    static void declareCheckpoint(CommandSpec spec) {
        spec.addOption(text("DIR", "An earlier checkpoint, relative to the folder of images.", "--parent-path"));
        spec.addOption(flag("Let the container go on.", "--leave-running"));
        spec.addOption(flag("Write memory alone, and let the container go on.", "--pre-dump"));
        spec.addOption(flag("Leave out connections that are being made.", "--tcp-skip-in-flight"));
        spec.addOption(flag("Keep files that have no name any more, too.", "--link-remap"));
        spec.addOption(text("ADDRESS:PORT", "Send the memory to this page server.", "--page-server"));
        spec.addOption(text("FD", "Where CRIU tells that lazy pages are ready.", "--status-fd"));
    }

    static void declareRestore(CommandSpec spec) {
        spec.addOption(text("TYPE:NAME", "A security profile to restore with.", "--lsm-profile"));
        spec.addOption(text("CONTEXT", "A context to mount with.", "--lsm-mount-context"));
    }

    static CriuOptions options(ParseResult args) {
        var flags = new ArrayList<String>();
        for (String name : BOTH) {
            pass(args, name, name, flags);
        }
        pass(args, "--tcp-skip-in-flight", "--skip-in-flight", flags);
        pass(args, "--link-remap", "--link-remap", flags);
        value(args, "--status-fd", flags);
        value(args, "--lsm-profile", flags);
        value(args, "--lsm-mount-context", flags);
        pageServer(args, flags);
        String mode = args.matchedOptionValue("--manage-cgroups-mode", "");
        if (!mode.isEmpty() && !GROUP_MODES.contains(mode)) {
            throw new ContainerException("--manage-cgroups-mode: \"" + mode + "\" is not one of " + GROUP_MODES);
        }
        flags.add(mode.isEmpty() ? "--manage-cgroups" : "--manage-cgroups=" + mode);
        for (String namespace : args.matchedOptionValue("--empty-ns", List.<String>of())) {
            if (!namespace.equals("network")) {
                throw new ContainerException("--empty-ns: namespace \"" + namespace + "\" is not supported");
            }
        }
        String parent = given(args, "--parent-path");
        String work = given(args, "--work-path");
        String images = given(args, "--image-path");
        return new CriuOptions(
                Path.of(images.isEmpty() ? "checkpoint" : images).toAbsolutePath(),
                work.isEmpty() ? Optional.empty() : Optional.of(Path.of(work).toAbsolutePath()),
                parent.isEmpty() ? Optional.empty() : Optional.of(parent),
                has(args, "--pre-dump"),
                has(args, "--leave-running"),
                flags);
    }

    private static void pageServer(ParseResult args, List<String> flags) {
        String server = given(args, "--page-server");
        if (server.isEmpty()) {
            return;
        }
        int colon = server.lastIndexOf(':');
        if (colon <= 0 || colon == server.length() - 1) {
            throw new ContainerException("--page-server: \"" + server + "\" is not of the form ADDRESS:PORT");
        }
        flags.addAll(List.of(
                "--page-server", "--address", server.substring(0, colon), "--port", server.substring(colon + 1)));
    }

    private static void pass(ParseResult args, String name, String criu, List<String> flags) {
        if (has(args, name)) {
            flags.add(criu);
        }
    }

    private static void value(ParseResult args, String name, List<String> flags) {
        String value = given(args, name);
        if (!value.isEmpty()) {
            flags.add(name);
            flags.add(value);
        }
    }

    /** Whether a flag is there; the other verb has not declared it. */
    private static boolean has(ParseResult args, String name) {
        return args.commandSpec().findOption(name) != null && args.hasMatchedOption(name);
    }

    private static String given(ParseResult args, String name) {
        return args.commandSpec().findOption(name) == null ? "" : args.matchedOptionValue(name, "");
    }
}
