package dev.gatun.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.linux.Block;
import dev.gatun.linux.Errno;
import dev.gatun.linux.Kernel;
import dev.gatun.linux.Rtnetlink;
import dev.gatun.linux.Structs;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Messages in bytes, and what the kernel answers to some that change nothing; needs no root. */
class NetlinkTest {
    private final Kernel kernel = Kernel.load();

    private static ByteBuffer bytes(Block block) {
        return ByteBuffer.wrap(block.getBytes(0, block.size())).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Test
    void aRequestHasItsLengthAndItsAttributesArePadded() {
        ByteBuffer message = bytes(NetlinkRequest.link("test", Rtnetlink.RTM_NEWLINK, Rtnetlink.NLM_F_ACK, 7, 1, 1)
                .attribute(Rtnetlink.IFLA_IFNAME, "eth0")
                .attribute(Rtnetlink.IFLA_NET_NS_FD, 9)
                .message(3));
        assertThat(message.getInt(Structs.NLMSGHDR_LENGTH)).isEqualTo(message.limit());
        assertThat(message.getShort(Structs.NLMSGHDR_TYPE)).isEqualTo((short) Rtnetlink.RTM_NEWLINK);
        assertThat(message.getShort(Structs.NLMSGHDR_FLAGS))
                .isEqualTo((short) (Rtnetlink.NLM_F_ACK | Rtnetlink.NLM_F_REQUEST));
        assertThat(message.getInt(Structs.NLMSGHDR_SEQUENCE)).isEqualTo(3);
        assertThat(message.getInt(Structs.NLMSGHDR_SIZE + Structs.IFINFOMSG_INDEX))
                .isEqualTo(7);
        var attributes = new Attributes(message, Structs.NLMSGHDR_SIZE + Structs.IFINFOMSG_SIZE);
        assertThat(attributes.string(Rtnetlink.IFLA_IFNAME)).isEqualTo("eth0");
        assertThat(attributes.int32(Rtnetlink.IFLA_NET_NS_FD)).hasValue(9);
        assertThat(attributes.int32(Rtnetlink.IFLA_NEW_IFINDEX)).isEmpty();
    }

    @Test
    void attributesAreReadAsTheyWereWritten() {
        for (int seed = 0; seed < 500; seed++) {
            var random = new Random(seed);
            var request = NetlinkRequest.address("test", Rtnetlink.RTM_NEWADDR, 0, 1, 2, 24, 0);
            var values = new byte[random.nextInt(20)][];
            for (int i = 0; i < values.length; i++) {
                values[i] = new byte[random.nextInt(40)];
                random.nextBytes(values[i]);
                request.attribute(i + 1, values[i]);
            }
            var attributes = new Attributes(bytes(request.message(1)), Structs.NLMSGHDR_SIZE + Structs.IFADDRMSG_SIZE);
            for (int i = 0; i < values.length; i++) {
                assertThat(attributes.bytes(i + 1)).as("seed " + seed).contains(values[i]);
            }
        }
    }

    @Test
    void anAttributeThatEndsBehindTheMessageIsRefused() {
        ByteBuffer message = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
        message.putShort((short) 12).putShort((short) 1);
        assertThatThrownBy(() -> new Attributes(message, 0)).isInstanceOf(IllegalStateException.class);
        message.putShort(0, (short) 2);
        assertThatThrownBy(() -> new Attributes(message, 0)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void everyNamespaceHasALoopbackDevice() {
        try (NetworkNamespace current = NetworkNamespace.current(kernel)) {
            Link loopback = current.link("lo").orElseThrow();
            assertThat(current.links()).contains(loopback);
            assertThat(current.link(loopback.index())).contains(loopback);
            assertThat(current.link("no-such-device")).isEmpty();
            assertThat(current.link(Integer.MAX_VALUE)).isEmpty();
            assertThat(current.freeIndex(loopback.index())).isGreaterThan(loopback.index());
            assertThat(current.freeIndex(Integer.MAX_VALUE)).isEqualTo(Integer.MAX_VALUE);
        }
    }

    @Test
    void aRefusalHasTheKernelsWordsWhereItHasAny() {
        try (Netlink netlink = Netlink.open(kernel)) {
            var request = NetlinkRequest.link("look", Rtnetlink.RTM_GETLINK, Rtnetlink.NLM_F_ACK, 0, 0, 0)
                    .attribute(Rtnetlink.IFLA_IFNAME, "x".repeat(300).getBytes(StandardCharsets.US_ASCII));
            assertThatThrownBy(() -> netlink.request(request))
                    .isInstanceOfSatisfying(
                            NetworkException.class,
                            refused -> assertThat(refused.is(Errno.ERANGE) || refused.is(Errno.EINVAL))
                                    .isTrue())
                    .hasMessageMatching("look: E\\w+ \\(.*\\): .*[Aa]ttribute.*");
        }
    }
}
