package dev.gatun.network;

import dev.gatun.linux.Rtnetlink;
import dev.gatun.linux.Structs;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;

/** An address of a network interface, with what is needed to give it to another. */
public final class LinkAddress {
    /** The others say how the address fares, and are the kernel's. */
    private static final int FLAGS_OF_USERS = Rtnetlink.IFA_F_NODAD | Rtnetlink.IFA_F_NOPREFIXROUTE;

    private final int family;
    private final int prefixLength;
    private final int scope;
    private final int index;
    private final int flags;
    private final Optional<byte[]> address;
    private final Optional<byte[]> local;
    private final Optional<byte[]> broadcast;
    private final OptionalInt priority;

    LinkAddress(Netlink.Reply reply) {
        family = Byte.toUnsignedInt(reply.content().get(0));
        prefixLength = Byte.toUnsignedInt(reply.content().get(Structs.IFADDRMSG_PREFIX_LENGTH));
        scope = Byte.toUnsignedInt(reply.content().get(Structs.IFADDRMSG_SCOPE));
        index = reply.content().getInt(Structs.IFADDRMSG_INDEX);
        var attributes = new Attributes(reply.content(), Structs.IFADDRMSG_SIZE);
        int short8 = Byte.toUnsignedInt(reply.content().get(Structs.IFADDRMSG_FLAGS));
        flags = attributes.int32(Rtnetlink.IFA_FLAGS).orElse(short8);
        address = attributes.bytes(Rtnetlink.IFA_ADDRESS);
        local = attributes.bytes(Rtnetlink.IFA_LOCAL);
        broadcast = attributes.bytes(Rtnetlink.IFA_BROADCAST);
        priority = attributes.int32(Rtnetlink.IFA_RT_PRIORITY);
    }

    /** The number of the interface that has it. */
    int index() {
        return index;
    }

    /** Whether somebody has set it, and for good. */
    public boolean isPermanent() {
        return (flags & Rtnetlink.IFA_F_PERMANENT) != 0;
    }

    /** Whether it means something beyond the interface and the machine. */
    public boolean isGlobal() {
        return scope == Rtnetlink.RT_SCOPE_UNIVERSE;
    }

    /** Whether it is the same address of the same network, whoever has it. */
    public boolean isSameAs(LinkAddress other) {
        return family == other.family
                && prefixLength == other.prefixLength
                && Arrays.equals(own(), other.own())
                && Arrays.equals(address.orElse(null), other.address.orElse(null));
    }

    /** The request that gives it to an interface. */
    NetlinkRequest addTo(Link link) {
        int create = Rtnetlink.NLM_F_ACK | Rtnetlink.NLM_F_CREATE | Rtnetlink.NLM_F_EXCL;
        NetlinkRequest request = NetlinkRequest.address(
                        "give " + link.name() + " the address " + this,
                        Rtnetlink.RTM_NEWADDR,
                        create,
                        link.index(),
                        family,
                        prefixLength,
                        scope)
                .attribute(Rtnetlink.IFA_FLAGS, flags & FLAGS_OF_USERS);
        address.ifPresent(bytes -> request.attribute(Rtnetlink.IFA_ADDRESS, bytes));
        local.ifPresent(bytes -> request.attribute(Rtnetlink.IFA_LOCAL, bytes));
        broadcast.ifPresent(bytes -> request.attribute(Rtnetlink.IFA_BROADCAST, bytes));
        priority.ifPresent(value -> request.attribute(Rtnetlink.IFA_RT_PRIORITY, value));
        return request;
    }

    /** This end's address; where an interface leads to one other machine, the other attribute is that machine's. */
    private byte[] own() {
        return local.or(() -> address).orElse(new byte[0]);
    }

    @Override
    public String toString() {
        try {
            return InetAddress.getByAddress(own()).getHostAddress() + "/" + prefixLength;
        } catch (UnknownHostException otherFamily) {
            return "of family " + family;
        }
    }
}
