package dev.gatun.image.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.image.ContentStore;
import dev.gatun.image.Descriptor;
import dev.gatun.image.ImageConfig;
import dev.gatun.image.ImageException;
import dev.gatun.image.Manifest;
import dev.gatun.image.file.IdShift;
import dev.gatun.image.file.Shell;
import dev.gatun.image.layer.UnpackRules;
import dev.gatun.image.snapshot.ContainerRoot;
import dev.gatun.image.snapshot.ImageUnpack;
import dev.gatun.image.snapshot.Snapshots;
import dev.gatun.linux.Kernel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostImageTest {
    private static final Pattern LDD = Pattern.compile("(?:=> )?(/\\S+) \\(0x");

    @TempDir
    Path folder;

    private final Kernel kernel = Kernel.load();

    @Test
    void librariesAreThoseThatTheLoaderLists() {
        for (String program :
                List.of("/bin/sh", "/usr/bin/tar", "/usr/bin/apt-get", "/usr/bin/python3", "/usr/bin/curl")) {
            if (!Files.exists(Path.of(program))) {
                continue;
            }
            var expected = new TreeSet<String>();
            var matcher = LDD.matcher(Shell.run(folder, "ldd " + program));
            while (matcher.find()) {
                expected.add(real(matcher.group(1)));
            }
            expected.add(real(program));
            Set<String> found = new TreeSet<>();
            new Libraries().of(program).forEach(path -> found.add(real(path)));
            assertThat(found).as(program).isEqualTo(expected);
        }
    }

    @Test
    void aProgramThatIsNotThereIsNamed() {
        assertThatThrownBy(() -> new Libraries().of("/no/such"))
                .isInstanceOf(ImageException.class)
                .hasMessage("/no/such is no file on this host; name programs with their whole paths");
        assertThatThrownBy(() -> new Libraries().of("sh")).isInstanceOf(ImageException.class);
    }

    @Tag("kernel")
    @Test
    void programsOfTheHostRunInTheImage() throws Exception {
        ContentStore store = ContentStore.open(kernel, folder.resolve("store"));
        var content = new HostImage.Content(
                List.of("/bin/sh", "/bin/ls", "/usr/bin/id", "/usr/bin/tar"),
                List.of("/etc/debian_version"),
                true,
                List.of());
        try (var lease = store.lease()) {
            Descriptor first = new HostImage(kernel, store, IdShift.NONE).create(content, lease);
            assertThat(new HostImage(kernel, store, IdShift.NONE)
                            .create(content, lease)
                            .digest())
                    .as("made once more")
                    .isEqualTo(first.digest());
            Manifest manifest = Manifest.parse(first.mediaType(), store.read(first));
            ImageConfig config = ImageConfig.parse(store.read(manifest.config()));
            assertThat(config.container().command()).containsExactly("/bin/sh");
            var snapshots = Snapshots.open(kernel, folder.resolve("snapshots"), UnpackRules.PRIVILEGED);
            try (ImageUnpack unpack = snapshots.unpacking(store)) {
                unpack.stored(0, manifest.layers().getFirst(), config.diffIds().getFirst());
                ContainerRoot root =
                        snapshots.prepare("c", unpack.finish(config.diffIds()).chainId());
                try {
                    root.mount();
                    String output = Shell.run(root.path(), "chroot . /bin/sh -c 'id -un; ls /etc; tar --version'");
                    assertThat(output).contains("root\n", "debian_version", "nsswitch.conf", "ssl", "tar (GNU tar)");
                } finally {
                    root.remove();
                }
            }
        }
        assertThat(folder.resolve("store").toFile().list()).noneMatch(name -> name.startsWith("from-host-"));
    }

    private static String real(String path) {
        try {
            return Path.of(path).toRealPath().toString();
        } catch (java.io.IOException missing) {
            throw new AssertionError(missing);
        }
    }
}
