package dev.gatun.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.toml.TomlMapper;
import com.sun.jna.Native;
import dev.gatun.container.ContainerId;
import dev.gatun.container.ContainerStatus;
import dev.gatun.container.Containers;
import dev.gatun.container.Folders;
import dev.gatun.container.Privileges;
import dev.gatun.container.SpecTemplate;
import dev.gatun.container.StateFolder;
import dev.gatun.container.cli.Command;
import dev.gatun.image.ImageException;
import dev.gatun.json.JsonReader;
import dev.gatun.json.JsonValue;
import dev.gatun.linux.Kernel;
import dev.gatun.linux.ProcessCalls;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import picocli.CommandLine;

/**
 * Both commands as a user has them: each command line is a process, and all containers are in a folder of the test's own.
 *
 * <p>What runs is the classes under test in a JVM, or, with {@code -Dgatun.bin=FOLDER}, the launchers {@code gatun} and
 * {@code gatun-oci} in that folder.
 */
final class Gatun implements AutoCloseable {
    static final Kernel KERNEL = Kernel.load();

    private static final String LAUNCHERS = System.getProperty("gatun.bin", "");
    private static final int PATIENCE_SECONDS = 20;
    private static final long PAUSE_NANOS = 2_000_000;

    private final Path folder;
    private final StateFolder state;
    private final List<Running> started = new CopyOnWriteArrayList<>();

    /**
     * How a command line ended.
     *
     * @param out what it wrote to its standard output
     * @param err what it wrote to its standard error
     */
    record Result(int status, String out, String err) {
        /** Checks that it did what was asked, and complained about nothing. */
        Result succeeded() {
            assertThat(this)
                    .as("the command")
                    .extracting(Result::status, Result::err)
                    .containsExactly(0, "");
            return this;
        }

        /** Checks that it failed as a command should: with one line that says why. */
        String failedWith(int expected) {
            assertThat(this)
                    .as("the command")
                    .extracting(Result::status, Result::out)
                    .containsExactly(expected, "");
            assertThat(err).matches("gatun(-oci)?: [^\n]+\n");
            return err;
        }

        JsonValue json() {
            return JsonReader.parse(succeeded().out.getBytes(StandardCharsets.UTF_8));
        }
    }

    /** A home for containers in {@code folder}. */
    Gatun(Path folder) {
        this.folder = folder;
        this.state = new StateFolder(
                Folders.of(Map.of("GATUN_ROOT", folder.resolve("home").toString()), Privileges.ROOT)
                        .containers());
    }

    /** Whether the launchers are tested, with what they do about the environment that they are called in. */
    static boolean hasLaunchers() {
        return !LAUNCHERS.isEmpty();
    }

    /** The process that runs a command: its name and arguments. */
    static List<String> commandLine(String... words) {
        return commandLineOf(System.getProperty("java.class.path"), words);
    }

    /** As {@link #commandLine(String...)}, of a copy in {@code target}, where other users can read it. */
    static List<String> readableCommandLine(Path target, String... words) {
        List<Class<?>> types = copied();
        for (int i = 0; i < types.size(); i++) {
            Path origin = Path.of(URI.create(types.get(i)
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toString()));
            copy(origin, target.resolve(i + ".jar"));
        }
        return copiedCommandLine(target, words);
    }

    /** As {@link #readableCommandLine}, of a copy that it has made. */
    static List<String> copiedCommandLine(Path target, String... words) {
        var copies = new ArrayList<String>();
        for (int i = 0; i < copied().size(); i++) {
            copies.add(target.resolve(i + ".jar").toString());
        }
        return commandLineOf(String.join(File.pathSeparator, copies), words);
    }

    private static List<Class<?>> copied() {
        return hasLaunchers()
                ? List.of()
                : List.of(
                        Main.class,
                        Command.class,
                        Kernel.class,
                        ImageException.class,
                        CommandLine.class,
                        Native.class,
                        JsonFactory.class,
                        JsonMapper.class,
                        JsonProperty.class,
                        TomlMapper.class);
    }

