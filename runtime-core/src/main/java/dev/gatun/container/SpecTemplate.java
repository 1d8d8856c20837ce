package dev.gatun.container;

import dev.gatun.json.JsonWriter;
import dev.gatun.oci.IdMapping;
import dev.gatun.oci.Mount;
import dev.gatun.oci.Process;
import dev.gatun.oci.Resources;
import dev.gatun.oci.RuntimeSpec;
import dev.gatun.oci.Seccomp;
import dev.gatun.oci.User;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** A configuration to begin with: what runc's own {@code spec} writes, and what differs from it. */
public final class SpecTemplate {
    /** What runc gives a container if nothing is said. */
    public static final List<String> FEW_CAPABILITIES = List.of("CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE");

    /** What Docker and podman give a container if nothing is said: enough for a root that behaves as one. */
    public static final List<String> USUAL_CAPABILITIES = List.of(
            "CAP_CHOWN",
            "CAP_DAC_OVERRIDE",
            "CAP_FOWNER",
            "CAP_FSETID",
            "CAP_KILL",
            "CAP_NET_BIND_SERVICE",
            "CAP_SETFCAP",
            "CAP_SETGID",
            "CAP_SETPCAP",
            "CAP_SETUID",
            "CAP_SYS_CHROOT");

    private static final String DEFAULT_PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    /** The group of terminals, as Debian and most others number it. */
    private static final int TTY = 5;

    private static final List<String> NAMESPACES = List.of("pid", "network", "ipc", "uts", "mount", "cgroup");
    private static final List<String> MASKED = List.of(
            "/proc/acpi",
            "/proc/asound",
            "/proc/kcore",
            "/proc/keys",
            "/proc/latency_stats",
            "/proc/timer_list",
            "/proc/timer_stats",
            "/proc/sched_debug",
            "/sys/firmware",
            "/proc/scsi");
    private static final List<String> READONLY =
            List.of("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger");

    private final List<String> args;
    private final List<String> env = new ArrayList<>(List.of(DEFAULT_PATH));
    private final List<Mount> mounts = new ArrayList<>();
    private List<String> capabilities = FEW_CAPABILITIES;
    private Optional<Process.ConsoleSize> consoleSize = Optional.empty();
    private boolean terminal;
    private boolean readonly = true;
    private boolean noNewPrivileges = true;
    private String rootfs = "rootfs";
    private String cwd = "/";
    private String hostname = "gatun";
    private Optional<String> cgroupsPath = Optional.empty();
    private Resources resources = Resources.NONE;
    private Optional<Seccomp> seccomp = Optional.empty();
    private boolean hostNetwork;
    private List<IdMapping> uids = List.of();
    private List<IdMapping> gids = List.of();
    private final Map<String, String> annotations = new LinkedHashMap<>();
    private User user = new User(0, 0, OptionalInt.empty(), List.of());

    public SpecTemplate(List<String> args) {
        this.args = List.copyOf(args);
    }

    public SpecTemplate terminal(Optional<Process.ConsoleSize> size) {
        terminal = true;
        consoleSize = size;
        env.add("TERM=xterm");
        return this;
    }

    /** A root as in Docker: it may write to its file system, change users and owners, and use setuid programs. */
    public SpecTemplate usual() {
        capabilities = USUAL_CAPABILITIES;
        readonly = false;
        noNewPrivileges = false;
        return this;
    }

    public SpecTemplate rootfs(String folder) {
        rootfs = folder;
        return this;
    }

    public SpecTemplate cwd(String folder) {
        cwd = folder;
        return this;
    }

    public SpecTemplate hostname(String name) {
        hostname = name;
        return this;
    }

    public SpecTemplate user(User wanted) {
        user = wanted;
        return this;
    }

    /** The container's control group. */
    public SpecTemplate cgroupsPath(String path) {
        cgroupsPath = Optional.of(path);
        return this;
    }

    /** The limits of its control group. */
    public SpecTemplate resources(Resources limits) {
        resources = limits;
        return this;
    }

    /** A user namespace with these ids. */
    public SpecTemplate userNamespace(List<IdMapping> users, List<IdMapping> groups) {
        uids = List.copyOf(users);
        gids = List.copyOf(groups);
        return this;
    }

    /** The host's network, and its {@code /sys}, which goes with it. */
    public SpecTemplate hostNetwork() {
        hostNetwork = true;
        return this;
    }

