package dev.gatun.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.container.ContainerException;
import dev.gatun.container.ContainerId;
import dev.gatun.container.CreateOptions;
import dev.gatun.container.IdMaps;
import dev.gatun.linux.Kernel;
import dev.gatun.oci.IdMapping;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Ids that each container has for itself. */
@Tag("kernel")
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class IdRangesTest {
    @TempDir
    Path folder;

    private TestImages images;
    private IdRanges ranges;

    @BeforeEach
    void begin() throws IOException {
        images = new TestImages(folder);
        ranges = new IdRanges(Kernel.load(), images.images.state(), folder);
        grant("subuid", "other:1:100000\ncontainers:200000:1500\ncontainers:300000:2000\n");
        grant("subgid", "containers:400000:3500\n");
    }

    private void grant(String file, String text) throws IOException {
        Files.writeString(folder.resolve(file), text);
    }

    private static IdMaps ids(long uid, long gid) {
        return new IdMaps(List.of(new IdMapping(0, uid, 1000)), List.of(new IdMapping(0, gid, 1000)));
    }

    /** A container that has the next 1000 ids, and waits. */
    private IdMaps container(String name) throws IOException {
        var id = new ContainerId(name);
        try (IdRanges.Taken taken = ranges.take(1000);
                var container = ImageContainer.prepare(images.images, id, images.image(), taken.ids())) {
            var template = TestImages.template("exec cat /wait")
                    .rootfs(container.root().folder().toString())
                    .cgroupsPath("/gatun-" + id)
                    .userNamespace(taken.ids().uids(), taken.ids().gids());
            IdRanges.annotation(taken.ids()).forEach(template::annotation);
            images.containers.run(id, template.build(), container.root(), CreateOptions.NONE);
            container.handOver();
            return taken.ids();
        }
    }

    @Test
    void eachContainerHasTheFirstThatAreFreeUntilItIsDeleted() throws Exception {
        images.shell();
        images.layer("mkfifo wait");
        try {
            assertThat(container("a")).isEqualTo(ids(200_000, 400_000));
            assertThat(container("b")).isEqualTo(ids(300_000, 401_000));
            assertThat(container("c")).isEqualTo(ids(301_000, 402_000));
            assertThatThrownBy(() -> ranges.take(1000))
                    .isInstanceOf(ContainerException.class)
                    .hasMessage(
                            "--userns=auto: the ids that " + folder.resolve("subuid")
                                    + " grants to the user \"containers\" have no 1000 in a row left: remove containers, or grant more");
            images.containers.delete(new ContainerId("b"), true);
            assertThat(container("d")).isEqualTo(ids(300_000, 401_000));
        } finally {
            for (String name : List.of("a", "b", "c", "d")) {
                images.containers.delete(new ContainerId(name), true);
            }
            new ContainerRoots(images.images).sweep();
        }
    }

    @Test
    void whoTakesSomeWaitsForWhoIsJustDoingSo() throws Exception {
        IdRanges.Taken first = ranges.take(1000);
        Thread second = Thread.ofPlatform().start(() -> ranges.take(1000).close());
        second.join(300);
        assertThat(second.isAlive()).isTrue();
        first.close();
        second.join();
    }

    @Test
    void withoutAGrantItIsSaidHowToMakeOne() throws Exception {
        grant("subgid", "other:1:65536\n");
        assertThatThrownBy(() -> ranges.take(1000))
                .isInstanceOf(ContainerException.class)
                .hasMessage("--userns=auto: " + folder.resolve("subgid") + " grants no ids to the user \"containers\";"
                        + " a line of it such as containers:2147483647:2147483648 does");
    }
}
