package dev.gatun.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.linux.ProcessCalls;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Network devices that a container takes from the host, which is a network namespace of the test's own. */
@Tag("kernel")
class NetDevicesTest {
    private static final String ADDRESSES = "ip -o addr show dev DEVICE | awk \"{print \\$4}\"";

    private final TestBundle bundle = new TestBundle();

    @AfterEach
    void clean() {
        bundle.close();
    }

    /** A pair of devices, v0 with addresses and switched on. */
    private static void pair() throws Exception {
        OwnNamespaces.ip(
                "link add v0 type veth peer name v1; addr add 10.9.8.7/24 broadcast 10.9.8.255 dev v0;"
                        + " addr add 10.9.8.8/24 dev v0; addr add fd00::7/64 dev v0 nodad; addr add 169.254.1.1/16 scope link dev v0;"
                        + " addr add 10.1.1.1/24 valid_lft 1000 preferred_lft 1000 dev v0; link set v1 up; link set v0 mtu 1400 up");
    }

    private static void assertUntouched() throws Exception {
        assertThat(OwnNamespaces.ip("addr show dev v0"))
                .contains("UP")
                .contains("inet 10.9.8.7/24 brd 10.9.8.255")
                .contains("inet 10.9.8.8/24")
                .contains("inet6 fd00::7/64");
    }

    private static String containers(String device) {
        return "cat /sys/class/net/" + device + "/mtu /sys/class/net/" + device + "/flags; "
                + ADDRESSES.replace("DEVICE", device);
    }

    @Test
    void oneComesWithItsLastingAddressesAndIsSwitchedOn() throws Exception {
        OwnNamespaces.in(bundle.kernel, () -> {
            pair();
            bundle.set("linux.netDevices", "{v0: {}}").run(containers("v0"));
            assertThat(bundle.text().lines().toList())
                    .startsWith("1400")
                    .contains("0x1003", "10.9.8.7/24", "10.9.8.8/24", "fd00::7/64")
                    .doesNotContain("169.254.1.1/16", "10.1.1.1/24");
        });
    }

    @Test
    void theHostHasItNoLonger() throws Exception {
        OwnNamespaces.in(bundle.kernel, () -> {
            pair();
            bundle.set("linux.netDevices", "{v0: {}}").startIdle();
            assertThat(OwnNamespaces.ip("link"))
                    .contains("v1")
                    .doesNotContain("v0:")
                    .doesNotContain("v0@");
        });
    }

    @Test
    void severalCanHaveOtherNamesInTheContainer() throws Exception {
        OwnNamespaces.in(bundle.kernel, () -> {
            pair();
            bundle.set("linux.netDevices", "{v0: {name: 'eth0'}, v1: {name: 'v0'}}")
                    .run("ls /sys/class/net");
            assertThat(bundle.text().lines().toList()).containsExactly("eth0", "lo", "v0");
        });
    }

    @Test
    void aTemplateTakesNumbersThatAreFree() throws Exception {
        OwnNamespaces.in(bundle.kernel, () -> {
            pair();
            bundle.set("linux.netDevices", "{v0: {name: 'eth%d'}, v1: {name: 'eth%d'}}")
                    .run("ls /sys/class/net; " + ADDRESSES.replace("DEVICE", "eth0"));
            assertThat(bundle.text().lines().toList())
                    .startsWith("eth0", "eth1", "lo")
                    .contains("10.9.8.7/24");
        });
    }

    @Test
    void aContainerWithAUserNamespaceGetsOneToo() throws Exception {
        OwnNamespaces.in(bundle.kernel, () -> {
            pair();
            bundle.userNamespace()
                    .set("linux.netDevices", "{v0: {name: 'eth0'}}")
                    .run(containers("eth0"));
            assertThat(bundle.text().lines().toList()).contains("10.9.8.7/24", "fd00::7/64");
        });
    }

    @Test
    void itsKernelParametersCanBeSet() throws Exception {
        OwnNamespaces.in(bundle.kernel, () -> {
            pair();
            bundle.set("linux.netDevices", "{v0: {name: 'eth0'}}")
                    .set("linux.sysctl", "{'net.ipv4.conf.eth0.forwarding': '1'}")
                    .run("cat /proc/sys/net/ipv4/conf/eth0/forwarding");
            assertThat(bundle.text()).isEqualTo("1");
        });
    }

