package dev.gatun.cli;

import static dev.gatun.container.cli.Command.text;
import static dev.gatun.container.cli.Command.texts;

import dev.gatun.container.ContainerException;
import dev.gatun.container.IdMaps;
import dev.gatun.container.Privileges;
import dev.gatun.container.Quantities;
import dev.gatun.container.cli.Session;
import dev.gatun.engine.IdRanges;
import dev.gatun.oci.IdMapping;
import dev.gatun.oci.InvalidSpecException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** The user namespace of a container, said in arguments as podman has them. */
final class UserNamespaceArguments {
    private static final Path ETC = Path.of("/etc");
    private static final String AUTO = "auto";
    private static final String HOST = "host";
    private static final String SIZE = AUTO + ":size=";
    private static final long USUAL_SIZE = 65_536;
    private static final int NUMBERS = 3;

    private UserNamespaceArguments() {}

    static void declare(CommandSpec spec) {
        spec.addOption(text(
                "MODE",
                "Its user namespace: host for none, which is usual; auto, or auto:size=N, for one with ids of its own,"
                        + " granted to the user containers by /etc/subuid and /etc/subgid.",
                "--userns"));
        spec.addOption(texts(
                "CONTAINER:HOST[:SIZE]", "Give it a user namespace in which users are called otherwise.", "--uidmap"));
        spec.addOption(texts(
                "CONTAINER:HOST[:SIZE]", "The same for groups; if only one is given, it is for both.", "--gidmap"));
    }

    /** The ids of the namespace that is asked for; nobody else gets those of {@code auto} until it is closed. */
    static IdRanges.Taken take(ParseResult args, Session session) {
        String mode = args.matchedOptionValue("--userns", "");
        List<IdMapping> uids = mappings(args, "--uidmap");
        List<IdMapping> gids = mappings(args, "--gidmap");
        boolean mapped = !uids.isEmpty() || !gids.isEmpty();
        if (!mode.isEmpty() && mapped) {
            throw new ContainerException("--userns=" + mode + " does not go with --uidmap and --gidmap");
        }
        if ((!mode.isEmpty() || mapped) && Privileges.ofThisProcess().isRootless()) {
            throw new ContainerException("--userns, --uidmap, --gidmap: need root: the container of another user has a"
                    + " user namespace with that user's own ids");
        }
        if (mode.isEmpty() || mode.equals(HOST)) {
            return new IdRanges.Taken(
                    mapped ? new IdMaps(uids.isEmpty() ? gids : uids, gids.isEmpty() ? uids : gids) : IdMaps.NONE,
                    Optional.empty());
        }
        return new IdRanges(session.kernel(), session.state(), ETC).take(size(mode));
    }

    private static long size(String mode) {
        if (mode.equals(AUTO)) {
            return USUAL_SIZE;
        }
        if (!mode.startsWith(SIZE)) {
            throw new ContainerException("--userns: \"" + mode + "\" is not one of host, auto, auto:size=N");
        }
        return Quantities.number("--userns=" + SIZE, mode.substring(SIZE.length()));
    }

    private static List<IdMapping> mappings(ParseResult args, String option) {
        var mappings = new ArrayList<IdMapping>();
        for (String text : args.matchedOptionValue(option, List.<String>of())) {
            mappings.add(mapping(option, text));
        }
        return mappings;
    }

    private static IdMapping mapping(String option, String text) {
        String[] numbers = text.split(":", -1);
        if (numbers.length != NUMBERS && numbers.length != NUMBERS - 1) {
            throw new ContainerException(option + ": \"" + text + "\" is not of the form CONTAINER:HOST:SIZE");
        }
        try {
            return new IdMapping(
                    Quantities.number(option, numbers[0]),
                    Quantities.number(option, numbers[1]),
                    numbers.length == NUMBERS ? Quantities.number(option, numbers[2]) : 1);
        } catch (InvalidSpecException wrong) {
            throw new ContainerException(option + ": \"" + text + "\": " + wrong.getMessage(), wrong);
        }
    }
}
