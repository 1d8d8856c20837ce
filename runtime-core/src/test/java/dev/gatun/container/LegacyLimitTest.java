package dev.gatun.container;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.linux.Signal;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What settings do that only version 1 has, and only a machine of the test's own can bear: in the virtual machine. */
@Tag("legacy")
@Timeout(60)
class LegacyLimitTest {
    private static final Path DISK = Path.of(System.getProperty("gatun.test.disk", "/disk"));

    private final TestBundle bundle = new TestBundle();

    @AfterEach
    void close() {
        bundle.close();
        HostShell.run("rm -f " + DISK + "/over " + DISK + "/other");
    }

    /** Starts a container whose memory is that of the first node. */
    private void start(String id, String memory, String script) {
        bundle.id = id;
        bundle.set("linux.resources", "{cpu: {cpus: '0', mems: '0'}, memory: " + memory + "}")
                .script(script)
                .start();
    }

    /** Starts a container that reads a file of 48 MiB, which the kernel then keeps in memory. */
    private void startReader(String id, String memory) {
        start(id, memory, "cat /disk/" + id + " >/dev/null; echo " + id + "; exec sleep 1000");
        Await.until(() -> bundle.text().equals(id));
    }

    private long cache(String id) {
        return bundle.control.stats(new ContainerId(id)).memory().cache();
    }

    /** Where memory is short, those come first who are above their soft limit. */
    @Test
    void whoHasMoreThanItsReservationGivesFirst() {
        HostShell.run(
                "cd " + DISK + " && for file in over other; do dd if=/dev/zero of=$file bs=1M count=48 oflag=direct"
                        + " 2>/dev/null; done");
        bundle.mount("/disk", "bind", DISK.toString(), "bind", "ro").mount("/much", "tmpfs", "tmpfs", "size=95%");
        startReader("other", "{}");
        startReader("over", "{reservation: 4194304}");
        start("taker", "{}", "while dd if=/dev/zero bs=1M count=4 2>/dev/null; do :; done >>/much/file");
        Await.until(() -> cache("over") < 24 << 20);
        bundle.containers.kill(bundle.containerId(), Signal.SIGKILL);

        assertThat(cache("other")).isGreaterThan(40 << 20);
    }

    @Test
    void whatMayNotBeSwappedIsNot() throws Exception {
        String take = "dd if=/dev/zero of=/dev/null bs=32M count=1 2>/dev/null && echo took it";
        try (var _ = SwapFile.of(DISK.resolve("swap"), 64)) {
            bundle.set("linux.resources.memory", "{limit: 16777216, swap: 67108864, swappiness: 60}");
            assertThat(bundle.run(take).text()).isEqualTo("took it");
            bundle.set("linux.resources.memory", "{limit: 16777216, swap: 67108864, swappiness: 0}");
            assertThat(bundle.run(take).status()).isEqualTo(137);
        }
    }

    /** The packets that went through the third class of the loopback device's queue. */
    private String third(String settings) {
        HostShell.run(
                "/sbin/tc qdisc add dev lo root handle 10: prio && /sbin/tc qdisc add dev lo parent 10:3 handle 30: pfifo"
                        + " && /sbin/tc filter add dev lo parent 10: protocol ip handle 1: cgroup");
        try {
            for (String set : List.of("bounding", "effective", "permitted")) {
                bundle.add("process.capabilities." + set, "'CAP_NET_RAW'");
            }
            bundle.withoutNamespace("network").set("linux.resources.network", settings);
            assertThat(bundle.run("busybox ping -c 3 127.0.0.1").status()).isZero();
            return HostShell.run(
                    "/sbin/tc -s qdisc show dev lo | sed -n '/pfifo 30:/,/Sent/s/.*Sent .* \\([0-9]*\\) pkt.*/\\1/p'");
        } finally {
            HostShell.run("/sbin/tc qdisc del dev lo root");
        }
    }

    @Test
    void packetsAreOfTheContainersClass() {
        assertThat(third("{}")).isEqualTo("0");
        assertThat(third("{classID: 1048579}")).isEqualTo("3");
    }

    @Test
    void packetsHaveTheContainersPriority() {
        assertThat(third("{priorities: [{name: 'lo', priority: 1048579}]}")).isEqualTo("3");
    }
}