    /** Does something while a network namespace is there that has devices v0 and v1 of its own. */
    private void besideAnother(OwnNamespaces.Work work) throws Exception {
        Process other = new ProcessBuilder(
                        "unshare", "--net", "sh", "-c", "ip link add v0 type veth peer name v1; echo; exec sleep 1000")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            assertThat(other.getInputStream().read()).isEqualTo('\n');
            bundle.namespace("network", "/proc/" + other.pid() + "/ns/net");
            OwnNamespaces.in(bundle.kernel, work);
        } finally {
            other.destroyForcibly().waitFor();
        }
    }

    @Test
    void aNameThatTheContainerHasAlreadyIsAnErrorAndChangesNothing() throws Exception {
        besideAnother(() -> {
            pair();
            bundle.set("linux.netDevices", "{v0: {}}");
            assertThatThrownBy(bundle::start)
                    .isInstanceOf(ContainerException.class)
                    .hasMessage("linux.netDevices.v0: the container has a network device \"v0\" already");
            assertUntouched();
            assertThat(bundle.state.root()).isEmptyDirectory();
        });
    }

    @Test
    void aNumberThatTheContainerHasAlreadyIsNoError() throws Exception {
        besideAnother(() -> {
            pair();
            bundle.set("linux.netDevices", "{v0: {name: 'moved'}, v1: {name: 'v%d'}}")
                    .run("ls /sys/class/net; " + containers("moved"));
            assertThat(bundle.text().lines().toList())
                    .startsWith("lo", "moved", "v0", "v1")
                    .contains("10.9.8.7/24")
                    .anyMatch(line -> line.matches("v[23]"));
        });
    }

    @Test
    void theFirstIsGivenBackWhenTheSecondCannotBeMoved() throws Exception {
        OwnNamespaces.in(bundle.kernel, () -> {
            pair();
            bundle.set("linux.netDevices", "{v0: {name: 'eth0'}, none: {}}");
            assertThatThrownBy(bundle::start)
                    .isInstanceOf(ContainerException.class)
                    .hasMessage("linux.netDevices.none: the runtime's network namespace has no such device");
            assertUntouched();
        });
    }

    @Test
    void whatTheKernelDoesNotMoveIsAnErrorInItsWords() throws Exception {
        OwnNamespaces.in(bundle.kernel, () -> {
            pair();
            bundle.set("linux.netDevices", "{v0: {}, lo: {name: 'other'}}");
            assertThatThrownBy(bundle::start)
                    .isInstanceOf(ContainerException.class)
                    .hasMessageStartingWith("linux.netDevices.lo: move lo to another network namespace as other: EINVAL"
                            + " (Invalid argument)");
            assertUntouched();
        });
    }

    @Test
    void aFailingHookOfTheCreationGivesItBack() throws Exception {
        OwnNamespaces.in(bundle.kernel, () -> {
            pair();
            bundle.set("linux.netDevices", "{v0: {name: 'eth0'}}")
                    .set("hooks.createRuntime", "[{path: '/bin/busybox', args: ['false']}]");
            assertThatThrownBy(bundle::start).isInstanceOf(ContainerException.class);
            assertUntouched();
            assertThat(bundle.warnings).isEmpty();
        });
    }

    @Test
    void aCommandThatIsNotThereGivesItBackThoughTheContainerHasEnded() throws Exception {
        OwnNamespaces.in(bundle.kernel, () -> {
            pair();
            bundle.set("linux.netDevices", "{v0: {name: 'eth0'}}").args("/nosuch");
            assertThatThrownBy(bundle::start).isInstanceOf(ContainerException.class);
            assertUntouched();
        });
    }

    @Test
    void hooksFindIt() throws Exception {
        OwnNamespaces.in(bundle.kernel, () -> {
            pair();
            Path log = bundle.hostFolder("log").resolve("hook");
            bundle.set("linux.netDevices", "{v0: {name: 'eth0'}}")
                    .set(
                            "hooks.createContainer",
                            "[{path: '/bin/busybox', args: ['sh', '-c', '/bin/busybox ip link >" + log + "']}]")
                    .run("true");
            assertThat(Files.readString(log)).contains("eth0");
        });
    }

    @Test
    void nobodyButRootMovesThem() throws Exception {
        OwnNamespaces.in(bundle.kernel, () -> {
            // of this thread alone
            bundle.kernel.call(ProcessCalls.setresuid(65534));
            assertThatThrownBy(() -> NetDevices.between(bundle.kernel, "/proc/self/ns/net"))
                    .isInstanceOf(ContainerException.class)
                    .hasMessage("linux.netDevices: moving network devices needs root");
        });
    }
}
