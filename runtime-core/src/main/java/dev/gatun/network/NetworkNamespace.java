package dev.gatun.network;

import dev.gatun.linux.Errno;
import dev.gatun.linux.Fcntl;
import dev.gatun.linux.Fd;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.Kernel;
import dev.gatun.linux.Rtnetlink;
import dev.gatun.linux.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A network namespace, and what can be asked of and done to its interfaces.
 *
 * <p>It is kept alive while this is open. Whatever is refused throws {@link NetworkException}.
 */
public final class NetworkNamespace implements AutoCloseable {
    private final Fd descriptor;
    private final Netlink netlink;

    private NetworkNamespace(Fd descriptor, Netlink netlink) {
        this.descriptor = descriptor;
        this.netlink = netlink;
    }

    /** The calling thread's own. */
    public static NetworkNamespace current(Kernel kernel) {
        Fd descriptor = open(kernel, "/proc/thread-self/ns/net");
        try {
            return new NetworkNamespace(descriptor, Netlink.open(kernel));
        } catch (RuntimeException | Error failed) {
            descriptor.close();
            throw failed;
        }
    }

    /**
     * That of a file such as {@code /proc/PID/ns/net}.
     *
     * @throws dev.gatun.linux.SyscallException if it cannot be opened or entered
     */
    public static NetworkNamespace at(Kernel kernel, String path) {
        Fd descriptor = open(kernel, path);
        try {
            return new NetworkNamespace(descriptor, Netlink.in(kernel, descriptor));
        } catch (RuntimeException | Error failed) {
            descriptor.close();
            throw failed;
        }
    }

    private static Fd open(Kernel kernel, String path) {
        return new Fd(
                kernel,
                kernel.call(FileCalls.openat(FileCalls.CURRENT_DIRECTORY, path, Fcntl.O_RDONLY | Fcntl.O_CLOEXEC, 0)),
                path);
    }

    /** All interfaces. */
    public List<Link> links() {
        var links = new ArrayList<Link>();
        for (Netlink.Reply reply : netlink.dump(NetlinkRequest.link(
                "list the network interfaces", Rtnetlink.RTM_GETLINK, Rtnetlink.NLM_F_DUMP, 0, 0, 0))) {
            links.add(Link.of(reply));
        }
        return links;
    }

    /** The interface of that name, which may be one of its further names. */
    public Optional<Link> link(String name) {
        return find(link("look for " + name, Rtnetlink.RTM_GETLINK, 0).attribute(Rtnetlink.IFLA_IFNAME, name));
    }

    /** The interface of that number. */
    public Optional<Link> link(int index) {
        return find(link("look for interface " + index, Rtnetlink.RTM_GETLINK, index));
    }

    private Optional<Link> find(NetlinkRequest request) {
        try {
            return Optional.of(Link.of(netlink.request(request).getFirst()));
        } catch (NetworkException refused) {
            if (refused.is(Errno.ENODEV)) {
                return Optional.empty();
            }
            throw refused;
        }
    }

    /** The addresses of an interface, in the kernel's order. */
    public List<LinkAddress> addresses(Link link) {
        var addresses = new ArrayList<LinkAddress>();
        for (Netlink.Reply reply : netlink.dump(NetlinkRequest.address(
                "list the addresses of " + link.name(), Rtnetlink.RTM_GETADDR, Rtnetlink.NLM_F_DUMP, 0, 0, 0, 0))) {
            var address = new LinkAddress(reply);
            if (address.index() == link.index()) {
                addresses.add(address);
            }
        }
        return addresses;
    }

    /** Gives an interface an address. */
    public void add(Link link, LinkAddress address) {
        netlink.request(address.addTo(link));
    }

    public void switchOn(Link link) {
        netlink.request(flags("switch on " + link.name(), link, Socket.IFF_UP));
    }

    /** Switches an interface off; it loses its IPv6 addresses by it. */
    public void switchOff(Link link) {
        netlink.request(flags("switch off " + link.name(), link, 0));
    }

    private static NetlinkRequest flags(String purpose, Link link, int values) {
        return NetlinkRequest.link(
                purpose, Rtnetlink.RTM_NEWLINK, Rtnetlink.NLM_F_ACK, link.index(), Socket.IFF_UP, values);
    }

    /** The number that an interface of another namespace is to have here: its own, or one that is free. */
    public int freeIndex(int wanted) {
        int highest = 0;
        boolean free = true;
        for (Link link : links()) {
            highest = Math.max(highest, link.index());
            free &= link.index() != wanted;
        }
        return free ? wanted : highest + 1;
    }

    /**
     * Moves an interface of this namespace into another, without its addresses.
     *
     * @param index its number there ({@link #freeIndex}); another than it has now needs Linux 5.13
     * @param name its name there; {@code %d} in it stands for a number that makes it free
     * @throws NetworkException if it was refused: the interface is there already if only its name was
     */
    public void move(Link link, NetworkNamespace target, int index, String name) {
        NetlinkRequest request = link(
                        "move " + link.name() + " to another network namespace as " + name,
                        Rtnetlink.RTM_NEWLINK,
                        link.index())
                .attribute(Rtnetlink.IFLA_NET_NS_FD, target.descriptor.number())
                .attribute(Rtnetlink.IFLA_IFNAME, name);
        if (index != link.index()) {
            request.attribute(Rtnetlink.IFLA_NEW_IFINDEX, index);
        }
        netlink.request(request);
    }

    private static NetlinkRequest link(String purpose, int type, int index) {
        return NetlinkRequest.link(purpose, type, Rtnetlink.NLM_F_ACK, index, 0, 0);
    }

    @Override
    public void close() {
        netlink.close();
        descriptor.close();
    }
}
