package dev.gatun.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.container.ContainerId;
import dev.gatun.container.Folders;
import dev.gatun.container.IdMaps;
import dev.gatun.container.Privileges;
import dev.gatun.container.RootSource;
import dev.gatun.container.StateFolder;
import dev.gatun.image.Image;
import dev.gatun.image.Reference;
import dev.gatun.image.host.HostImage;
import dev.gatun.image.registry.RegistriesConf;
import dev.gatun.linux.Kernel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is made of an image for a container, before there is one. */
@Tag("kernel")
class ImageContainerTest {

    @TempDir
    Path folder;

    private Images images;
    private Image image;

    @BeforeEach
    void begin() {
        Folders folders = Folders.of(Map.of("GATUN_ROOT", folder.toString()), Privileges.ofThisProcess());
        images = new Images(
                Kernel.load(),
                folders,
                new StateFolder(folders.containers()),
                RegistriesConf.defaults(),
                Layering.OF_ROOT);
        var content = new HostImage.Content(List.of("/usr/bin/busybox"), List.of(), false, List.of());
        var labels = new NewImages.Labels(Optional.of(Reference.parse("test")), List.of(), "", "");
        new NewImages(images).ofHost(content, labels);
        image = images.store().get("test");
    }

    @Test
    void aSecondContainerCopiesNothing() throws Exception {
        try (var first = ImageContainer.prepare(images, new ContainerId("first"), image, IdMaps.NONE);
                var second = ImageContainer.prepare(images, new ContainerId("second"), image, IdMaps.NONE)) {
            assertThat(List.of(first.root(), second.root())).hasOnlyElementsOfType(RootSource.Layers.class);
            Path containers = images.snapshots().containersFolder();
            for (String name : List.of("first", "second")) {
                assertThat(containers.resolve(name)).isDirectoryNotContaining(Files::isRegularFile);
                assertThat(containers.resolve(name).resolve("upper")).isEmptyDirectory();
            }
        }
    }

    @Test
    void whatIsNotHandedOverIsRemovedAndWhatIsGoneIsSwept() throws Exception {
        Path containers = images.snapshots().containersFolder();
        ImageContainer.prepare(images, new ContainerId("dropped"), image, IdMaps.NONE)
                .close();
        assertThat(containers).isEmptyDirectory();

        Path state = Files.createDirectories(images.state().root().resolve("kept"));
        var kept = ImageContainer.prepare(images, new ContainerId("kept"), image, IdMaps.NONE);
        kept.handOver();
        new ContainerRoots(images).sweep();
        assertThat(containers.resolve("kept")).isDirectory();
        kept.close();
        new ContainerRoots(images).sweep();
        assertThat(containers.resolve("kept")).as("its state is there").isDirectory();
        Files.delete(state);
        new ContainerRoots(images).sweep();
        assertThat(containers).isEmptyDirectory();
    }
}
