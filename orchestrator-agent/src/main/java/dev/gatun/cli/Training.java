package dev.gatun.cli;

import dev.gatun.container.Bundle;
import dev.gatun.container.ContainerException;
import dev.gatun.container.ContainerId;
import dev.gatun.container.Containers;
import dev.gatun.container.CreateOptions;
import dev.gatun.container.Folders;
import dev.gatun.container.Privileges;
import dev.gatun.container.SpecTemplate;
import dev.gatun.container.StateFolder;
import dev.gatun.container.cli.Command;
import dev.gatun.container.cli.GatunOci;
import dev.gatun.linux.Arch;
import dev.gatun.linux.Block;
import dev.gatun.linux.Errno;
import dev.gatun.linux.Kernel;
import dev.gatun.linux.NativeLibrary;
import dev.gatun.linux.ProcessCalls;
import dev.gatun.linux.Signal;
import dev.gatun.linux.Syscall;
import dev.gatun.linux.SyscallException;
import dev.gatun.linux.Wait;
import dev.gatun.linux.Word;
import dev.gatun.oci.Mount;
import dev.gatun.seccomp.ProfileTemplate;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Walks through every verb of a command in one JVM, so that the cache of loaded classes that is made of it serves all of
 * them. Each command has its own, as every start pays for the whole cache, and gatun's holds what images take.
 *
 * <p>It starts containers if it may, and is content with the errors where it may not. Help is left out: nobody waits
 * for help.
 */
final class Training {
    private static final String ID = "training";

    private static final String PROCESS_EXTRAS = """
            "rlimits": [{"type": "RLIMIT_NOFILE", "hard": 1024, "soft": 1024}],
            """;
    private static final String LINUX_EXTRAS = """
            "resources": {"devices": [{"allow": false, "access": "rwm"},
              {"allow": true, "type": "c", "major": 1, "minor": 3, "access": "rwm"}],
              "memory": {"limit": 536870912}, "cpu": {"shares": 1024, "quota": 100000, "period": 100000},
              "pids": {"limit": 1000}},
            """;
    /** What seldom is in a configuration, a part at a time; that it fails for want of a device shows no less. */
    private static final List<String> RARE_PARTS = List.of(
            "\"linux\": {\"netDevices\": {\"gatun-none\": {\"name\": \"eth0\"}},",
            "\"linux\": {\"intelRdt\": {\"closID\": \"gatun-none\", \"enableMonitoring\": true},");

    private static final long PAUSE_MILLIS = 5;
    private static final int PAUSES = 1000;

    private final Path folder;
    private final Map<String, String> environment;
    private final Kernel kernel = new Kernel(new NoExecve(NativeLibrary.load()));

    private Training(Path folder) {
        this.folder = folder;
        this.environment = new HashMap<>(System.getenv());
        environment.put("GATUN_ROOT", folder.toString());
    }

    /**
     * Walks through the verbs, and says on standard output how far it got.
     *
     * @param command gatun or gatun-oci
     * @param folder an empty folder, for whatever is written
     */
    static int run(String command, Path folder) {
        try {
            var training = new Training(folder);
            String problem = command.equals("gatun") ? training.gatun() : training.gatunOci();
            System.out.println(problem.isEmpty() ? "with containers" : "without containers (" + problem + ")");
            return 0;
        } catch (IOException e) {
            throw new UncheckedIOException("train in " + folder, e);
        }
    }

    private String gatunOci() throws IOException {
        Path bundle = Files.createDirectories(folder.resolve("bundle"));
        oci("spec", "--bundle", bundle.toString());
        oci("spec", "--bundle", bundle.toString());
        writeBundle(bundle, false);
        mistakes();
        rareParts(bundle);
        String problem = created(bundle);
        detached(bundle);
        foreground(bundle, false);
        foreground(bundle, true);
        return problem;
    }