    /** Adds a variable, {@code NAME=VALUE}; one of that name is replaced. */
    public SpecTemplate variable(String variable) {
        String name = variable.substring(0, variable.indexOf('=') + 1);
        env.removeIf(present -> present.startsWith(name));
        env.add(variable);
        return this;
    }

    /** The capabilities that the container gets. */
    public List<String> capabilities() {
        return capabilities;
    }

    /** Restricts it to the system calls of a profile. */
    public SpecTemplate seccomp(Seccomp profile) {
        seccomp = Optional.of(profile);
        return this;
    }

    public SpecTemplate mount(Mount mount) {
        mounts.add(mount);
        return this;
    }

    /** Says something about the container that its engine wants to know later. */
    public SpecTemplate annotation(String name, String value) {
        annotations.put(name, value);
        return this;
    }

    /** The configuration. */
    public RuntimeSpec build() {
        // written and read again, so that what comes from a command line is checked like any other configuration
        return RuntimeSpec.parse(json().getBytes(StandardCharsets.UTF_8));
    }

    private String json() {
        var out = JsonWriter.compact();
        out.beginObject().field("ociVersion", "1.3.0");
        process(out.name("process"));
        out.name("root")
                .beginObject()
                .field("path", rootfs)
                .optional("readonly", readonly)
                .endObject();
        out.field("hostname", hostname).optional("annotations", annotations);
        out.name("mounts").beginArray();
        standardMounts(out);
        for (Mount mount : mounts) {
            mount.writeTo(out);
        }
        out.endArray();
        linux(out.name("linux"));
        return out.endObject().toString();
    }

    private void process(JsonWriter out) {
        out.beginObject().optional("terminal", terminal).optional("consoleSize", consoleSize);
        out.field("user", user).field("args", args).field("env", env).field("cwd", cwd);
        out.name("capabilities").beginObject();
        out.field("bounding", capabilities).field("effective", capabilities).field("permitted", capabilities);
        out.endObject();
        out.field("noNewPrivileges", noNewPrivileges).endObject();
    }

    private void standardMounts(JsonWriter out) {
        mount(out, "/proc", "proc", List.of());
        mount(out, "/dev", "tmpfs", List.of("nosuid", "strictatime", "mode=755", "size=65536k"));
        mount(
                out,
                "/dev/pts",
                "devpts",
                isMapped(TTY)
                        ? List.of("nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=" + TTY)
                        : List.of("nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"));
        mount(out, "/dev/shm", "tmpfs", List.of("nosuid", "noexec", "nodev", "mode=1777", "size=65536k"));
        mount(out, "/dev/mqueue", "mqueue", List.of("nosuid", "noexec", "nodev"));
        if (hostNetwork) {
            new Mount(
                            "/sys",
                            Optional.of("none"),
                            Optional.of("/sys"),
                            List.of("rbind", "nosuid", "noexec", "nodev", "ro"),
                            List.of(),
                            List.of())
                    .writeTo(out);
        } else {
            mount(out, "/sys", "sysfs", List.of("nosuid", "noexec", "nodev", "ro"));
        }
        mount(out, "/sys/fs/cgroup", "cgroup", List.of("nosuid", "noexec", "nodev", "relatime", "ro"));
    }

    private boolean isMapped(long gid) {
        for (IdMapping mapping : gids) {
            if (mapping.containerId() <= gid && gid < mapping.containerId() + mapping.size()) {
                return true;
            }
        }
        return gids.isEmpty();
    }

    private static void mount(JsonWriter out, String destination, String type, List<String> options) {
        out.beginObject().field("destination", destination).field("type", type).field("source", type);
        out.optional("options", options).endObject();
    }

    private void linux(JsonWriter out) {
        out.beginObject().optional("cgroupsPath", cgroupsPath).optional("resources", resources);
        out.name("namespaces").beginArray();
        for (String type : NAMESPACES) {
            if (!hostNetwork || !type.equals("network")) {
                out.beginObject().field("type", type).endObject();
            }
        }
        if (!uids.isEmpty()) {
            out.beginObject().field("type", "user").endObject();
        }
        out.endArray()
                .optional("uidMappings", uids)
                .optional("gidMappings", gids)
                .field("maskedPaths", MASKED)
                .field("readonlyPaths", READONLY)
                .optional("seccomp", seccomp)
                .endObject();
    }
}
