package dev.gatun.container;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Where Gatun keeps things.
 *
 * @param run what is gone when the machine restarts: the state of containers
 * @param lib what stays
 */
public record Folders(Path run, Path lib) {
    /**
     * The usual places of a user (XDG Base Directory Specification, where that is not root), or two folders in
     * {@code GATUN_ROOT} if that variable is set.
     */
    public static Folders of(Map<String, String> environment, Privileges user) {
        String root = environment.getOrDefault("GATUN_ROOT", "");
        if (!root.isEmpty()) {
            return new Folders(
                    Path.of(root, "run").toAbsolutePath(), Path.of(root, "lib").toAbsolutePath());
        }
        int uid = Unshare.user(environment).orElse(user.uid());
        return uid == 0
                ? new Folders(Path.of("/run/gatun"), Path.of("/var/lib/gatun"))
                : ofUser(environment, Integer.toUnsignedString(uid));
    }

    private static Folders ofUser(Map<String, String> environment, String uid) {
        // where it is not set, what it is where there is a systemd-logind
        Path run = folder(environment, "XDG_RUNTIME_DIR")
                .orElse(Path.of("/run/user", uid))
                .resolve("gatun");
        Optional<Path> home = folder(environment, "HOME");
        Optional<Path> data = folder(environment, "XDG_DATA_HOME");
        if (data.isEmpty() && home.isPresent()) {
            data = Optional.of(home.get().resolve(".local/share"));
        }
        return new Folders(run, data.isPresent() ? data.get().resolve("gatun") : run.resolve("lib"));
    }

    /** The folder that a variable names; a relative one is to be taken for none. */
    private static Optional<Path> folder(Map<String, String> environment, String variable) {
        String value = environment.getOrDefault(variable, "");
        return value.startsWith("/") ? Optional.of(Path.of(value)) : Optional.empty();
    }

    /** The folder of the containers' state. */
    public Path containers() {
        return run.resolve("containers");
    }

    /** The folder of the bundles that Gatun makes itself. */
    public Path bundles() {
        return lib.resolve("bundles");
    }
}
