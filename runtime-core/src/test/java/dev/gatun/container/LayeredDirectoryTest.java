package dev.gatun.container;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.linux.Block;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.Kernel;
import dev.gatun.linux.Stat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Layers looked at as overlayfs would show them. */
@Tag("kernel")
class LayeredDirectoryTest {
    @TempDir
    Path folder;

    private final Kernel kernel = Kernel.load();
    private Path upper;
    private Path middle;
    private Path lower;
    private LayeredDirectory view;

    @BeforeEach
    void begin() throws IOException {
        upper = Files.createDirectories(folder.resolve("upper"));
        middle = Files.createDirectories(folder.resolve("middle"));
        lower = Files.createDirectories(folder.resolve("lower"));
        write(lower, "etc/passwd", "lower");
        write(lower, "etc/group", "lower");
        write(lower, "data/old", "old");
        write(lower, "data/below/file", "file");
        write(middle, "etc/passwd", "middle");
        view = new LayeredDirectory(kernel, List.of(upper, middle, lower));
    }

    @AfterEach
    void end() {
        view.close();
    }

    private static void write(Path layer, String path, String content) {
        try {
            Files.createDirectories(layer.resolve(path).getParent());
            Files.writeString(layer.resolve(path), content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void whiteOut(Path layer, String path) throws IOException {
        Files.createDirectories(layer.resolve(path).getParent());
        String file = layer.resolve(path).toString();
        kernel.call(FileCalls.mknodat(FileCalls.CURRENT_DIRECTORY, file, Stat.S_IFCHR, 0));
    }

    private List<String> below(String path) {
        return view.below(path).stream().map(ImageFile::path).toList();
    }

    @Test
    void aFileIsThatOfTheTopmostLayerWhichHasIt() {
        assertThat(view.read("/etc/passwd")).isEqualTo("middle");
        assertThat(view.read("/etc/group")).isEqualTo("lower");
        assertThat(view.read("/etc/nothing")).isEmpty();
    }

    @Test
    void foldersAreMerged() {
        write(upper, "data/new", "new");
        assertThat(below("/data")).containsExactly("/data/below", "/data/below/file", "/data/new", "/data/old");
    }

    @Test
    void whatIsRemovedIsNotThere() throws IOException {
        whiteOut(middle, "data/old");
        whiteOut(upper, "etc");
        assertThat(below("/data")).containsExactly("/data/below", "/data/below/file");
        assertThat(view.find("/etc/passwd")).isEmpty();
        assertThat(view.find("/etc")).isEmpty();
    }

    @Test
    void aFolderThatHidesWhatIsBelowShowsItsOwnOnly() {
        write(middle, "data/new", "new");
        kernel.call(FileCalls.setxattr(
                middle.resolve("data").toString(),
                "user.overlay.opaque",
                Block.of("y".getBytes(StandardCharsets.US_ASCII), "y")));
        write(upper, "data/newest", "newest");
        assertThat(below("/data")).containsExactly("/data/new", "/data/newest");
    }

    @Test
    void aFileHidesAFolderAndAFolderAFile() {
        write(middle, "data", "a file");
        write(upper, "etc/passwd/inside", "a folder");
        assertThat(view.read("/data")).isEqualTo("a file");
        assertThat(view.find("/data/old")).isEmpty();
        assertThat(view.read("/etc/passwd/inside")).isEqualTo("a folder");
    }

    @Test
    void linksLeadThroughAllLayers() throws IOException {
        Files.createSymbolicLink(upper.resolve("link"), Path.of("../data"));
        Files.createDirectories(upper.resolve("sub"));
        Files.createSymbolicLink(upper.resolve("sub/link"), Path.of("/etc/../data/below"));
        assertThat(view.resolve("/sub/link/new")).isEqualTo("/data/below/new");
        assertThat(view.read("/sub/link/file")).isEqualTo("file");
        assertThat(view.find("/sub/link").orElseThrow().target()).isEqualTo("/etc/../data/below");
    }
}
