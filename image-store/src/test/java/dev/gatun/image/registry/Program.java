package dev.gatun.image.registry;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A program of the host that tests run to its end. */
public final class Program {
    private Program() {}

    /** What it printed; fails the test if it fails. */
    public static String run(String... command) {
        return run(Map.of(), command);
    }

    public static String run(Map<String, String> environment, String... command) {
        try {
            var builder = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .directory(Path.of("/").toFile());
            builder.environment().putAll(environment);
            Process process = builder.start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int status = process.waitFor();
            if (status != 0) {
                throw new AssertionError(List.of(command) + " ended with " + status + ": " + output);
            }
            return output;
        } catch (IOException e) {
            throw new AssertionError(
                    List.of(command) + " (Debian packages: docker-registry oci-image-tool openssl skopeo umoci zstd)",
                    e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
