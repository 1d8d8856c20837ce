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

    /** How many times as much of the processor the first container gets. */
    private static double advantage(String first, String second) throws InterruptedException {
        try (var bundle = new TestBundle()) {
            start(bundle, "first", first);
            start(bundle, "second", second);
            long ofFirst = used(bundle, "first");
            long ofSecond = used(bundle, "second");
            Thread.sleep(MILLIS);
            return (double) (used(bundle, "first") - ofFirst) / (used(bundle, "second") - ofSecond);
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
