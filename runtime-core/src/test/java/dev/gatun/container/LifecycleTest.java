package dev.gatun.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.linux.Signal;
import dev.gatun.oci.Process;
import dev.gatun.oci.State;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A container's life: created, running, stopped, deleted. */
@Tag("kernel")
@Tag("vm")
class LifecycleTest {
    private final TestBundle bundle = new TestBundle();
    private final Containers containers = bundle.containers;
    private final ContainerId id = bundle.containerId();

    @AfterEach
    void clean() {
        bundle.close();
    }

    private State.Status status() {
        return bundle.state.get(id).status();
    }

    private Path root(int pid) {
        return Path.of("/proc/" + pid);
    }

    @Test
    void aContainerIsCreatedStartedStoppedAndDeleted() {
        Containers.Created created = bundle.args("/bin/sleep", "1000").create();
        assertThat(created.status().status()).isEqualTo(State.Status.CREATED);
        assertThat(status()).isEqualTo(State.Status.CREATED);

        containers.start(id);
        assertThat(status()).isEqualTo(State.Status.RUNNING);
        assertThat(bundle.state.get(id).pid()).isEqualTo(created.status().pid());

        containers.kill(id, Signal.SIGKILL);
        containers.await(id);
        assertThat(status()).isEqualTo(State.Status.STOPPED);
        assertThat(bundle.state.get(id).pid()).isZero();

        containers.delete(id, false);
        assertThat(bundle.state.find(id)).isEmpty();
        assertThat(bundle.state.root()).isEmptyDirectory();
    }

    @Test
    void nothingOfTheCommandRunsBeforeStart() {
        bundle.script("echo ran").create();
        assertThat(bundle.rootfs.resolve("out/text")).doesNotExist();
        containers.start(id);
        assertThat(bundle.end().text()).isEqualTo("ran");
    }

    @ParameterizedTest
    @ValueSource(strings = {"process", "process.args"})
    void aCommandIsNeededAtStartOnly(String missing) {
        bundle.remove(missing).create();
        assertThat(status()).isEqualTo(State.Status.CREATED);

        assertThatThrownBy(() -> containers.start(id))
                .hasMessage("process.args: empty; a program to run is required: ENOENT (No such file or directory)");

        Await.until(() -> status() == State.Status.STOPPED);
        containers.delete(id, false);
        assertThat(bundle.state.root()).isEmptyDirectory();
    }

    @ParameterizedTest
    @CsvSource({
        "process, process: missing; a process to start is required",
        "process.args, process.args: empty; a program to run is required"
    })
    void whatIsToRunAtOnceNeedsACommandAtOnce(String missing, String message) {
        bundle.remove(missing);
        assertThatThrownBy(bundle::start).hasMessage(message);
        assertThat(bundle.state.list()).isEmpty();
    }

    @Test
    void theStateIsWhatTheSpecificationAsksForAndWhatRuncAdds() {
        bundle.set("annotations", "{'org.example.a': 'b'}").args("/bin/sleep", "1000");
        ContainerStatus created = bundle.create().status();
        assertThat(bundle.state.get(id)).isEqualTo(created);
        assertThat(TestBundle.json(created.toJson()))
                .isEqualTo(TestBundle.json(
                        "{ociVersion: '1.3.0', id: 'test', pid: " + created.pid() + ", status: 'created', bundle: '"
                                + bundle.folder + "', rootfs: '" + bundle.rootfs + "', created: '"
                                + created.record().created() + "', annotations: {'org.example.a': 'b'}, owner: ''}"));
        assertThat(root(created.pid())).exists();
    }

    @Test
    void containersAreListedByName() {
        for (String name : List.of("b", "c", "a")) {
            bundle.id = name;
            bundle.args("/bin/sleep", "1000").create();
        }
        assertThat(bundle.state.list().stream()
                        .map(container -> container.record().id().value()))
                .containsExactly("a", "b", "c");
    }

