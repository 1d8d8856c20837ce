package dev.gatun.container;

import java.nio.file.Path;

/** Swap of a test's own, on a machine that has none. */
record SwapFile(Path file) implements AutoCloseable {
    static SwapFile of(Path file, int mebibytes) {
        HostShell.run("dd if=/dev/zero of=" + file + " bs=1M count=" + mebibytes + " 2>/dev/null && chmod 600 " + file
                + " && mkswap " + file + " && swapon " + file);
        return new SwapFile(file);
    }

    @Override
    public void close() {
        HostShell.run("swapoff " + file + " && rm " + file);
    }
}
