package dev.gatun.container;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gatun.linux.Fd;
import dev.gatun.linux.Kernel;
import dev.gatun.oci.Process;
import dev.gatun.oci.Resources;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

/**
 * A bundle in a folder of its own, with a root file system that is busybox and nothing else, the configuration that
 * "spec" writes, and a state folder that no other container is in.
 *
 * <p>A container's standard output is that of the JVM, which belongs to whoever runs the tests. So its shell writes to
 * {@code /out/text} instead, a file of the root file system.
 */
final class TestBundle implements AutoCloseable {
    private static final Path BUSYBOX = Path.of("/bin/busybox");
    private static final List<String> APPLETS = List.of(
            "[",
            "awk",
            "cat",
            "cut",
            "date",
            "dd",
            "df",
            "echo",
            "env",
            "false",
            "grep",
            "head",
            "hostname",
            "id",
            "ip",
            "kill",
            "ls",
            "mkdir",
            "mknod",
            "mount",
            "od",
            "pwd",
            "readlink",
            "sed",
            "sh",
            "sleep",
            "sort",
            "stat",
            "stty",
            "test",
            "touch",
            "tr",
            "true",
            "tty",
            "umount",
            "wc");
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_SINGLE_QUOTES)
            .enable(JsonReadFeature.ALLOW_UNQUOTED_FIELD_NAMES)
            .build();

    /** What "spec" writes, with an output for the tests. */
    private static final String CONFIGURATION = """
            {
              ociVersion: '1.3.0',
              process: {
                user: {uid: 0, gid: 0},
                args: ['/bin/true'],
                env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'TERM=xterm'],
                cwd: '/',
                capabilities: {
                  bounding: ['CAP_AUDIT_WRITE', 'CAP_KILL', 'CAP_NET_BIND_SERVICE'],
                  effective: ['CAP_AUDIT_WRITE', 'CAP_KILL', 'CAP_NET_BIND_SERVICE'],
                  permitted: ['CAP_AUDIT_WRITE', 'CAP_KILL', 'CAP_NET_BIND_SERVICE']
                },
                rlimits: [{type: 'RLIMIT_NOFILE', hard: 1024, soft: 1024}],
                noNewPrivileges: true
              },
              root: {path: 'rootfs'},
              hostname: 'gatun',
              mounts: [
                {destination: '/proc', type: 'proc', source: 'proc'},
                {destination: '/dev', type: 'tmpfs', source: 'tmpfs',
                 options: ['nosuid', 'strictatime', 'mode=755', 'size=65536k']},
                {destination: '/dev/pts', type: 'devpts', source: 'devpts',
                 options: ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620', 'gid=5']},
                {destination: '/dev/shm', type: 'tmpfs', source: 'shm',
                 options: ['nosuid', 'noexec', 'nodev', 'mode=1777', 'size=65536k']},
                {destination: '/dev/mqueue', type: 'mqueue', source: 'mqueue', options: ['nosuid', 'noexec', 'nodev']},
                {destination: '/sys', type: 'sysfs', source: 'sysfs', options: ['nosuid', 'noexec', 'nodev', 'ro']},
                {destination: '/sys/fs/cgroup', type: 'cgroup', source: 'cgroup',
                 options: ['nosuid', 'noexec', 'nodev', 'relatime', 'ro']}
              ],
              linux: {
                resources: {devices: [{allow: false, access: 'rwm'}]},
                namespaces: [
                  {type: 'pid'}, {type: 'network'}, {type: 'ipc'}, {type: 'uts'}, {type: 'mount'}, {type: 'cgroup'}
                ],
                maskedPaths: [
                  '/proc/acpi', '/proc/asound', '/proc/kcore', '/proc/keys', '/proc/latency_stats', '/proc/timer_list',
                  '/proc/timer_stats', '/proc/sched_debug', '/sys/firmware', '/proc/scsi'
                ],
                readonlyPaths: ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger']
              }
            }
            """;

    final Kernel kernel = Kernel.load();
    final Path folder;
    final Path rootfs;
    final StateFolder state;
    final Containers containers;
    final GroupControl control;
    final List<String> warnings = new CopyOnWriteArrayList<>();
    final ObjectNode config = defaultConfig();

    /** How the container is to be created; a test may change them. */
    String id = "test";

    Optional<Path> consoleSocket = Optional.empty();
    Optional<Path> pidFile = Optional.empty();
    Optional<Path> pidfdSocket = Optional.empty();
    boolean pivots = true;
    Optional<String> keyring = Optional.empty();
    int preservedDescriptors;
    boolean monitor;
    boolean systemd;
    StandardStreams streams = StandardStreams.NO_INPUT;
    private boolean configured;

    /**
     * How a container ended.
     *
     * @param status its exit status
     * @param text what it wrote to standard output and error, without the last line's end
     */
    record Outcome(int status, String text) {
        List<String> lines() {
            return text.lines().toList();
        }
    }

    TestBundle() {
        try {
            folder = Files.createTempDirectory("gatun-bundle-").toRealPath();
            rootfs = Files.createDirectory(folder.resolve("rootfs"));
            state = new StateFolder(folder.resolve("state"));
            containers = new Containers(kernel, state, folder, warnings::add);
            control = new GroupControl(kernel, state);
            Path bin = Files.createDirectory(rootfs.resolve("bin"));
            Files.copy(BUSYBOX, bin.resolve("busybox"));
            for (String applet : APPLETS) {
                Files.createSymbolicLink(bin.resolve(applet), Path.of("busybox"));
            }
            Path out = Files.createDirectory(rootfs.resolve("out"));
            Files.setPosixFilePermissions(out, PosixFilePermissions.fromString("rwxrwxrwx"));
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
            Files.setPosixFilePermissions(rootfs, PosixFilePermissions.fromString("rwxr-xr-x"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The configuration that every bundle of the tests begins with. */
    static ObjectNode defaultConfig() {
        return (ObjectNode) json(CONFIGURATION);
    }

    /** A value in JSON, where single quotes and field names without any are fine, too. */
    static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(text, e);
        }
    }

    /** Resources of a group, as {@link #json} has them. */
    static Resources resources(String text) {
        return Resources.parse(json(text).toString().getBytes(StandardCharsets.UTF_8));
    }

    /** Sets a field: {@code set("process.user.uid", "1000")}. */
    TestBundle set(String path, String json) {
        String[] names = path.split("\\.", -1);
        ObjectNode node = config;
        for (int i = 0; i < names.length - 1; i++) {
            node = node.withObject("/" + names[i]);
        }
        node.set(names[names.length - 1], json(json));
        return this;
    }

    /** Adds an element to a list. */
    TestBundle add(String path, String json) {
        JsonNode list = config.at("/" + path.replace('.', '/'));
        if (list instanceof ArrayNode array) {
            array.add(json(json));
            return this;
        }
        return set(path, "[" + json + "]");
    }

    TestBundle remove(String path) {
        int dot = path.lastIndexOf('.');
        JsonNode parent =
                dot < 0 ? config : config.at("/" + path.substring(0, dot).replace('.', '/'));
        ((ObjectNode) parent).remove(path.substring(dot + 1));
        return this;
    }

    TestBundle args(String... args) {
        ArrayNode list = config.withObject("/process").putArray("args");
        for (String arg : args) {
            list.add(arg);
        }
        return this;
    }

    /** Adds a mount behind the others. */
    TestBundle mount(String destination, String type, String source, String... options) {
        ObjectNode mount = config.withArray("/mounts").addObject();
        mount.put("destination", destination).put("type", type).put("source", source);
        ArrayNode list = mount.putArray("options");
        for (String option : options) {
            list.add(option);
        }
        return this;
    }

    /** Adds a namespace; one of that type that is there goes. */
    TestBundle namespace(String type, String path) {
        withoutNamespace(type);
        ObjectNode namespace = config.withArray("/linux/namespaces").addObject().put("type", type);
        if (!path.isEmpty()) {
            namespace.put("path", path);
        }
        return this;
    }

    TestBundle withoutNamespace(String type) {
        ArrayNode list = config.withArray("/linux/namespaces");
        for (int i = list.size() - 1; i >= 0; i--) {
            if (list.get(i).path("type").asText().equals(type)) {
                list.remove(i);
            }
        }
        return this;
    }

    /** Leaves only what needs no mount namespace: the container's root is the folder itself. */
    TestBundle withoutMounts() {
        withoutNamespace("mount").set("mounts", "[]");
        return remove("linux.maskedPaths").remove("linux.readonlyPaths");
    }

    /** A user namespace whose root and some more are ids that nobody on the host has. */
    TestBundle userNamespace() {
        namespace("user", "");
        set("linux.uidMappings", "[{containerID: 0, hostID: 1100000, size: 65536}]");
        set("linux.gidMappings", "[{containerID: 0, hostID: 1100000, size: 65536}]");
        giveRootfsTo(1100000);
        return this;
    }

    /** Makes the root file system's folders those of a user, who can then make mount points in it. */
    void giveRootfsTo(int user) {
        try (Stream<Path> tree = Files.walk(rootfs)) {
            for (Path path : tree.toList()) {
                Files.setAttribute(path, "unix:uid", user, LinkOption.NOFOLLOW_LINKS);
                Files.setAttribute(path, "unix:gid", user, LinkOption.NOFOLLOW_LINKS);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A shell command as the container's command. */
    TestBundle script(String script) {
        return args("/bin/sh", "-c", "exec >/out/text 2>&1; " + script);
    }

    /** A file of the root file system. */
    Path file(String path, String content, String permissions) {
        Path file = rootfs.resolve(path);
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(file, content);
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return file;
    }

    /** A folder beside the root file system. */
    Path hostFolder(String name) {
        try {
            Path made = Files.createDirectories(folder.resolve(name));
            Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rwxrwxrwx"));
            return made;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void link(String path, String target) {
        try {
            Files.createDirectories(rootfs.resolve(path).getParent());
            Files.createSymbolicLink(rootfs.resolve(path), Path.of(target));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes something else as config.json, or nothing if it is empty. */
    void writeConfig(Optional<String> text) {
        configured = true;
        text.ifPresent(this::write);
    }

    private void write(String text) {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try {
            Files.writeString(folder.resolve("config.json"), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes the configuration as it is now, unless another text was written in its place. */
    void writeConfig() {
        if (!configured) {
            // tests in other JVMs have containers of the same name
            if (config.get("linux") instanceof ObjectNode linux && !linux.has("cgroupsPath")) {
                linux.put("cgroupsPath", groupPath());
                write(config.toString());
                linux.remove("cgroupsPath");
                return;
            }
            write(config.toString());
        }
    }

    /** Where its control group is, if it is configured no other. */
    String groupPath() {
        return "/" + folder.getFileName() + "-" + id;
    }

    /** The bundle as it is configured now. */
    Bundle bundle() {
        writeConfig();
        return Bundle.read(folder);
    }

    CreateOptions options() {
        return new CreateOptions(
                consoleSocket, pidFile, pidfdSocket, preservedDescriptors, monitor, streams, pivots, keyring, systemd);
    }

    ContainerId containerId() {
        return new ContainerId(id);
    }

    Containers.Created create() {
        return containers.create(containerId(), bundle(), options());
    }

    Containers.Created start() {
        return containers.run(containerId(), bundle(), options());
    }

    /** Runs a shell command in a container until it ends; there is no container afterwards. */
    Outcome run(String script) {
        script(script);
        return run();
    }

    /** As {@link #run(String)}, with the command that is configured. */
    Outcome run() {
        start().terminal().ifPresent(Fd::close);
        return end();
    }

    /** Waits for the container to end, and deletes it. */
    Outcome end() {
        int status = containers.await(containerId());
        containers.delete(containerId(), false);
        return new Outcome(status, text());
    }

    /** What the container has written. */
    String text() {
        return read(rootfs.resolve("out/text"));
    }

    static String read(Path file) {
        try {
            return Files.exists(file)
                    ? Files.readString(file, StandardCharsets.ISO_8859_1).stripTrailing()
                    : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts a container that does nothing until it is killed, and whose shell writes {@code ready} first. */
    int startIdle() {
        args("/bin/sleep", "1000");
        return start().status().pid();
    }

    /** Runs a shell command in the container that is running. */
    Outcome exec(String script, String... settings) {
        return exec(process(script, settings));
    }

    Outcome exec(Process process) {
        Containers.Executed executed = containers.exec(containerId(), bundle().spec(), process, options());
        executed.terminal().ifPresent(Fd::close);
        int status = containers.await(executed);
        return new Outcome(status, read(rootfs.resolve("out/exec")));
    }

    /**
     * A process to add that runs a shell command, with the container's own user, environment and rights.
     *
     * @param settings fields and what they are set to, in turn
     */
    Process process(String script, String... settings) {
        ObjectNode process = ((ObjectNode) config.get("process")).deepCopy();
        process.putArray("args").add("/bin/sh").add("-c").add("exec >/out/exec 2>&1; " + script);
        for (int i = 0; i < settings.length; i += 2) {
            process.set(settings[i], json(settings[i + 1]));
        }
        return Process.parse(process.toString().getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        for (ContainerStatus left : state.list()) {
            containers.delete(left.record().id(), true);
            Launch.reap(kernel, left.record().init().pid());
        }
        removeTree(folder);
    }

    static void removeTree(Path top) {
        try {
            Files.walkFileTree(top, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.delete(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path visited, IOException failed) throws IOException {
                    Files.delete(visited);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            if (Files.exists(top, LinkOption.NOFOLLOW_LINKS)) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
