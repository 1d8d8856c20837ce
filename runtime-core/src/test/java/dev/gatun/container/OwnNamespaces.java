package dev.gatun.container;

import dev.gatun.linux.Kernel;
import dev.gatun.linux.ProcessCalls;
import dev.gatun.linux.Sched;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Namespaces of a test's own: no test touches the host's devices and mounts. */
final class OwnNamespaces {
    private OwnNamespaces() {}

    /** Does something in a thread that stands in a new network namespace, and dies afterwards. */
    static void in(Kernel kernel, Work work) throws Exception {
        in(kernel, Sched.CLONE_NEWNET, work);
    }

    /** As {@link #in(Kernel, Work)}, in other namespaces: {@code CLONE_NEW*}. */
    static void in(Kernel kernel, long namespaces, Work work) throws Exception {
        var done = new CompletableFuture<Void>();
        Thread.ofPlatform().start(() -> {
            try {
                kernel.call(ProcessCalls.unshare(namespaces));
                work.run();
                done.complete(null);
            } catch (Throwable failed) {
                done.completeExceptionally(failed);
            }
        });
        try {
            done.join();
        } catch (CompletionException failed) {
            if (failed.getCause() instanceof Error error) {
                throw error;
            }
            throw (Exception) failed.getCause();
        }
    }

    /** What is done there. */
    interface Work {
        void run() throws Exception;
    }

    /** Runs commands of ip(8), separated by semicolons, where the calling thread stands. */
    static String ip(String commands) throws IOException, InterruptedException {
        var script = new StringBuilder("set -e\n");
        for (String command : commands.split(";", -1)) {
            script.append("ip ").append(command.strip()).append('\n');
        }
        return shell(script.toString());
    }

    /** Runs a shell script where the calling thread stands. */
    static String shell(String script) throws IOException, InterruptedException {
        var process = new ProcessBuilder("/bin/sh", "-c", script)
                .redirectErrorStream(true)
                .start();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IllegalStateException(script + ": " + output);
        }
        return output.strip();
    }
}