    private static void copy(Path origin, Path target) {
        try (Stream<Path> files = Files.walk(origin)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Files.copy(file, target.resolve(origin.relativize(file).toString()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> commandLineOf(String classPath, String... words) {
        var line = new ArrayList<String>();
        if (hasLaunchers()) {
            line.add(LAUNCHERS + "/" + words[0]);
        } else {
            line.addAll(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "--enable-native-access=ALL-UNNAMED",
                    "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1",
                    "-XX:-UsePerfData",
                    "-Dgatun.native=" + System.getProperty("gatun.native", "panama"),
                    "-cp",
                    classPath,
                    Main.class.getName(),
                    words[0]));
        }
        line.addAll(List.of(words).subList(1, words.length));
        return line;
    }

    /** Runs a command to its end, with no input; the first word is {@code gatun} or {@code gatun-oci}. */
    Result run(String... words) {
        return runProcess(commandLine(words));
    }

    Result runProcess(List<String> line) {
        return runProcess(builder(line));
    }

    Result runProcess(ProcessBuilder builder) {
        try {
            // files, as a container that is left to itself would keep pipes open
            Path out = Files.createTempFile(folder, "command", ".out");
            Path err = Files.createTempFile(folder, "command", ".err");
            var running = start(builder.redirectOutput(out.toFile()).redirectError(err.toFile()));
            return new Result(running.result().status(), Files.readString(out), Files.readString(err));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts a command with an input. */
    Running start(String... words) {
        return start(builder(commandLine(words)));
    }

    /** A process that works in the test's folder and keeps containers there. */
    ProcessBuilder builder(List<String> commandLine) {
        var builder = new ProcessBuilder(commandLine).directory(folder.toFile());
        builder.environment().put("GATUN_ROOT", folder.resolve("home").toString());
        String backEnd = System.getProperty("gatun.native", "panama");
        if (!backEnd.equals("panama")) {
            // for the launchers, which start Java for all verbs then
            builder.environment().put("GATUN_NATIVE", backEnd);
        }
        return builder;
    }

    Running start(ProcessBuilder builder) {
        try {
            var running = new Running(builder.start());
            started.add(running);
            return running;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A bundle whose root is {@code rootfs}, with the usual mounts and namespaces. */
    Path bundle(Rootfs rootfs, String... args) {
        return bundle(new SpecTemplate(List.of(args)).usual(), rootfs);
    }

    Path bundle(SpecTemplate template, Rootfs rootfs) {
        // tests in other JVMs have containers of the same name
        String group = "/gatun-test-" + Long.toHexString(System.nanoTime());
        return bundle(template.rootfs(rootfs.folder().toString())
                .cgroupsPath(group)
                .build()
                .toJson("  "));
    }

    Path bundle(String configuration) {
        try {
            Path bundle = Files.createTempDirectory(folder, "bundle");
            Files.writeString(bundle.resolve("config.json"), configuration);
            return bundle;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The folders of the control group that a bundle's container has, in all hierarchies. */
    static List<Path> groupsOf(Path bundle) {
        try {
            String group = JsonReader.parse(Files.readAllBytes(bundle.resolve("config.json")))
                    .field("linux")
                    .field("cgroupsPath")
                    .string();
            Path top = Path.of("/sys/fs/cgroup");
            try (Stream<Path> hierarchies = Files.list(top)) {
                return Stream.concat(Stream.of(top), hierarchies)
                        .map(hierarchy -> hierarchy.resolve(group.substring(1)))
                        .filter(Files::exists)
                        .toList();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A file name in the test's folder. */
    Path path(String name) {
        return folder.resolve(name);
    }

    /** The folder of a container's state. */
    Path stateOf(String id) {
        return state.root().resolve(id);
    }

    /** The names of all containers. */
    List<String> containers() {
        return state.list().stream().map(status -> status.record().id().value()).toList();
    }

    /** Whether a process is there and runs: one that has ended and was not waited for does not. */
    static boolean isAlive(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
            return stat.charAt(stat.lastIndexOf(')') + 2) != 'Z';
        } catch (IOException gone) {
            return false;
        }
    }

    /** Waits until something is so; fails if it takes too long. */
    static void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                fail("not within " + PATIENCE_SECONDS + " s: " + what);
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    /** Ends what is still running. */
    @Override
    public void close() {
        started.forEach(Running::close);
        var containers = new Containers(KERNEL, state, folder.resolve("home/lib"), System.err::println);
        for (ContainerStatus status : state.list()) {
            containers.delete(new ContainerId(status.record().id().value()), true);
        }
    }

    /** A command that was started; what it writes is collected meanwhile. */
    static final class Running {
        private final Process process;
        private final Text out;
        private final Text err;

        private Running(Process process) {
            this.process = process;
            this.out = new Text(process.getInputStream());
            this.err = new Text(process.getErrorStream());
        }

        long pid() {
            return process.pid();
        }

        /** Writes to its standard input. */
        Running type(String text) {
            try {
                process.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
                process.getOutputStream().flush();
                return this;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** What it has written until now. */
        String out() {
            return out.read();
        }

        /** Waits until it has written {@code text}, and whatever else. */
        Running awaitOutput(String text) {
            await("\"" + text + "\" in the output, " + this, () -> out.read().contains(text));
            return this;
        }

        /** Waits until the JVM has become the relay: before, signals are the JVM's. */
        Running awaitRelay() {
            awaitRelay(process.pid());
            return this;
        }

        static void awaitRelay(long pid) {
            Path exe = Path.of("/proc", Long.toString(pid), "exe");
            await("process " + pid + " becomes the relay", () -> {
                try {
                    return Files.readSymbolicLink(exe).toString().startsWith("/memfd:gatun");
                } catch (IOException inExecve) {
                    return false;
                }
            });
        }

        void signal(int number) {
            KERNEL.call(ProcessCalls.kill(process.pid(), number));
        }

        /** Ends its input, and waits for its end. */
        Result result() {
            try {
                process.getOutputStream().close();
            } catch (IOException closedByItself) {
                // it has ended, and not read all of its input
            }
            return end();
        }

        /** Waits for its end. */
        Result end() {
            try {
                if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                    fail("still running after " + PATIENCE_SECONDS + " s: " + this);
                }
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return new Result(process.exitValue(), out.all(), err.all());
        }

        private void close() {
            process.destroyForcibly();
        }

        @Override
        public String toString() {
            return "out=" + out.read() + ", err=" + err.read();
        }
    }

    /** What comes out of a stream, collected by a thread. */
    private static final class Text {
        private final StringBuilder collected = new StringBuilder();
        private final CompletableFuture<Void> end = new CompletableFuture<>();

        Text(InputStream in) {
            Thread.ofVirtual().start(() -> {
                try (var reader = new InputStreamReader(in, StandardCharsets.UTF_8)) {
                    var buffer = new char[8192];
                    for (int n = reader.read(buffer); n >= 0; n = reader.read(buffer)) {
                        add(buffer, n);
                    }
                    end.complete(null);
                } catch (IOException e) {
                    end.completeExceptionally(e);
                }
            });
        }

        private synchronized void add(char[] buffer, int length) {
            collected.append(buffer, 0, length);
        }

        synchronized String read() {
            return collected.toString();
        }

        String all() {
            end.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
            return read();
        }
    }
}
