package dev.gatun.linux;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/**
 * Work on a thread that ends with it. So it may change what the kernel has for each thread, as its namespaces or its working
 * folder: a thread that stands elsewhere would be of no more use to anybody.
 */
public final class OwnThread {
    private OwnThread() {}

    /** Waits for the work's result; what it throws is thrown here. */
    public static <T> T run(String name, Supplier<T> work) {
        var result = new CompletableFuture<T>();
        Thread.ofPlatform().name(name).start(() -> {
            try {
                result.complete(work.get());
            } catch (RuntimeException | Error failed) {
                result.completeExceptionally(failed);
            }
        });
        try {
            return result.join();
        } catch (CompletionException failed) {
            if (failed.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw failed;
        }
    }
}
