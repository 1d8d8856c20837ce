package dev.gatun.image.snapshot;

import dev.gatun.image.ImageException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * fuse-overlayfs(1), which lays folders over each other in user space. It ends when what it has mounted is gone.
 *
 * @param program where it is
 * @param always whether it does so even where the kernel would
 */
public record FuseOverlay(Path program, boolean always) {
    /** Mounts on a folder what the kernel would with the same options, by who stands in {@code base}. */
    void mount(Path base, String options, Path target) {
        try {
            // it goes into the background, and leaves its output, when it is ready
            Process process = new ProcessBuilder(program.toString(), "-o", options, target.toString())
                    .directory(base.toFile())
                    .redirectErrorStream(true)
                    .start();
            process.getOutputStream().close();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int status = process.waitFor();
            if (status != 0) {
                throw new ImageException("unable to mount layers on " + target + ": " + program + ": exit status "
                        + status + ": " + said.strip().replace('\n', ' '));
            }
        } catch (IOException failed) {
            throw new ImageException("unable to mount layers by " + program + ": " + failed.getMessage(), failed);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new ImageException("unable to mount layers by " + program + ": interrupted", stopped);
        }
    }
}
