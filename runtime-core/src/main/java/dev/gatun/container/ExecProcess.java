package dev.gatun.container;

import dev.gatun.oci.Capabilities;
import dev.gatun.oci.Process;
import dev.gatun.oci.User;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** A process that is added to a container: as the container's own, but for what is said otherwise. */
public final class ExecProcess {
    private final Process base;
    private final List<String> args;
    private final List<String> env;
    private boolean terminal;
    private Optional<Process.ConsoleSize> consoleSize = Optional.empty();
    private String cwd;
    private User user;
    private Optional<Capabilities> capabilities;
    private boolean noNewPrivileges;
    private Optional<String> selinuxLabel;
    private Optional<String> apparmorProfile;

    public ExecProcess(Process base, List<String> args) {
        this.base = base;
        this.args = args;
        this.env = new ArrayList<>(base.env());
        this.cwd = base.cwd();
        this.user = base.user();
        this.capabilities = base.capabilities();
        this.noNewPrivileges = base.noNewPrivileges();
        this.selinuxLabel = base.selinuxLabel();
        this.apparmorProfile = base.apparmorProfile();
    }

    public void terminal(boolean wanted) {
        terminal = wanted;
    }

    /** The size that its terminal has from the start. */
    public void consoleSize(Optional<Process.ConsoleSize> size) {
        consoleSize = size;
    }

    /** An empty folder's name leaves the container's. */
    public void cwd(String folder) {
        cwd = folder.isEmpty() ? cwd : folder;
    }

    /** Variables to add; one that is there already is replaced. */
    public void environment(List<String> variables) {
        for (String variable : variables) {
            String name = variable.substring(0, variable.indexOf('=') + 1);
            env.removeIf(present -> !name.isEmpty() && present.startsWith(name));
            env.add(variable);
        }
    }

    /** {@code UID} or {@code UID:GID} in numbers; empty leaves the container's. */
    public void user(String text) {
        if (text.isEmpty()) {
            return;
        }
        int colon = text.indexOf(':');
        long uid = id("--user", colon < 0 ? text : text.substring(0, colon));
        long gid = colon < 0 ? user.gid() : id("--user", text.substring(colon + 1));
        user = new User(uid, gid, user.umask(), user.additionalGids());
    }

    /** Groups to add, in numbers. */
    public void groups(List<String> texts) {
        var groups = new ArrayList<Long>(user.additionalGids());
        for (String text : texts) {
            groups.add(id("--additional-gids", text));
        }
        user = new User(user.uid(), user.gid(), user.umask(), groups);
    }

    /** Capabilities to add, to all sets but the inheritable, and to the ambient only what is inheritable: as runc. */
    public void capabilities(List<String> added) {
        if (added.isEmpty()) {
            return;
        }
        Capabilities sets =
                capabilities.orElse(new Capabilities(List.of(), List.of(), List.of(), List.of(), List.of()));
        capabilities = Optional.of(new Capabilities(
                with(sets.bounding(), added),
                with(sets.effective(), added),
                sets.inheritable(),
                with(sets.permitted(), added),
                sets.ambient()));
    }

    /** Only ever switches it on. */
    public void noNewPrivileges(boolean wanted) {
        noNewPrivileges |= wanted;
    }

    /** An empty label leaves the container's. */
    public void selinuxLabel(String label) {
        selinuxLabel = label.isEmpty() ? selinuxLabel : Optional.of(label);
    }

    /** An empty profile leaves the container's. */
    public void apparmorProfile(String profile) {
        apparmorProfile = profile.isEmpty() ? apparmorProfile : Optional.of(profile);
    }

    public Process build() {
        return new Process(
                terminal,
                consoleSize,
                user,
                args,
                env,
                cwd,
                capabilities,
                base.rlimits(),
                noNewPrivileges,
                apparmorProfile,
                OptionalInt.empty(),
                base.scheduler(),
                selinuxLabel,
                base.ioPriority(),
                base.execCpuAffinity());
    }

    private static List<String> with(List<String> set, List<String> added) {
        var all = new ArrayList<String>(set);
        all.addAll(added);
        return all;
    }

    private static long id(String option, String text) {
        long value = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            value = c < '0' || c > '9' ? Long.MAX_VALUE / 16 : value * 10 + (c - '0');
            if (value >= 0xffff_ffffL) {
                throw new ContainerException(option + ": \"" + text + "\" is not an id, a number below 4294967295");
            }
        }
        if (text.isEmpty()) {
            throw new ContainerException(option + ": an id is missing");
        }
        return value;
    }
}
