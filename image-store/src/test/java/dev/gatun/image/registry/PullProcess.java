package dev.gatun.image.registry;

import dev.gatun.image.ContentStore;
import dev.gatun.image.Platform;
import dev.gatun.image.Progress;
import dev.gatun.image.Reference;
import dev.gatun.linux.Kernel;
import java.nio.file.Path;

/** A JVM of its own that pulls one image, to be killed: {@code PullProcess store image}. */
final class PullProcess {
    private PullProcess() {}

    public static void main(String[] args) {
        try (var client = Clients.plain()) {
            var store = ContentStore.open(Kernel.load(), Path.of(args[0]));
            new Puller(client, store).pull(Reference.parse(args[1]), Platform.host(), Progress.NONE);
        }
    }
}
