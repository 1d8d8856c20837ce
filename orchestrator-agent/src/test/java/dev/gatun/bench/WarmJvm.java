package dev.gatun.bench;

import dev.gatun.container.Blueprint;
import dev.gatun.container.Bundle;
import dev.gatun.container.ContainerId;
import dev.gatun.container.Containers;
import dev.gatun.container.CreateOptions;
import dev.gatun.container.StateFolder;
import dev.gatun.linux.Kernel;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A JVM that starts containers when it is told to, for scripts/bench: it runs from this very file, outside the tests.
 *
 * <p>For each line that it reads it runs the bundle's container to its end and deletes it, and answers with the
 * nanoseconds that this took.
 */
final class WarmJvm {
    private WarmJvm() {}

    /** Takes the bundle, an empty folder, the file to write the compiled container to, and a number of starts to warm up. */
    public static void main(String[] args) throws IOException {
        Path bundle = Path.of(args[0]);
        Path folder = Path.of(args[1]);
        Kernel kernel = Kernel.load();
        Blueprint.alone(kernel, Bundle.read(bundle)).writeTo(Path.of(args[2]));
        var state = new StateFolder(Files.createDirectories(folder.resolve("containers")));
        var containers =
                new Containers(kernel, state, Files.createDirectories(folder.resolve("lib")), System.err::println);
        int starts = 0;
        while (starts < Integer.parseInt(args[3])) {
            start(containers, bundle, starts++);
        }
        System.out.println("warm");
        var orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        while (orders.readLine() != null) {
            System.out.println(start(containers, bundle, starts++));
        }
    }

    private static long start(Containers containers, Path bundle, int number) {
        var id = new ContainerId("warm-" + number);
        long begin = System.nanoTime();
        containers.run(id, Bundle.read(bundle), CreateOptions.NONE);
        containers.await(id);
        containers.delete(id, false);
        return System.nanoTime() - begin;
    }
}
