package dev.gatun.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;

/** Which low-level runtime the clients are given, and which clients there are. */
final class RuntimeUnderTest {
    private RuntimeUnderTest() {}

    /** The runtime's executable. */
    static String path() {
        String folder = System.getProperty("gatun.bin", "../dist/gatun/bin");
        Path path = Path.of(System.getProperty("gatun.clients.runtime", folder + "/gatun-oci"))
                .toAbsolutePath()
                .normalize();
        assertThat(path).as("the runtime that the clients are to use").isExecutable();
        return path.toString();
    }

    /** Leaves the tests out if a program is missing. */
    static void needs(String... programs) {
        for (String program : programs) {
            Assumptions.assumeTrue(
                    Pattern.compile(File.pathSeparator)
                            .splitAsStream(System.getenv("PATH") + ":/usr/sbin:/sbin")
                            .anyMatch(
                                    folder -> Files.isExecutable(Path.of(folder).resolve(program))),
                    program + " is not installed");
        }
    }
}