    private String gatun() throws IOException {
        gatun("explain", "host", "true");
        gatun("explain", "--json", "host", "true");
        gatun("compile", "--output", folder.resolve("compiled").toString(), "host", "true");
        gatun("run", "./no-such-root");
        String problem = gatun(
                "run", "--detach", "--name", ID, "--env", "A=B", "--volume", "/:/mnt:ro", "host", "sleep", "1000");
        end();
        Path bundle = Files.createDirectories(folder.resolve("bundle"));
        foreground(bundle, false);
        foreground(bundle, true);
        images();
        return problem;
    }

    /** A bundle that shows this machine's programs, so that there is something to execute. */
    private static void writeBundle(Path bundle, boolean terminal) throws IOException {
        Path root = Files.createDirectories(bundle.resolve("rootfs"));
        var template = new SpecTemplate(List.of("sleep", "1000")).rootfs(root.toString());
        if (terminal) {
            template.terminal(Optional.empty());
        }
        template.seccomp(ProfileTemplate.standard()
                .resolve(Arch.current(), SpecTemplate.USUAL_CAPABILITIES, System.getProperty("os.version", "")));
        for (String shown : List.of("/bin", "/lib", "/lib64", "/usr")) {
            if (Files.isDirectory(Path.of(shown))) {
                Files.createDirectories(root.resolve(shown.substring(1)));
                template.mount(new Mount(
                        shown, Optional.of("bind"), Optional.of(shown), List.of("rbind", "ro"), List.of(), List.of()));
            }
        }
        Files.writeString(
                bundle.resolve("config.json"), withUsualExtras(template.build().toJson("  ")));
    }

    /** What the configurations of engines, and runc's own, have beside Gatun's. */
    private static String withUsualExtras(String config) {
        return config.replaceFirst("\"process\": \\{", "\"process\": {" + PROCESS_EXTRAS)
                .replaceFirst("\"linux\": \\{", "\"linux\": {" + LINUX_EXTRAS);
    }

    private void rareParts(Path usual) throws IOException {
        Path bundle = Files.createDirectories(folder.resolve("rare"));
        Path shown = Files.createDirectories(bundle.resolve("shown"));
        String mapping = "[{\"containerID\": 0, \"hostID\": 100000, \"size\": 65536}]";
        String config = Files.readString(usual.resolve("config.json"))
                .replaceFirst(
                        "\"mounts\": \\[",
                        "\"mounts\": [{\"destination\": \"/mnt\", \"source\": \"" + shown
                                + "\", \"options\": [\"bind\", \"idmap\"], \"uidMappings\": " + mapping
                                + ", \"gidMappings\": " + mapping + "},");
        for (String part : RARE_PARTS) {
            Files.writeString(bundle.resolve("config.json"), config.replaceFirst("\"linux\": \\{", part));
            oci("create", "--bundle", bundle.toString(), ID);
        }
    }

    private void mistakes() {
        oci("--version");
        oci("state", ID);
        oci("start", ID);
        oci("kill", ID, "KILL");
        oci("exec", ID, "true");
        oci("delete", ID);
        oci("delete", "--force", ID);
        oci("create", "--bundle", folder.resolve("none").toString(), ID);
        oci("state", "--none", ID);
        oci("list");
    }

    /** Returns why there is no container; nothing if there is one. */
    private String created(Path bundle) {
        String pidFile = folder.resolve("pid").toString();
        String problem = oci("create", "--bundle", bundle.toString(), "--pid-file", pidFile, ID);
        lookAround();
        oci("start", ID);
        lookAround();
        oci("pause", ID);
        oci("resume", ID);
        oci("ps", "--format", "json", ID);
        oci("update", "--memory", "512m", "--cpu-quota", "100000", "--pids-limit", "999", ID);
        oci("events", "--stats", ID);
        oci("exec", "--detach", "--pid-file", pidFile, "--env", "A=B", "--cwd", "/", "--user", "0:0", ID, "true");
        oci("delete", ID);
        end();
        return problem;
    }

