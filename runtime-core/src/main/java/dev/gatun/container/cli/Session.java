package dev.gatun.container.cli;

import dev.gatun.container.Containers;
import dev.gatun.container.Folders;
import dev.gatun.container.GroupControl;
import dev.gatun.container.StateFolder;
import dev.gatun.container.Unshare;
import dev.gatun.linux.Kernel;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** What a verb works with: one run of a command. */
public final class Session {
    private final Folders folders;
    private final StateFolder state;
    private final Map<String, String> environment;
    private final KernelLink link;
    private final PrintStream out;
    private final PrintStream err;
    private final Consumer<String> warnings;
    private final boolean systemdGroups;
    private final List<String> options;
    private final List<String> words;

    Session(
            Folders folders,
            StateFolder state,
            Map<String, String> environment,
            KernelLink link,
            PrintStream out,
            PrintStream err,
            Consumer<String> warnings,
            boolean systemdGroups,
            List<String> options,
            List<String> words) {
        this.environment = environment;
        this.err = err;
        this.warnings = warnings;
        this.systemdGroups = systemdGroups;
        this.options = options;
        this.words = words;
        this.folders = folders;
        this.state = state;
        this.link = link;
        this.out = out;
    }

    /** The way to the kernel. */
    public Kernel kernel() {
        return link.kernel();
    }

    public StateFolder state() {
        return state;
    }

    public Containers containers() {
        String manager = environment.getOrDefault("NOTIFY_SOCKET", "");
        return new Containers(
                kernel(), state, folders.lib(), manager.isEmpty() ? Optional.empty() : Optional.of(manager), warnings);
    }

    /** The way to run this command, or another verb of it, where its user is root. */
    public Unshare unshare() {
        return new Unshare(kernel(), folders.lib(), options, words);
    }

    /** The variables that the command was called with. */
    public Map<String, String> environment() {
        return environment;
    }

    /** Whether systemd is to be asked for the control groups of new containers. */
    boolean systemdGroups() {
        return systemdGroups;
    }

    /** What is done with containers by their control groups. */
    public GroupControl groups() {
        return new GroupControl(kernel(), state);
    }

    public Folders folders() {
        return folders;
    }

    public PrintStream out() {
        return out;
    }

    /** For how things get on; what went wrong is thrown. */
    public PrintStream err() {
        return err;
    }
}
