package dev.gatun.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Where a client works without the machine noticing: in network, mount and process namespaces of its own, with an empty
 * {@code /run} and {@code /dev/shm}, so that bridges, firewall rules, sockets, locks and the state of containers are the
 * room's, and everything in it ends with it. (Control groups are the machine's: a client makes them under a name of the
 * test's.)
 */
final class Room implements AutoCloseable {
    /** The first process is a shell that waits for its input's end: it reaps what becomes an orphan meanwhile. */
    private static final String FIRST_PROCESS = """
            mount -t tmpfs -o mode=755 tmpfs /run && mount -t tmpfs tmpfs /dev/shm && ip link set lo up && echo ready && cat
            exit 0
            """;

    private static final int PATIENCE_SECONDS = 60;
    private static final long PAUSE_NANOS = 20_000_000;

    private final Path folder;
    private final Map<String, String> environment = new HashMap<>();
    private final Process keeper;
    private final long firstProcess;

    /**
     * How a command ended.
     *
     * @param out what it wrote to its standard output
     * @param err what it wrote to its standard error
     */
    record Result(List<String> command, int status, String out, String err) {
        /** Checks that it did what was asked. */
        Result succeeded() {
            return endedWith(0);
        }

        Result endedWith(int expected) {
            assertThat(status).as("the exit status of %s", this).isEqualTo(expected);
            return this;
        }

        /** What it printed, without space around it. */
        String text() {
            return out.strip();
        }

        /** The lines that it printed. */
        List<String> lines() {
            return out.lines().toList();
        }
    }

    /** A room whose commands leave their output in {@code folder}. */
    Room(Path folder) {
        this.folder = folder;
        try {
            keeper = new ProcessBuilder(
                            "unshare",
                            "--net",
                            "--mount",
                            "--propagation=private",
                            "--pid",
                            "--fork",
                            "--mount-proc",
                            "sh",
                            "-c",
                            FIRST_PROCESS)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            var output = new BufferedReader(new InputStreamReader(keeper.getInputStream(), StandardCharsets.UTF_8));
            assertThat(output.readLine()).as("what the room says").isEqualTo("ready");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        firstProcess = keeper.toHandle().children().findFirst().orElseThrow().pid();
    }

    /** Sets an environment variable of all commands from now on. */
    Room with(String name, String value) {
        environment.put(name, value);
        return this;
    }

    /** Runs a command to its end, with no input. */
    Result run(List<String> command) {
        try {
            // files, as a container that is left to itself would keep pipes open
            Path out = Files.createTempFile(folder, "command", ".out");
            Path err = Files.createTempFile(folder, "command", ".err");
            Process process =
                    start(builder(command).redirectOutput(out.toFile()).redirectError(err.toFile()));
            process.getOutputStream().close();
            boolean ended = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (!ended) {
                process.destroyForcibly();
                fail("still running after " + PATIENCE_SECONDS + " s: " + command + ", it wrote "
                        + Files.readString(out) + Files.readString(err));
            }
            return new Result(command, process.exitValue(), Files.readString(out), Files.readString(err));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A command that will run in the room. */
    ProcessBuilder builder(List<String> command) {
        var words = new ArrayList<>(
                List.of("nsenter", "--net", "--mount", "--pid", "--target", Long.toString(firstProcess)));
        words.addAll(command);
        var builder = new ProcessBuilder(words);
        builder.environment().putAll(environment);
        return builder;
    }

    /** Starts a service, which lasts as long as the room; what it says goes to a file that an error shows the end of. */
    void serve(List<String> command, BooleanSupplier ready) {
        Path log = folder.resolve(Path.of(command.getFirst()).getFileName() + ".log");
        Process service = start(builder(command).redirectErrorStream(true).redirectOutput(log.toFile()));
        await(command + " is ready; its log is " + log, () -> {
            if (!service.isAlive()) {
                fail("ended, and is to serve: " + command + "\n" + read(log));
            }
            return ready.getAsBoolean();
        });
    }

    private static String read(Path log) {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Process start(ProcessBuilder builder) {
        try {
            return builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
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

    /** Ends everything in it. */
    @Override
    public void close() {
        try {
            keeper.getOutputStream().close();
            if (!keeper.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                fail("the room does not end");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
