package dev.gatun.container;

import dev.gatun.json.JsonPath;
import dev.gatun.linux.Call;
import dev.gatun.linux.Kernel;
import dev.gatun.linux.Syscall;
import dev.gatun.linux.SyscallException;
import dev.gatun.network.Link;
import dev.gatun.network.LinkAddress;
import dev.gatun.network.NetworkException;
import dev.gatun.network.NetworkNamespace;
import dev.gatun.oci.NetDevice;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Moves network devices of the host into a container (config-linux.md, Network Devices).
 *
 * <p>They end with the container's namespace, physical ones excepted. So its namespace is kept until the container is
 * made, lest one that cannot be made takes devices of the host with it.
 */
final class NetDevices implements AutoCloseable {
    private static final String FIELD = "linux.netDevices";

    private final NetworkNamespace host;
    private final NetworkNamespace container;
    private final List<Transfer> transfers = new ArrayList<>();

    /**
     * A device on its way.
     *
     * @param link as it was on the host
     * @param index its number in the container
     * @param addresses those that it had on the host and nobody else would give it again
     */
    private record Transfer(Link link, int index, List<LinkAddress> addresses) {}

    private NetDevices(NetworkNamespace host, NetworkNamespace container) {
        this.host = host;
        this.container = container;
    }

    /**
     * Between the calling thread's network namespace and another.
     *
     * @param path the container's
     */
    static NetDevices between(Kernel kernel, String path) {
        if (kernel.call(Call.of(Syscall.GETUID)) != 0) {
            throw new ContainerException(FIELD + ": moving network devices needs root");
        }
        NetworkNamespace host = NetworkNamespace.current(kernel);
        try {
            return new NetDevices(host, NetworkNamespace.at(kernel, path));
        } catch (SyscallException failed) {
            host.close();
            throw new ContainerException(FIELD + ": " + failed.getMessage(), failed);
        } catch (RuntimeException | Error failed) {
            host.close();
            throw failed;
        }
    }

    /**
     * Moves devices.
     *
     * @throws ContainerException if one cannot be moved; {@link #giveBack} then
     */
    void move(Map<String, NetDevice> devices) {
        for (Map.Entry<String, NetDevice> device : devices.entrySet()) {
            try {
                move(device.getKey(), device.getValue());
            } catch (ContainerException | NetworkException failed) {
                throw new ContainerException(
                        JsonPath.field(FIELD, device.getKey()) + ": " + failed.getMessage(), failed);
            }
        }
    }

    private void move(String hostName, NetDevice device) {
        Link link = host.link(hostName)
                .orElseThrow(() -> new ContainerException("the runtime's network namespace has no such device"));
        String name = device.name().orElse(link.name());
        if (container.link(name).isPresent()) {
            throw new ContainerException("the container has a network device \"" + name + "\" already");
        }
        var transfer = new Transfer(link, container.freeIndex(link.index()), lasting(host.addresses(link)));
        transfers.add(transfer);
        // as runc: nobody of the host is to use it while it goes
        host.switchOff(link);
        host.move(link, container, transfer.index(), name);
        Link moved = container
                .link(transfer.index())
                .orElseThrow(() -> new ContainerException("it is not to be found in the container once moved; devices"
                        + " of the same number in both namespaces need Linux 5.13"));
        for (LinkAddress address : transfer.addresses()) {
            container.add(moved, address);
        }
        container.switchOn(moved);
    }

    /** What somebody has set for good, and is about more than the host. */
    private static List<LinkAddress> lasting(List<LinkAddress> addresses) {
        var lasting = new ArrayList<LinkAddress>();
        for (LinkAddress address : addresses) {
            if (address.isPermanent() && address.isGlobal()) {
                lasting.add(address);
            }
        }
        return lasting;
    }

    /**
     * Gives the host back what was moved, under the names and with the addresses that it had; the last one first.
     *
     * @throws ContainerException if that fails; the others are given back nevertheless
     */
    void giveBack() {
        var problems = new StringBuilder();
        for (Transfer transfer : transfers.reversed()) {
            try {
                giveBack(transfer);
            } catch (NetworkException failed) {
                problems.append(problems.isEmpty() ? "" : "; ").append(failed.getMessage());
            }
        }
        transfers.clear();
        if (!problems.isEmpty()) {
            throw new ContainerException(FIELD + ": give the host its devices back: " + problems);
        }
    }

    private void giveBack(Transfer transfer) {
        Link link = transfer.link();
        if (host.link(link.name()).isEmpty()) {
            var moved = container.link(transfer.index());
            if (moved.isPresent()) {
                container.switchOff(moved.get());
                container.move(moved.get(), host, link.index(), link.name());
            }
        }
        List<LinkAddress> left = host.addresses(link);
        for (LinkAddress address : transfer.addresses()) {
            if (left.stream().noneMatch(address::isSameAs)) {
                host.add(link, address);
            }
        }
        if (link.up()) {
            host.switchOn(link);
        }
    }

    @Override
    public void close() {
        container.close();
        host.close();
    }
}
