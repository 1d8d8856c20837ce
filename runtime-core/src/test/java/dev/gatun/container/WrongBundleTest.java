package dev.gatun.container;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.gatun.cgroup.CgroupException;
import dev.gatun.container.cli.GatunOci;
import dev.gatun.oci.InvalidSpecException;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is wrong with a bundle is said in one clear line, and an attempt to run it leaves everything as it was. */
@Tag("kernel")
class WrongBundleTest {
    /** Where a mount point, a working folder or the output may have been made: creating them is not undone, as for runc. */
    private static final Set<String> MOUNT_POINTS =
            Set.of("rootfs/proc", "rootfs/dev", "rootfs/sys", "rootfs/data", "state");

    @BeforeAll
    static void loadWhatIsLoadedOnce() {
        try (var bundle = new TestBundle()) {
            bundle.run("exit 0");
            bundle.args("nothing");
            assertThat(catchThrowable(bundle::create)).isNotNull();
        }
    }

    static List<WrongBundle> wrongBundles() {
        return WrongBundle.ALL;
    }

    @ParameterizedTest
    @MethodSource("wrongBundles")
    void createSaysWhatIsWrongAndLeavesNothing(WrongBundle wrong) {
        attempt(wrong, TestBundle::create);
    }

    @ParameterizedTest
    @MethodSource("wrongBundles")
    void runWithAMonitorSaysWhatIsWrongAndLeavesNothing(WrongBundle wrong) {
        attempt(wrong, bundle -> {
            bundle.monitor = true;
            return bundle.start();
        });
    }

    @ParameterizedTest
    @MethodSource("wrongBundles")
    void theCommandSaysItInOneLineAndEndsWithStatus1(WrongBundle wrong) {
        try (var bundle = new TestBundle()) {
            wrong.fault().accept(bundle);
            bundle.writeConfig();
            var args = new ArrayList<>(List.of("--root", bundle.state.root().toString(), "create"));
            args.addAll(List.of("--bundle", bundle.folder.toString()));
            args.addAll(List.of("--preserve-fds", Integer.toString(bundle.preservedDescriptors)));
            bundle.pidFile.ifPresent(file -> args.addAll(List.of("--pid-file", file.toString())));
            bundle.consoleSocket.ifPresent(socket -> args.addAll(List.of("--console-socket", socket.toString())));
            args.add(bundle.id);
            var out = new ByteArrayOutputStream();
            var err = new ByteArrayOutputStream();

            int status = GatunOci.command().run(args.toArray(new String[0]), Map.of(), printer(out), printer(err));

            assertThat(err.toString(UTF_8)).isEqualTo("gatun-oci: " + wrong.message(bundle.folder) + "\n");
            assertThat(status).isEqualTo(1);
            assertThat(out.size()).isZero();
            assertThat(bundle.state.list()).isEmpty();
        }
    }

    private static PrintStream printer(ByteArrayOutputStream target) {
        return new PrintStream(target, true, UTF_8);
    }

    private interface Way {
        Containers.Created create(TestBundle bundle);
    }

    private static void attempt(WrongBundle wrong, Way way) {
        try (var bundle = new TestBundle()) {
            wrong.fault().accept(bundle);
            Throwable unwritten = catchThrowable(bundle::bundle);
            Footprint before = Footprint.of(bundle.folder);

            Throwable thrown = catchThrowable(() -> way.create(bundle));

            assertThat(thrown)
                    .isInstanceOfAny(ContainerException.class, InvalidSpecException.class, CgroupException.class);
            assertThat(thrown).hasMessage(wrong.message(bundle.folder));
            assertThat(thrown.getMessage()).doesNotContain("\n");
            assertThat(unwritten)
                    .satisfiesAnyOf(
                            nothing -> assertThat(nothing).isNull(),
                            failed -> assertThat(failed).hasMessage(thrown.getMessage()));
            Footprint after = Footprint.of(bundle.folder);
            assertThat(after.descriptors()).isEqualTo(before.descriptors());
            assertThat(after.children()).isEqualTo(before.children());
            assertThat(after.residents()).isEmpty();
            assertThat(after.mounts()).isEqualTo(before.mounts());
            var made = new TreeSet<>(after.files());
            made.removeAll(before.files());
            made.removeAll(MOUNT_POINTS);
            assertThat(made).isEmpty();
            assertThat(bundle.state.list()).isEmpty();
        }
    }
}
