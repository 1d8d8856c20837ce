package dev.gatun.cli;

import static dev.gatun.container.cli.Command.flag;
import static dev.gatun.container.cli.Command.parameter;
import static dev.gatun.container.cli.Command.rest;
import static dev.gatun.container.cli.Command.text;
import static dev.gatun.container.cli.Command.texts;

import dev.gatun.container.Bundle;
import dev.gatun.container.ContainerException;
import dev.gatun.container.ContainerId;
import dev.gatun.container.CreateOptions;
import dev.gatun.container.IdMaps;
import dev.gatun.container.MappedRoots;
import dev.gatun.container.Privileges;
import dev.gatun.container.RootSource;
import dev.gatun.container.SpecTemplate;
import dev.gatun.container.StandardStreams;
import dev.gatun.container.SubordinateIds;
import dev.gatun.container.Users;
import dev.gatun.container.cli.Session;
import dev.gatun.engine.Defaults;
import dev.gatun.engine.IdRanges;
import dev.gatun.json.JsonException;
import dev.gatun.linux.Arch;
import dev.gatun.linux.Kernel;
import dev.gatun.oci.Mount;
import dev.gatun.oci.Process;
import dev.gatun.oci.RuntimeSpec;
import dev.gatun.program.TerminalSettings;
import dev.gatun.seccomp.ProfileTemplate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** What {@code run}, {@code explain} and {@code compile} have in common: a container said in arguments. */
final class RunArguments {
    private static final String HOST = "host";
    private static final int ID_BYTES = 6;
    private static final String SECCOMP = "seccomp=";

    private final ParseResult args;

    RunArguments(ParseResult args) {
        this.args = args;
    }

    static void declare(CommandSpec spec) {
        // what follows the root belongs to the command
        spec.parser().stopAtPositional(true);
        spec.addOption(text("NAME", "The name of the machine that it sees.", "--hostname"));
        spec.addOption(texts("NAME=VALUE", "Set a variable; NAME alone takes yours.", "-e", "--env"));
        spec.addOption(texts("SRC:DST[:ro]", "Show it a file or folder of yours.", "-v", "--volume"));
        spec.addOption(text("DIR", "Its working folder.", "-w", "--workdir"));
        spec.addOption(text("USER[:GROUP]", "Run it as this user, by name or number.", "-u", "--user"));
        UserNamespaceArguments.declare(spec);
        LimitArguments.declare(spec);
        spec.addOption(texts(
                "seccomp=FILE",
                "Allow it the system calls of this profile, rather than the usual ones; seccomp=unconfined allows all.",
                "--security-opt"));
        spec.addOption(flag("Connect your input to it.", "-i", "--interactive"));
        spec.addOption(flag("Give it a terminal.", "-t", "--tty"));
        spec.addOption(text("WORD", "What the image's command is an argument of; empty for nothing.", "--entrypoint"));
        spec.addOption(text("WHEN", "When its image is pulled: missing, always or never.", "--pull"));
        spec.addPositional(parameter(
                0,
                "ROOT",
                "Its root file system: the name or id of an image; a folder, written with a leading / or ./; or \"host\","
                        + " this machine's own under a layer in memory, so that nothing it does is kept."));
        spec.addPositional(
                rest(1, "COMMAND", "What to run, with its arguments; if not given, what the image says, or a shell."));
    }

    /** A name for a container that was given none. */
    static ContainerId randomId() {
        var bytes = new byte[ID_BYTES];
        new SecureRandom().nextBytes(bytes);
        return new ContainerId(HexFormat.of().formatHex(bytes));
    }

    boolean terminal() {
        return args.hasMatchedOption("--tty");
    }

    CreateOptions options(boolean detach, ContainerId id) {
        return new CreateOptions(
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                0,
                detach,
                streams(detach),
                true,
                Optional.of(CreateOptions.keyringOf(id)),
                false);
    }