    @Test
    void addedProcessesThatNobodyHasWaitedForDoNotKeepItFromBeingDeleted() {
        bundle.startIdle();
        Process process = bundle.process("exit 0");
        Containers.Executed executed = containers.exec(id, bundle.bundle().spec(), process, CreateOptions.NONE);
        Await.until(() -> ProcessIdentity.ancestry(executed.pid()).ended());

        containers.delete(id, true);

        assertThat(bundle.state.root()).isEmptyDirectory();
    }

    @Test
    void aNameIsTakenUntilItsContainerIsDeleted() {
        bundle.startIdle();
        assertThatThrownBy(bundle::create).hasMessage("container with given ID already exists: test");
        assertThat(status()).isEqualTo(State.Status.RUNNING);
        containers.delete(id, true);
        assertThat(bundle.create().status().status()).isEqualTo(State.Status.CREATED);
    }

    @Test
    void whatTheStateFolderHoldsIsItsOwnersOnly() throws IOException {
        bundle.create();
        for (Path folder : List.of(bundle.state.root(), bundle.state.folder(id))) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
                    .isEqualTo("rwx------");
        }
    }

    @Test
    void theExitStatusIsTheCommands() {
        assertThat(bundle.run("exit 0").status()).isZero();
        assertThat(bundle.run("exit 1").status()).isOne();
        assertThat(bundle.run("exit 255").status()).isEqualTo(255);
    }

    @Test
    void theExitStatusOfAKilledCommandIsTheSignalAnd128() {
        bundle.startIdle();
        containers.kill(id, Signal.SIGKILL);
        assertThat(bundle.end().status()).isEqualTo(128 + Signal.SIGKILL);
    }

    @Test
    void aSignalReachesTheCommand() {
        bundle.script("trap 'exit 42' USR1; echo ready; while true; do sleep 0.01; done")
                .start();
        Await.until(() -> bundle.text().equals("ready"));
        containers.kill(id, Signal.SIGUSR1);
        assertThat(bundle.end().status()).isEqualTo(42);
    }

    @Test
    void aCreatedContainerCanBeKilled() {
        bundle.create();
        containers.kill(id, Signal.SIGKILL);
        containers.await(id);
        assertThat(status()).isEqualTo(State.Status.STOPPED);
    }

    @Test
    void aStoppedContainerCannotBeKilled() {
        bundle.args("/bin/true").start();
        containers.await(id);
        assertThatThrownBy(() -> containers.kill(id, Signal.SIGTERM)).hasMessage("container not running");
    }

    @Test
    void theSignalZeroAsksWhetherItRuns() {
        bundle.startIdle();
        containers.kill(id, 0);
        assertThat(status()).isEqualTo(State.Status.RUNNING);
    }

    @Test
    void aContainerIsStartedOnce() {
        bundle.args("/bin/sleep", "1000").create();
        containers.start(id);
        assertThatThrownBy(() -> containers.start(id)).hasMessage("cannot start an already running container");
        assertThat(status()).isEqualTo(State.Status.RUNNING);
    }

    @Test
    void aStoppedContainerCannotBeStarted() {
        bundle.args("/bin/true").start();
        containers.await(id);
        assertThatThrownBy(() -> containers.start(id)).hasMessage("cannot start a container that has stopped");
    }

    @Test
    void whatThereIsNotCannotBeStartedKilledOrDeleted() {
        String message = "container \"test\" does not exist";
        assertThatThrownBy(() -> containers.start(id)).hasMessage(message);
        assertThatThrownBy(() -> containers.kill(id, Signal.SIGTERM)).hasMessage(message);
        assertThatThrownBy(() -> containers.delete(id, false)).hasMessage(message);
        assertThatThrownBy(() -> bundle.exec("true")).hasMessage(message);
        assertThatThrownBy(() -> containers.await(id)).hasMessage(message);
    }

    @Test
    void aRunningContainerIsDeletedByForceOnly() {
        int pid = bundle.startIdle();
        assertThatThrownBy(() -> containers.delete(id, false))
                .hasMessage("cannot delete container test that is not stopped: running");
        assertThat(status()).isEqualTo(State.Status.RUNNING);
        containers.delete(id, true);
        assertThat(bundle.state.find(id)).isEmpty();
        assertThat(root(pid)).doesNotExist();
    }

    @Test
    void aCreatedContainerIsDeletedWithoutForce() {
        int pid = bundle.create().status().pid();
        containers.delete(id, false);
        assertThat(bundle.state.find(id)).isEmpty();
        assertThat(root(pid)).doesNotExist();
    }

    @Test
    void deletingByForceIsContentIfThereIsNothing() {
        containers.delete(id, true);
        assertThat(bundle.state.find(id)).isEmpty();
    }

    @Test
    void deletingByForceRemovesWhatIsDamaged() throws IOException {
        Path record = bundle.hostFolder("state/test").resolve("state.json");
        Files.writeString(record, "{\"id\": \"te");
        assertThatThrownBy(() -> containers.delete(id, false))
                .hasMessageStartingWith(record + " is damaged (")
                .hasMessageEndingWith("\"delete --force test\" removes it");
        containers.delete(id, true);
        assertThat(record.getParent()).doesNotExist();
    }

    @Test
    void deletingByForceRemovesWhatACrashLeftHalfMade() {
        bundle.hostFolder("state/test");
        containers.delete(id, true);
        assertThat(bundle.state.root()).isEmptyDirectory();
    }

    @Test
    void allProcessesOfAContainerEndWithItsFirst() {
        bundle.script("sleep 1000 & sleep 1000 & echo ready; sleep 1000").start();
        Await.until(() -> bundle.text().equals("ready"));
        containers.delete(id, true);
        Await.until(() -> Footprint.of(bundle.folder).residents().isEmpty());
    }

    @Test
    void theProcessIdIsWrittenWithoutALinesEnd() throws IOException {
        Path file = bundle.folder.resolve("pid");
        bundle.pidFile = Optional.of(file);
        int pid = bundle.create().status().pid();
        assertThat(Files.readString(file)).isEqualTo(Integer.toString(pid));
        try (Stream<Path> files = Files.list(bundle.folder)) {
            assertThat(files.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrder("config.json", "pid", "rootfs", "state");
        }
    }

    @Test
    void aCommandThatDisappearsIsAnErrorOfStart() throws IOException {
        Path tool = bundle.file("bin/tool", "#!/bin/sh\n", "rwxr-xr-x");
        bundle.args("/bin/tool").create();
        Files.delete(tool);
        assertThatThrownBy(() -> containers.start(id))
                .isInstanceOf(ContainerException.class)
                .hasMessageStartingWith("exec: \"/bin/tool\": ENOENT (No such file or directory)");
        containers.await(id);
        assertThat(status()).isEqualTo(State.Status.STOPPED);
        assertThatThrownBy(() -> containers.start(id)).hasMessage("cannot start a container that has stopped");
        containers.delete(id, false);
    }

    @Test
    void aContainerIsAChildOfWhoCreatedIt() throws IOException {
        int pid = bundle.startIdle();
        assertThat(Files.readAllLines(root(pid).resolve("status")))
                .contains("PPid:\t" + ProcessHandle.current().pid());
    }

    @Test
    void anotherRuntimeOfTheSameStateFolderSeesTheContainer() {
        bundle.args("/bin/sleep", "1000").create();
        var second = new Containers(
                bundle.kernel, new StateFolder(bundle.state.root()), bundle.folder, bundle.warnings::add);
        second.start(id);
        assertThat(status()).isEqualTo(State.Status.RUNNING);
        second.kill(id, Signal.SIGKILL);
        assertThat(containers.await(id)).isEqualTo(137);
    }
}
