package dev.gatun.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.container.ContainerId;
import dev.gatun.container.IdMaps;
import dev.gatun.oci.IdMapping;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Where the kernel cannot map owners: in the virtual machine, whose Linux 6.1 does not do so in memory. */
@Tag("guest")
@Timeout(60)
class ShiftedRootsGuestTest {
    private static final ContainerId ID = new ContainerId("shifted");

    @TempDir
    Path folder;

    @Test
    void theLayersAreCopied() throws Exception {
        var images = new TestImages(folder);
        images.shell();
        images.layer("echo a >a; chown 5:6 a");
        List<IdMapping> map = List.of(new IdMapping(0, 100_000, 65_536));
        try (var container = ImageContainer.prepare(images.images, ID, images.image(), new IdMaps(map, map))) {
            Path root = container.root().folder();
            String seen = images.run(
                    ID,
                    container.root(),
                    TestImages.template("stat -c %u:%g / /a").userNamespace(map, map),
                    root.resolveSibling("upper"));
            assertThat(seen).isEqualTo("0:0\n5:6\n");
            assertThat(root.resolveSibling("l/0").toRealPath().toString()).contains("/shifted-");
        } finally {
            images.containers.delete(ID, true);
        }
    }
}
