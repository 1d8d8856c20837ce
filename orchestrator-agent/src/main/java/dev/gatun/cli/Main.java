package dev.gatun.cli;

import dev.gatun.cli.image.ImageVerbs;
import dev.gatun.container.ProgramFile;
import dev.gatun.container.VerbPrograms;
import dev.gatun.container.cli.Command;
import dev.gatun.container.cli.GatunOci;
import dev.gatun.container.cli.Verb;
import dev.gatun.container.cli.Version;
import dev.gatun.linux.Arch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Both commands: the first argument says which.
 */
public final class Main {
    /** As podman and Docker: what the container itself could hardly have ended with. */
    private static final int USAGE_STATUS = 125;

    private Main() {}

    /** The command {@code gatun}. */
    static Command gatun() {
        return new Command(
                "gatun",
                "Run containers on Linux, and see how it is done.",
                "gatun version " + Version.TEXT,
                verbs(),
                USAGE_STATUS);
    }

    private static List<Verb> verbs() {
        var verbs = new ArrayList<Verb>(
                List.of(new RunVerb(), new ExplainVerb(), new CompileVerb(), new StatsVerb(), new InfoVerb()));
        verbs.addAll(ImageVerbs.all());
        return verbs;
    }

    public static void main(String[] args) {
        if (args.length == 0) {
            System.err.println("Main: the first argument is gatun or gatun-oci");
            System.exit(USAGE_STATUS);
        }
        String[] rest = Arrays.copyOfRange(args, 1, args.length);
        switch (args[0]) {
            case "gatun" -> end(gatun().run(rest));
            case "gatun-oci" -> end(GatunOci.command().run(rest));
            case "--keep-verbs" -> keepVerbs(Path.of(args[1]));
            case "--aot-train" -> System.exit(Training.run(args[1], Path.of(args[2])));
            default -> {
                System.err.println("Main: \"" + args[0] + "\" is neither gatun nor gatun-oci");
                System.exit(USAGE_STATUS);
            }
        }
    }

    /** Writes the verbs that are programs to a folder, for the launcher of gatun-oci. */
    private static void keepVerbs(Path folder) {
        ProgramFile.write(VerbPrograms.start(), Arch.current(), folder.resolve("start"));
        ProgramFile.write(VerbPrograms.delete(), Arch.current(), folder.resolve("delete"));
    }

    /** Ends at once: there are no shutdown hooks, and System.exit would set up a logger to tell it of the end. */
    private static void end(int status) {
        Runtime.getRuntime().halt(status);
    }
}
