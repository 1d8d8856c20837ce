package dev.gatun.container.cli;

import dev.gatun.linux.Call;
import dev.gatun.linux.Kernel;
import dev.gatun.linux.Syscall;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** The way to the kernel, made while the arguments are still being read: a cold JVM takes 20 ms for it. */
final class KernelLink {
    private final FutureTask<Kernel> kernel = new FutureTask<>(KernelLink::load);

    /** Begins to link the native calls on a thread of its own. */
    void begin() {
        var thread = new Thread(kernel, "link");
        thread.setDaemon(true);
        thread.start();
    }

    private static Kernel load() {
        var kernel = Kernel.load();
        // the first call is slow, whatever it is
        kernel.call(Call.of(Syscall.GETPID));
        return kernel;
    }

    Kernel kernel() {
        kernel.run();
        try {
            return kernel.get();
        } catch (ExecutionException | InterruptedException failed) {
            throw new IllegalStateException("link the native calls: " + failed.getMessage(), failed);
        }
    }
}
