package dev.gatun.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.linux.ProcessCalls;
import dev.gatun.linux.Signal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Verbs of {@code gatun-oci} that are killed by SIGKILL: {@code delete --force} finds all that they left. */
@Tag("kernel")
@Timeout(value = 4, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OciInterruptedTest {
    private static final int ROUNDS = 20;
    private static final int FEW_ROUNDS = 8;
    private static final long SEED = 1;
    /** From the planned group to the record, and somewhat longer. */
    private static final long PROGRAM_NANOS = TimeUnit.MILLISECONDS.toNanos(80);

    @TempDir
    Path folder;

    /** Processes that work in the test's folder, or have a mount of it. */
    private List<String> processes() {
        var found = new ArrayList<String>();
        try (Stream<Path> all = Files.list(Path.of("/proc"))) {
            for (Path process : (Iterable<Path>) all::iterator) {
                String name = process.getFileName().toString();
                if (name.matches("[0-9]+")
                        && !name.equals(Long.toString(ProcessHandle.current().pid()))
                        && isOurs(process)) {
                    found.add(name);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }

    private boolean isOurs(Path process) {
        try {
            return Files.readSymbolicLink(process.resolve("cwd")).startsWith(folder)
                    || Files.readString(process.resolve("mountinfo")).contains(folder.toString());
        } catch (IOException gone) {
            return false;
        }
    }

    /** Runs a command, and kills it in the midst of it, as an engine that dies does; it may have ended by itself. */
    private static void interrupt(Gatun gatun, Runnable moment, String... command) {
        // a container that was created would keep pipes open
        Gatun.Running running = gatun.start(gatun.builder(Gatun.commandLine(command))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD));
        moment.run();
        Gatun.KERNEL.attempt(ProcessCalls.kill(running.pid(), Signal.SIGKILL));
        running.end();
    }

    private void deleteByForce(Gatun gatun, Path bundle, String which) {
        gatun.run("gatun-oci", "delete", "--force", "one").succeeded();
        assertThat(gatun.stateOf("one")).as(which).doesNotExist();
        assertThat(Gatun.groupsOf(bundle)).as(which).isEmpty();
        Gatun.await("no process is left, " + which, () -> processes().isEmpty());
    }

    /** How long a command takes that nobody kills. */
    private static long time(Gatun gatun, String... command) {
        long begin = System.nanoTime();
        gatun.run(command).succeeded();
        return System.nanoTime() - begin;
    }

    @Test
    void whatACreationThatWasKilledHasLeftIsDeletedByForce() {
        var random = new Random(SEED);
        try (var gatun = new Gatun(folder)) {
            Path bundle = gatun.bundle(Rootfs.in(folder), "sleep", "1000");
            String[] create = {"gatun-oci", "create", "--bundle", bundle.toString(), "one"};
            long usual = time(gatun, create);
            gatun.run("gatun-oci", "delete", "--force", "one").succeeded();
            for (int round = 0; round < ROUNDS; round++) {
                boolean late = round % 2 == 0;
                Runnable moment = () -> {
                    if (late) {
                        // the program runs for a few milliseconds only, so every other one is killed about then
                        Gatun.await("the control group is planned", () -> Files.exists(gatun.stateOf("one/group")));
                    }
                    LockSupport.parkNanos((long) (random.nextDouble() * (late ? PROGRAM_NANOS : usual)));
                };
                interrupt(gatun, moment, create);
                deleteByForce(gatun, bundle, "seed " + SEED + ", round " + round);
            }
            gatun.run(create).succeeded();
        }
    }

    @Test
    void aContainerWhoseStartWasKilledIsCreatedOrRunsAndIsDeletedByForce() {
        var random = new Random(SEED);
        try (var gatun = new Gatun(folder)) {
            Path bundle = gatun.bundle(Rootfs.in(folder), "sleep", "1000");
            String[] create = {"gatun-oci", "create", "--bundle", bundle.toString(), "one"};
            String[] start = {"gatun-oci", "start", "one"};
            gatun.run(create).succeeded();
            long usual = time(gatun, start);
            for (int round = 0; round < FEW_ROUNDS; round++) {
                String which = "seed " + SEED + ", round " + round;
                deleteByForce(gatun, bundle, which);
                gatun.run(create).succeeded();

                interrupt(gatun, () -> LockSupport.parkNanos((long) (random.nextDouble() * usual)), start);

                String status = gatun.run("gatun-oci", "state", "one")
                        .json()
                        .field("status")
                        .string();
                assertThat(status).as(which).isIn("created", "running");
            }
            deleteByForce(gatun, bundle, "the last round");
        }
    }

    @Test
    void aDeletionThatWasKilledIsFinishedByForce() {
        var random = new Random(SEED);
        try (var gatun = new Gatun(folder)) {
            Path bundle = gatun.bundle(Rootfs.in(folder), "sleep", "1000");
            String[] create = {"gatun-oci", "create", "--bundle", bundle.toString(), "one"};
            String[] delete = {"gatun-oci", "delete", "--force", "one"};
            gatun.run(create).succeeded();
            long usual = time(gatun, delete);
            for (int round = 0; round < FEW_ROUNDS; round++) {
                gatun.run(create).succeeded();
                interrupt(gatun, () -> LockSupport.parkNanos((long) (random.nextDouble() * usual)), delete);
                deleteByForce(gatun, bundle, "seed " + SEED + ", round " + round);
            }
        }
    }
}
