package dev.gatun.container;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How two containers share a processor that both want all of, on hosts of either version. */
@Tag("kernel")
@Tag("cgroup")
@Timeout(120)
class ProcessorShareTest {
    private static final int MILLIS = 3000;

    private static long used(TestBundle bundle, String id) {
        return new GroupControl(bundle.kernel, bundle.state)
                .stats(new ContainerId(id))
                .cpu()
                .total();
    }

    private static void start(TestBundle bundle, String id, String settings) {
        bundle.id = id;
        bundle.set("linux.resources.cpu", "{cpus: '0', mems: '0', " + settings + "}")
                .script("while :; do :; done")
                .start();
    }

    /**
     * How many times as much of the processor the favoured container gets. The other one is made before, and ended after
     * it: with what is left, that would take its time.
     */
    private static double advantage(String favoured, String other) throws InterruptedException {
        try (var bundle = new TestBundle()) {
            start(bundle, "other", other);
            start(bundle, "favoured", favoured);
            long ofFavoured = used(bundle, "favoured");
            long ofOther = used(bundle, "other");
            Thread.sleep(MILLIS);
            double advantage = (double) (used(bundle, "favoured") - ofFavoured) / (used(bundle, "other") - ofOther);
            bundle.containers.delete(new ContainerId("favoured"), true);
            return advantage;
        }
    }

    /** In version 1 as 16 to 1, in version 2, by the weights that shares become, as 302 to 35. */
    @Test
    void sharesAreTheirShares() throws Exception {
        assertThat(advantage("shares: 4096", "shares: 256")).isBetween(4.0, 32.0);
    }

    @Test
    void whoIsIdleGetsWhatIsLeft() throws Exception {
        assertThat(advantage("shares: 1024", "idle: 1")).isGreaterThan(32);
    }
}
