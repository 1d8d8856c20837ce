package dev.gatun.network;

import dev.gatun.linux.Rtnetlink;
import dev.gatun.linux.Socket;
import dev.gatun.linux.Structs;

/**
 * A network interface as it was when it was looked at.
 *
 * @param index its number in its namespace
 * @param name its first name, where it has several
 * @param up whether it is switched on
 */
public record Link(int index, String name, boolean up) {
    static Link of(Netlink.Reply reply) {
        int flags = reply.content().getInt(Structs.IFINFOMSG_FLAGS);
        var attributes = new Attributes(reply.content(), Structs.IFINFOMSG_SIZE);
        return new Link(
                reply.content().getInt(Structs.IFINFOMSG_INDEX),
                attributes.string(Rtnetlink.IFLA_IFNAME),
                (flags & Socket.IFF_UP) != 0);
    }
}