    private StandardStreams streams(boolean detach) {
        if (detach) {
            return StandardStreams.NONE;
        }
        return args.hasMatchedOption("--interactive") ? StandardStreams.CALLERS : StandardStreams.NO_INPUT;
    }

    /** The name of the image that its root is made of; empty if that is a folder. */
    Optional<String> image() {
        String root = args.matchedPositionalValue(0, "");
        boolean folder = root.equals(HOST) || root.startsWith("/") || root.startsWith(".");
        return folder ? Optional.empty() : Optional.of(root);
    }

    /** Uses the root that is no image. */
    <T> T onFolder(Session session, IdMaps ids, Function<RootSource, T> use) {
        RootSource root = root();
        if (ids.areNone()) {
            return use.apply(root);
        }
        if (root instanceof RootSource.ScratchCopy) {
            throw new ContainerException(
                    "--userns, --uidmap, --gidmap: \"host\" is shown with its own owners; give an image or a folder");
        }
        var roots = new MappedRoots(session.kernel(), session.folders().lib());
        try (RootSource.Mounted mapped = roots.folder(root.folder(), ids)) {
            return use.apply(mapped);
        }
    }

    private RootSource root() {
        String root = args.matchedPositionalValue(0, "");
        if (root.equals(HOST)) {
            return new RootSource.ScratchCopy(Path.of("/"));
        }
        Path folder = Path.of(root).toAbsolutePath().normalize();
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            boolean link = Files.isSymbolicLink(folder);
            throw new ContainerException(
                    folder + (link ? " is a symbolic link; name the folder itself" : ": no such folder"));
        }
        if (folder.getParent() == null) {
            throw new ContainerException(
                    "/ itself cannot be a container's root; \"host\" makes a copy of it that is safe");
        }
        return new RootSource.Folder(folder);
    }

    /** The container as a bundle that lies nowhere. */
    Bundle bundle(Kernel kernel, ContainerId id, RootSource root, Defaults defaults, IdMaps ids) {
        return new Bundle(Path.of("/"), spec(kernel, id, root, defaults, ids), root);
    }

    RuntimeSpec spec(Kernel kernel, ContainerId id, RootSource root, Defaults defaults, IdMaps ids) {
        var template = new SpecTemplate(command(defaults))
                .usual()
                .rootfs(root.folder().toString())
                .hostname(args.matchedOptionValue(
                        "--hostname", root instanceof RootSource.ScratchCopy ? "gatun" : id.value()))
                .cwd(args.matchedOptionValue("--workdir", defaults.workingFolder()))
                // no folder above it that would stay when the last container is gone
                .cgroupsPath("/gatun-" + id)
                .resources(LimitArguments.resources(args));
        Privileges user = Privileges.ofThisProcess();
        if (user.isRootless()) {
            template.userNamespace(SubordinateIds.uids(user), SubordinateIds.gids(user));
        } else {
            template.userNamespace(ids.uids(), ids.gids());
        }
        if (terminal()) {
            template.terminal(
                    TerminalSettings.size(kernel).map(size -> new Process.ConsoleSize(size.rows(), size.columns())));
        }
        for (String variable : defaults.environment()) {
            variable(template, variable);
        }
        for (String variable : args.matchedOptionValue("--env", List.<String>of())) {
            variable(template, variable);
        }
        volumes(template, defaults);
        for (Map.Entry<String, String> annotation : defaults.annotations().entrySet()) {
            template.annotation(annotation.getKey(), annotation.getValue());
        }
        for (Map.Entry<String, String> annotation : IdRanges.annotation(ids).entrySet()) {
            template.annotation(annotation.getKey(), annotation.getValue());
        }
        String processUser = args.matchedOptionValue("--user", defaults.user());
        if (!processUser.isEmpty()) {
            template.user(Users.of(kernel, root).find(processUser));
        }
        seccomp(template);
        return template.build();
    }

    /** What the user shows goes before a volume of the image at the same place. */
    private void volumes(SpecTemplate template, Defaults defaults) {
        var shown = new ArrayList<Mount>();
        for (String volume : args.matchedOptionValue("--volume", List.<String>of())) {
            shown.add(mount(volume));
        }
        for (Mount volume : defaults.volumes()) {
            boolean replaced = false;
            for (Mount other : shown) {
                replaced |= other.destination().equals(volume.destination());
            }
            if (!replaced) {
                template.mount(volume);
            }
        }
        shown.forEach(template::mount);
    }

    private void seccomp(SpecTemplate template) {
        String profile = "";
        for (String option : args.matchedOptionValue("--security-opt", List.<String>of())) {
            if (!option.startsWith(SECCOMP) || option.length() == SECCOMP.length()) {
                throw new ContainerException(
                        "--security-opt: \"" + option + "\" is not one of seccomp=FILE, seccomp=unconfined");
            }
            profile = option.substring(SECCOMP.length());
        }
        if (!profile.equals("unconfined")) {
            ProfileTemplate rules = profile.isEmpty() ? ProfileTemplate.standard() : read(Path.of(profile));
            template.seccomp(
                    rules.resolve(Arch.current(), template.capabilities(), System.getProperty("os.version", "")));
        }
    }

    private static ProfileTemplate read(Path file) {
        try {
            return ProfileTemplate.parse(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new ContainerException("--security-opt: read " + file + ": " + e, e);
        } catch (JsonException wrong) {
            throw new ContainerException("--security-opt: " + file + ": " + wrong.getMessage(), wrong);
        }
    }

    /** As Docker has it: an entrypoint of the user's makes the image's command void, too. */
    private List<String> command(Defaults defaults) {
        var command = new ArrayList<String>(args.matchedPositionalValue(1, List.of()));
        if (!command.isEmpty() && command.getFirst().equals("--")) {
            command.removeFirst();
        }
        var words = new ArrayList<String>();
        if (args.hasMatchedOption("--entrypoint")) {
            String entrypoint = args.matchedOptionValue("--entrypoint", "");
            if (!entrypoint.isEmpty()) {
                words.add(entrypoint);
            }
        } else {
            words.addAll(defaults.entrypoint());
            if (command.isEmpty()) {
                words.addAll(defaults.command());
            }
        }
        words.addAll(command);
        if (words.isEmpty()) {
            throw new ContainerException("the image says nothing that is to be run: give a command behind its name");
        }
        return words;
    }

    private static void variable(SpecTemplate template, String variable) {
        if (variable.contains("=")) {
            template.variable(variable);
            return;
        }
        String value = System.getenv(variable);
        if (value != null) {
            template.variable(variable + "=" + value);
        }
    }

    /** {@code SRC:DST[:ro]}, the mounts below SRC included. */
    private static Mount mount(String volume) {
        String[] parts = volume.split(":", -1);
        boolean readonly = parts.length == 3 && parts[2].equals("ro");
        if (parts.length < 2 || parts.length > 3 || (parts.length == 3 && !readonly && !parts[2].equals("rw"))) {
            throw new ContainerException("--volume: \"" + volume + "\" is not of the form SRC:DST or SRC:DST:ro");
        }
        if (!parts[0].startsWith("/") && !parts[0].startsWith(".")) {
            throw new ContainerException("--volume: \"" + parts[0]
                    + "\" would be a named volume, and this version has none: give a path with a leading / or ./");
        }
        if (!parts[1].startsWith("/")) {
            throw new ContainerException("--volume: \"" + parts[1] + "\" is not an absolute path");
        }
        var options = new ArrayList<>(List.of("rbind", "rprivate"));
        if (readonly) {
            options.addAll(List.of("ro", "rro"));
        }
        Path source = Path.of(parts[0]).toAbsolutePath().normalize();
        return new Mount(parts[1], Optional.of("bind"), Optional.of(source.toString()), options, List.of(), List.of());
    }
}
