package dev.gatun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Shell commands outside of containers, with the programs that containers have. */
final class HostShell {
    private HostShell() {}

    /** Runs a script, which must succeed; says what it has said, without the last line's end. */
    static String run(String script) {
        try {
            Process shell = new ProcessBuilder("/bin/busybox", "sh", "-c", script)
                    .redirectErrorStream(true)
                    .start();
            String text = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8).stripTrailing();
            assertThat(shell.waitFor()).as(text).isZero();
            return text;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
