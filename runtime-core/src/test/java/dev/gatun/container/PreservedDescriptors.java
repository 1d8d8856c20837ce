package dev.gatun.container;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A program of its own, as only a JVM's caller decides what its descriptor 3 is: runs a container that inherits that
 * one, and prints what it sees.
 */
final class PreservedDescriptors {
    private PreservedDescriptors() {}

    public static void main(String[] args) {
        try (var bundle = new TestBundle()) {
            bundle.preservedDescriptors = 1;
            System.out.println(bundle.run("ls /proc/$$/fd; cat <&3").text());
        }
    }

    /** Starts it with two descriptors open beside the standard ones, and returns what it prints. */
    static String printed() throws Exception {
        String java = ProcessHandle.current().info().command().orElseThrow();
        var command = List.of(
                "/bin/sh",
                "-c",
                "exec \"$0\" \"$@\" 3<<.. 4</dev/zero\nhanded over\n..\n",
                java,
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dgatun.native=" + System.getProperty("gatun.native", ""),
                "-cp",
                System.getProperty("java.class.path"),
                PreservedDescriptors.class.getName());
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (var output = process.getInputStream()) {
            String text = new String(output.readAllBytes(), StandardCharsets.UTF_8);
            process.waitFor();
            return text;
        }
    }
}
