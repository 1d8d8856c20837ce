package dev.gatun.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.linux.FileCalls;
import dev.gatun.linux.Kernel;
import dev.gatun.linux.SyscallException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A folder that becomes a root is looked at as the process inside will see it; needs no root. */
class RootDirectoryTest {
    private final Kernel kernel = Kernel.load();

    private Path temporary;
    private Path root;
    private RootDirectory view;

    @BeforeEach
    void prepare() throws IOException {
        temporary = Files.createTempDirectory("gatun-root-").toRealPath();
        root = Files.createDirectory(temporary.resolve("root"));
        Files.createDirectories(root.resolve("usr/bin"));
        Files.createDirectories(root.resolve("etc"));
        Files.writeString(root.resolve("etc/passwd"), "inside");
        Files.writeString(temporary.resolve("secret"), "outside");
        link("bin", "usr/bin");
        link("absolute", "/usr/bin");
        link("usr/up", "../etc");
        link("chain", "bin");
        link("missing", "/var/lib/missing");
        link("slashes", "//usr///bin/");
        link("dots", "./usr/./bin/../bin");
        link("climb", "../..");
        link("usr/climb", "../../secret");
        link("outside", temporary.resolve("secret").toString());
        link("loop", "loop");
        link("ping", "pong");
        link("pong", "ping");
        view = new RootDirectory(kernel, root);
    }

    @AfterEach
    void close() {
        view.close();
        TestBundle.removeTree(temporary);
    }

    /** Through the kernel, as Java would tidy up the target. */
    private void link(String name, String target) {
        kernel.call(FileCalls.symlinkat(
                target, FileCalls.CURRENT_DIRECTORY, root.resolve(name).toString()));
    }

    @ParameterizedTest
    @CsvSource({
        "/, /",
        "/usr/bin, /usr/bin",
        "/nowhere/at/all, /nowhere/at/all",
        "/bin, /usr/bin",
        "/bin/tool, /usr/bin/tool",
        "/absolute/tool, /usr/bin/tool",
        "/usr/up/passwd, /etc/passwd",
        "/chain/tool, /usr/bin/tool",
        "/missing/deep, /var/lib/missing/deep",
        "/slashes/tool, /usr/bin/tool",
        "/dots/tool, /usr/bin/tool",
        "/bin/../etc, /usr/etc",
    })
    void aPathIsResolvedAsTheKernelResolvesItInside(String path, String resolved) {
        assertThat(view.resolve(path)).isEqualTo(resolved);
    }

    @Test
    void anAbsoluteLinkStaysInside() {
        assertThat(view.resolve("/outside/x")).isEqualTo(temporary.resolve("secret") + "/x");
        assertThat(view.read("/outside")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/climb", "/climb/x", "/usr/climb", "/climb/root/etc"})
    void aRelativeLinkThatClimbsOutIsAnError(String path) {
        assertThatThrownBy(() -> view.resolve(path))
                .isInstanceOf(ContainerException.class)
                .hasMessage(path
                        + ": a symbolic link on this path leads out of the root file system; remove it from the image");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/loop", "/loop/x", "/ping/x"})
    void linksInACircleAreAnError(String path) {
        assertThatThrownBy(() -> view.resolve(path))
                .isInstanceOf(ContainerException.class)
                .hasMessage(path + ": more than 40 symbolic links in the root file system");
    }

    @Test
    void aFileIsReadThroughLinksThatStayInside() {
        assertThat(view.read("/etc/passwd")).isEqualTo("inside");
        assertThat(view.read("/usr/up/passwd")).isEqualTo("inside");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/nowhere", "/etc", "/loop", "/usr/climb", "/etc/passwd/x"})
    void whatIsNoFileInsideReadsAsNothing(String path) {
        assertThat(view.read(path)).isEmpty();
    }

    @Test
    void aRootThatIsALinkIsNotFollowed() throws IOException {
        Path link = Files.createSymbolicLink(temporary.resolve("link"), root);
        assertThatThrownBy(() -> new RootDirectory(kernel, link).close()).isInstanceOf(SyscallException.class);
    }
}
