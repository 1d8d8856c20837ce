package dev.gatun.bench;

import dev.gatun.container.ContainerId;
import dev.gatun.container.Folders;
import dev.gatun.container.IdMaps;
import dev.gatun.container.Privileges;
import dev.gatun.container.StateFolder;
import dev.gatun.engine.ImageContainer;
import dev.gatun.engine.Images;
import dev.gatun.engine.Layering;
import dev.gatun.image.registry.RegistriesConf;
import dev.gatun.linux.Kernel;
import java.util.Arrays;
import java.util.Map;

/**
 * Measures what an image adds to the start of a container of it, for scripts/bench-pull: it runs from this very file,
 * outside the tests.
 */
final class ImageWork {
    private static final int WARM_UP = 200;
    private static final int TIMES = 101;

    private ImageWork() {}

    /** Takes what {@code GATUN_ROOT} is and the name of an image that is there; prints the median in nanoseconds. */
    public static void main(String[] args) {
        Folders folders = Folders.of(Map.of("GATUN_ROOT", args[0]), Privileges.ofThisProcess());
        var images = new Images(
                Kernel.load(),
                folders,
                new StateFolder(folders.containers()),
                RegistriesConf.defaults(),
                Layering.OF_ROOT);
        var times = new long[TIMES];
        for (int i = 0; i < WARM_UP + TIMES; i++) {
            times[i % TIMES] = prepare(images, args[1], i);
        }
        Arrays.sort(times);
        System.out.println(times[TIMES / 2]);
    }

    private static long prepare(Images images, String name, int number) {
        var id = new ContainerId("work-" + number);
        long begin = System.nanoTime();
        try (var container = ImageContainer.prepare(images, id, images.store().get(name), IdMaps.NONE)) {
            container.root();
            return System.nanoTime() - begin;
        }
    }
}
