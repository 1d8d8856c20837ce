package dev.gatun.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.cgroup.GroupPaths;
import dev.gatun.linux.Arch;
import dev.gatun.linux.Fcntl;
import dev.gatun.linux.Fd;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.Signal;
import dev.gatun.linux.Syscall;
import dev.gatun.oci.State;
import dev.gatun.program.Program;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The verbs that are programs do what the verbs in Java do, or leave it to them. */
@Tag("kernel")
@Tag("cgroup")
@Timeout(60)
class VerbProgramsTest {
    private final TestBundle bundle = new TestBundle();
    private final ContainerId id = bundle.containerId();

    @BeforeEach
    void idle() {
        bundle.args("/bin/sleep", "1000");
    }

    @AfterEach
    void close() {
        bundle.close();
    }

    private Path folder() {
        return bundle.state.folder(id);
    }

    private java.lang.Process begin(Program program) throws IOException {
        Path file = bundle.folder.resolve("program");
        ProgramFile.write(program, Arch.current(), file);
        return new ProcessBuilder(file.toString()).directory(folder().toFile()).start();
    }

    private int run(Program program) throws Exception {
        java.lang.Process process = begin(program);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    private State.Status status() {
        return bundle.state.get(id).status();
    }

    private List<Path> groups() {
        return bundle.state.get(id).record().group().places().stream()
                .map(GroupPaths.Place::folder)
                .map(Path::of)
                .toList();
    }

    private boolean isPlain() {
        return Files.exists(folder().resolve("plain"));
    }

    private void endAndWait() {
        bundle.containers.kill(id, Signal.SIGKILL);
        bundle.containers.await(id);
    }

    @Test
    void aContainerIsStartedAndDeleted() throws Exception {
        bundle.create();
        assertThat(run(VerbPrograms.start())).isZero();
        assertThat(status()).isEqualTo(State.Status.RUNNING);
        List<Path> groups = groups();
        endAndWait();

        assertThat(run(VerbPrograms.delete())).isZero();
        assertThat(bundle.state.root()).isEmptyDirectory();
        assertThat(groups).noneMatch(Files::exists);
    }

    @Test
    void whatNobodyHasWaitedForHasEndedAllTheSame() throws Exception {
        bundle.args("/bin/true").create();
        run(VerbPrograms.start());
        Await.until(() -> status() == State.Status.STOPPED);

        assertThat(run(VerbPrograms.delete())).isZero();
        assertThat(bundle.state.root()).isEmptyDirectory();
    }

    @Test
    void groupsThatTheContainerMadeGoWithIt() throws Exception {
        bundle.create();
        List<Path> groups = groups();
        for (Path group : groups) {
            Files.createDirectories(group.resolve("a/b"));
            Files.createDirectory(group.resolve("c"));
        }
        endAndWait();

        assertThat(run(VerbPrograms.delete())).isZero();
        assertThat(groups).noneMatch(Files::exists);
    }

    @Test
    void whyAContainerCannotBeStartedIsToldByJava() throws Exception {
        bundle.file("bin/junk", "junk", "rwxr-xr-x");
        bundle.args("/bin/junk").create();

        assertThat(run(VerbPrograms.start())).isEqualTo(1);
        Await.until(() -> status() == State.Status.STOPPED);
        assertThatThrownBy(() -> bundle.containers.start(id))
                .hasMessageContaining("exec: \"/bin/junk\"")
                .hasMessageContaining("ENOEXEC");
        assertThatThrownBy(() -> bundle.containers.start(id)).hasMessage("cannot start a container that has stopped");
    }

    @Test
    void whatIsStartedCannotBeStartedAgain() throws Exception {
        bundle.startIdle();
        assertThat(run(VerbPrograms.start())).isEqualTo(1);
        assertThat(status()).isEqualTo(State.Status.RUNNING);
    }

    @Test
    void aContainerThatHasNotEndedIsLeftToJava() throws Exception {
        bundle.create();
        assertThat(run(VerbPrograms.delete())).isEqualTo(1);
        assertThat(status()).isEqualTo(State.Status.CREATED);
        assertThat(run(VerbPrograms.start())).isZero();
        assertThat(run(VerbPrograms.delete())).isEqualTo(1);
        assertThat(status()).isEqualTo(State.Status.RUNNING);
        assertThat(groups()).allMatch(Files::exists);
    }

    @Test
    void aProcessThatHasTheNumberNowIsLeftToJava() throws Exception {
        bundle.startIdle();
        endAndWait();
        var number = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        byte[] plain = Files.readAllBytes(folder().resolve("plain"));
        System.arraycopy(number.putLong(0, ProcessHandle.current().pid()).array(), 0, plain, 0, Long.BYTES);
        Files.write(folder().resolve("plain"), plain);

        assertThat(run(VerbPrograms.delete())).isEqualTo(1);
        assertThat(status()).isEqualTo(State.Status.STOPPED);
        bundle.containers.delete(id, false);
        assertThat(bundle.state.root()).isEmptyDirectory();
    }

    @Test
    void aGroupThatCannotBeRemovedIsLeftToJava() throws Exception {
        bundle.startIdle();
        endAndWait();
        var other = new ProcessBuilder("sleep", "1000").start();
        Path group = groups().getLast();
        try {
            Files.writeString(group.resolve("cgroup.procs"), Long.toString(other.pid()));
            assertThat(run(VerbPrograms.delete())).isEqualTo(1);
            assertThat(status()).isEqualTo(State.Status.STOPPED);
            assertThat(group).exists();
        } finally {
            other.destroyForcibly().waitFor();
        }
        assertThat(run(VerbPrograms.delete())).isZero();
        assertThat(group).doesNotExist();
    }

    @Test
    void anotherCommandIsWaitedFor() throws Exception {
        bundle.create();
        java.lang.Process waiting;
        long opened = bundle.kernel.call(FileCalls.openat(
                FileCalls.CURRENT_DIRECTORY, folder().toString(), Fcntl.O_RDONLY | Fcntl.O_CLOEXEC, 0));
        try (var lock = new Fd(bundle.kernel, opened, "lock")) {
            bundle.kernel.call(FileCalls.flock(lock, Fcntl.LOCK_EX));
            waiting = begin(VerbPrograms.start());
            Path call = Path.of("/proc/" + waiting.pid() + "/syscall");
            Await.until(() -> TestBundle.read(call).startsWith(Syscall.FLOCK.number(Arch.current()) + " "));
            assertThat(status()).isEqualTo(State.Status.CREATED);
        }
        assertThat(waiting.waitFor()).isZero();
        assertThat(status()).isEqualTo(State.Status.RUNNING);
    }

    @Test
    void aPausedContainerNeedsJava() {
        bundle.create();
        assertThat(isPlain()).isTrue();
        bundle.control.pause(id);
        assertThat(isPlain()).isFalse();
        bundle.control.resume(id);
    }

    @ParameterizedTest
    @ValueSource(strings = {"startContainer", "poststart", "poststop"})
    void laterHooksNeedJava(String kind) {
        bundle.set("hooks." + kind, "[{path: '/bin/true'}]").create();
        assertThat(isPlain()).isFalse();
    }

    @Test
    void hooksThatHaveRunDoNot() {
        bundle.set("hooks.prestart", "[{path: '/bin/true'}]").create();
        assertThat(isPlain()).isTrue();
    }

    @Test
    void aMonitorNeedsJava() {
        bundle.monitor = true;
        bundle.create();
        assertThat(isPlain()).isFalse();
    }

    @Test
    void processesThatAreInNoPidNamespaceOfTheirOwnNeedJava() {
        bundle.withoutNamespace("pid").create();
        assertThat(isPlain()).isFalse();
    }
}
