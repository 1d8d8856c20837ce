package dev.gatun.image.registry;

import dev.gatun.image.ImageException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Does several things at once; the first failure ends them all. */
final class Parallel {
    private Parallel() {}

    static void run(String purpose, List<Callable<Void>> tasks) {
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var completion = new ExecutorCompletionService<Void>(executor);
            List<Future<Void>> futures = new ArrayList<>();
            tasks.forEach(task -> futures.add(completion.submit(task)));
            try {
                for (int i = 0; i < futures.size(); i++) {
                    completion.take().get();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new ImageException(purpose + ": interrupted", e);
            } catch (ExecutionException e) {
                throw failure(purpose, e);
            } finally {
                futures.forEach(future -> future.cancel(true));
            }
        }
    }

    private static ImageException failure(String purpose, ExecutionException e) {
        return switch (e.getCause()) {
            case ImageException image -> image;
            case IOException io -> new ImageException(purpose + ": " + Retry.reason(io), io);
            case RuntimeException programming -> throw programming;
            case Error error -> throw error;
            case null, default -> new ImageException(purpose + ": " + e.getMessage(), e);
        };
    }
}