    private void detached(Path bundle) {
        oci("run", "--detach", "--bundle", bundle.toString(), ID);
        oci("delete", "--force", ID);
        oci("run", "--detach", "--bundle", bundle.toString(), ID);
        oci("--log", folder.resolve("log").toString(), "run", "--detach", "--bundle", bundle.toString(), ID);
        end();
    }

    private void lookAround() {
        oci("state", ID);
        oci("list");
        oci("list", "--quiet");
        oci("list", "--format", "json");
    }

    /** Kills the container, and deletes it when that has had its effect. */
    private void end() {
        oci("kill", ID, "KILL");
        for (int i = 0; i < PAUSES && oci("delete", ID).endsWith("running"); i++) {
            reap();
            pause();
        }
        oci("delete", "--force", ID);
        reap();
    }

    /** What a verb leaves behind becomes init's child when the verb ends; here it stays a child of this process. */
    private void reap() {
        var status = Block.buffer(Long.BYTES, "&status");
        while (kernel.attempt(ProcessCalls.wait4(Word.of(-1), status, Wait.WNOHANG)) > 0) {}
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The JVM of a container in the foreground is replaced by a program; here that fails at the last moment. */
    private void foreground(Path bundle, boolean terminal) throws IOException {
        writeBundle(bundle, terminal);
        Folders folders = Folders.of(environment, Privileges.ofThisProcess());
        var containers =
                new Containers(kernel, new StateFolder(folders.containers()), folders.lib(), System.err::println);
        var id = new ContainerId(ID);
        try {
            Containers.Created created = containers.run(id, Bundle.read(bundle), CreateOptions.NONE);
            try {
                containers.accompany(created, true);
            } catch (SyscallException refused) {
                containers.kill(id, Signal.SIGKILL);
                containers.await(id);
            }
        } catch (ContainerException | SyscallException impossible) {
            return;
        } finally {
            containers.delete(id, true);
        }
    }

    /** An image of this host's own programs: there may be no network. */
    private void images() {
        String archive = folder.resolve("image.tar").toString();
        gatun("image", "from-host", ID, "sleep", "--cmd=sleep", "--cmd=1000");
        gatun("images");
        gatun("images", "--format=json");
        gatun("run", "--pull=never", "no-such-image");
        gatun("run", "--detach", "--name", ID, ID);
        gatun("inspect", ID);
        gatun("commit", ID, "changed", "-c", "USER=0");
        gatun("export", "-o", archive, ID);
        end();
        gatun("history", "changed");
        gatun("save", "-o", archive, "changed");
        gatun("rmi", "changed");
        gatun("load", "-i", archive);
        gatun("image", "verify");
        gatun("system", "df");
        // nobody listens there
        gatun("push", "changed", "127.0.0.1:1/changed");
        gatun("pull", "127.0.0.1:1/changed");
        gatun("rmi", "--all");
        gatun("prune");
    }

    private String gatun(String... args) {
        return run(Main.gatun(), args);
    }

    /** Returns the error message, or nothing. */
    private String oci(String... args) {
        return run(GatunOci.command(), args);
    }

    private String run(Command command, String... args) {
        var errors = new ByteArrayOutputStream();
        try (var out = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
                var err = new PrintStream(errors, true, StandardCharsets.UTF_8)) {
            command.run(args, environment, out, err);
        }
        return errors.toString(StandardCharsets.UTF_8).strip();
    }

    /** A native library whose execve(2) always fails. */
    private record NoExecve(NativeLibrary library) implements NativeLibrary {
        @Override
        public long function(String name) {
            return library.function(name);
        }

        @Override
        public long invoke(long address, long a, long b, long c, long d, long e, long f, long g) {
            boolean execve = a == Syscall.EXECVE.number(Arch.current()) && address == function("syscall");
            return execve ? -Errno.EPERM.number() : library.invoke(address, a, b, c, d, e, f, g);
        }
    }
}
