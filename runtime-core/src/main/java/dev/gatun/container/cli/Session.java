package dev.gatun.container.cli;

import dev.gatun.container.Containers;
import dev.gatun.container.Folders;
import dev.gatun.container.StateFolder;
import dev.gatun.linux.Kernel;
import java.io.PrintStream;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** What a verb works with: one run of a command. */
public final class Session {
    private final Folders folders;
    private final StateFolder state;
    private final PrintStream out;
    private final FutureTask<Kernel> kernel = new FutureTask<>(Kernel::load);

    Session(Folders folders, StateFolder state, PrintStream out) {
        this.folders = folders;
        this.state = state;
        this.out = out;
    }

    /** Begins to link the native calls on a thread of its own: a cold JVM takes 10 ms for it. */
    void prepareKernel() {
        var thread = new Thread(kernel, "link");
        thread.setDaemon(true);
        thread.start();
    }

    /** The way to the kernel. */
    public Kernel kernel() {
        kernel.run();
        try {
            return kernel.get();
        } catch (ExecutionException | InterruptedException failed) {
            throw new IllegalStateException("link the native calls: " + failed.getMessage(), failed);
        }
    }

    public StateFolder state() {
        return state;
    }

    public Containers containers() {
        return new Containers(kernel(), state, folders.lib());
    }

    public Folders folders() {
        return folders;
    }

    public PrintStream out() {
        return out;
    }
}
