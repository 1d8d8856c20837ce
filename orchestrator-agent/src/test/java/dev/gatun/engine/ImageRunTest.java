package dev.gatun.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.container.ContainerId;
import dev.gatun.container.IdMaps;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Containers of images, on the kernel of this machine and on that of the virtual one, which is older. */
@Tag("kernel")
@Tag("vm")
@Timeout(value = 3, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ImageRunTest {
    private static final int LAYERS = 130;

    @TempDir
    Path folder;

    private TestImages images;

    @BeforeEach
    void begin() {
        images = new TestImages(folder);
    }

    @Test
    void aContainerStandsOnAllLayersOfItsImage() throws Exception {
        images.shell();
        for (int i = 1; i < LAYERS; i++) {
            Path layer = images.newFolder();
            Files.writeString(layer.resolve("last"), Integer.toString(i));
            Files.createFile(Files.createDirectory(layer.resolve("d")).resolve("f" + i));
            images.layer(layer);
        }
        var id = new ContainerId("many");
        try (var container = ImageContainer.prepare(images.images, id, images.image(), IdMaps.NONE)) {
            String seen = images.run(
                    id,
                    container.root(),
                    TestImages.template(
                            "cat /last; ls /d | grep -c f; grep -c ' / / .* overlay ' /proc/self/mountinfo"),
                    images.images.snapshots().containersFolder().resolve("many/upper"));
            assertThat(seen).isEqualTo("129129\n1\n");
        } finally {
            images.containers.delete(id, true);
        }
    }
}
