package dev.gatun.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDirFactory;

/** Temporary folders on a disk: in the virtual machine the usual ones are in memory, where nothing can be mapped before Linux 6.3. */
final class OnDisk implements TempDirFactory {
    @Override
    public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext test) throws IOException {
        String disk = System.getProperty("gatun.test.disk", System.getProperty("java.io.tmpdir"));
        return Files.createTempDirectory(Path.of(disk), "gatun-");
    }
}
