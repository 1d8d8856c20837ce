package dev.gatun.cgroup.systemd;

import dev.gatun.cgroup.CgroupException;
import dev.gatun.cgroup.DeviceRules;
import dev.gatun.cgroup.Write;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What is written to a group's files, said to systemd.
 *
 * <p>systemd writes the files of its units itself, for one when it reloads its configuration; so it has to know what is to
 * be in them. What it has no property for stays in the files, where Gatun writes everything in any case.
 */
public final class ResourceProperties {
    private static final long MICROSECONDS = 1_000_000;
    /** systemd keeps a quota as a percentage without fraction: in steps of 10 ms per second. */
    private static final long QUOTA_STEP = MICROSECONDS / 100;

    private static final long DEFAULT_PERIOD = 100_000;
    private static final int VERSION_OF_QUOTA_PERIOD = 242;
    private static final int VERSION_OF_CPUSET = 244;
    private static final int VERSION_OF_IDLE = 252;
    private static final int VERSION_OF_OOM_POLICY = 253;

    private final int version;
    private final Map<String, String> values = new HashMap<>();
    private final List<UnitProperty> properties = new ArrayList<>();

    private ResourceProperties(int version, List<Write> writes) {
        this.version = version;
        for (Write write : writes) {
            values.put(write.file().substring(write.file().lastIndexOf('/') + 1), write.value());
        }
    }

    /**
     * The properties that can be changed at any time.
     *
     * @param version systemd's
     */
    public static List<UnitProperty> of(List<Write> writes, int version) {
        var all = new ResourceProperties(version, writes);
        all.processorTime();
        all.processors("cpuset.cpus", "AllowedCPUs");
        all.processors("cpuset.mems", "AllowedMemoryNodes");
        all.number("memory.min", "MemoryMin");
        all.number("memory.low", "MemoryLow");
        all.number("memory.high", "MemoryHigh");
        all.number("memory.max", "MemoryMax");
        all.number("memory.limit_in_bytes", "MemoryMax");
        all.number("memory.swap.max", "MemorySwapMax");
        all.tasks();
        return all.properties;
    }

    /** The properties that a unit gets when it is made, and keeps. */
    public static List<UnitProperty> ofCreation(List<Write> writes, int version) {
        var all = new ResourceProperties(version, writes);
        String group = all.values.getOrDefault("memory.oom.group", "");
        if (!group.isEmpty() && version >= VERSION_OF_OOM_POLICY) {
            all.properties.add(UnitProperty.of("OOMPolicy", group.strip().equals("1") ? "kill" : "continue"));
        }
        return all.properties;
    }

    /**
     * Which devices may be used. systemd cannot allow all but some; then it allows all, and Gatun's own filter decides.
     * The list of an existing unit is emptied first: what is given to systemd is added to it.
     */
    public static List<UnitProperty> of(DeviceRules rules) {
        var properties = new ArrayList<UnitProperty>();
        properties.add(UnitProperty.pairs("DeviceAllow", List.of()));
        if (rules.allowsOthers()) {
            properties.add(UnitProperty.of("DevicePolicy", "auto"));
            return properties;
        }
        var allowed = new ArrayList<Object[]>();
        rules.exceptions().forEach((device, access) -> {
            // "*:N" cannot be said
            if (!device.anyMajor() || device.anyMinor()) {
                allowed.add(new Object[] {specifier(device), access.letters()});
            }
        });
        properties.add(UnitProperty.of("DevicePolicy", "strict"));
        properties.add(UnitProperty.pairs("DeviceAllow", allowed));
        return properties;
    }

    private static String specifier(DeviceRules.Device device) {
        String type = device.block() ? "block" : "char";
        if (device.anyMajor()) {
            return type + "-*";
        }
        if (device.anyMinor()) {
            return type + "-" + device.major();
        }
        return "/dev/" + type + "/" + device.major() + ":" + device.minor();
    }

    private void number(String file, String property) {
        String value = values.get(file);
        if (value != null) {
            properties.add(UnitProperty.of(property, parse(file, value)));
        }
    }

    private static long parse(String file, String value) {
        String text = value.strip();
        if (text.equals("max") || text.equals("-1")) {
            return UnitProperty.INFINITY;
        }
        try {
            return Long.parseUnsignedLong(text);
        } catch (NumberFormatException e) {
            throw new CgroupException(file + ": " + value + " is neither a number nor \"max\"", e);
        }
    }

    private void tasks() {
        String value = values.get("pids.max");
        if (value != null) {
            long limit = parse("pids.max", value);
            // systemd knows no limit of 0
            properties.add(UnitProperty.of("TasksMax", limit == 0 ? 1 : limit));
        }
    }

    private void processorTime() {
        boolean idle = values.getOrDefault("cpu.idle", "0").strip().equals("1") && version >= VERSION_OF_IDLE;
        if (idle) {
            properties.add(UnitProperty.of("CPUWeight", 0));
        } else {
            number("cpu.weight", "CPUWeight");
            number("cpu.shares", "CPUShares");
        }
        String max = values.get("cpu.max");
        if (max != null) {
            String[] words = max.strip().split(" +", -1);
            quota(parse("cpu.max", words[0]), words.length > 1 ? parse("cpu.max", words[1]) : DEFAULT_PERIOD);
        } else if (values.containsKey("cpu.cfs_quota_us")) {
            String period = values.getOrDefault("cpu.cfs_period_us", Long.toString(DEFAULT_PERIOD));
            quota(
                    parse("cpu.cfs_quota_us", values.getOrDefault("cpu.cfs_quota_us", "")),
                    parse("cpu.cfs_period_us", period));
        }
    }

    /** Rounded up, so that a child of the group can have the quota that was asked for. */
    private void quota(long quota, long period) {
        if (version >= VERSION_OF_QUOTA_PERIOD) {
            properties.add(UnitProperty.of("CPUQuotaPeriodUSec", period));
        }
        long perSecond = UnitProperty.INFINITY;
        if (quota != UnitProperty.INFINITY) {
            perSecond = Math.ceilDiv(Math.multiplyExact(quota, MICROSECONDS) / period, QUOTA_STEP) * QUOTA_STEP;
        }
        properties.add(UnitProperty.of("CPUQuotaPerSecUSec", perSecond));
    }

    private void processors(String file, String property) {
        String list = values.get(file);
        if (list != null && version >= VERSION_OF_CPUSET) {
            properties.add(UnitProperty.of(property, bits(file, list)));
        }
    }

    /** {@code 0,2-3} as the bytes 0x0d: number 0 is the lowest bit of the first byte. */
    static byte[] bits(String file, String list) {
        var bits = new BitSet();
        try {
            for (String part : list.strip().split("[,\\s]+", -1)) {
                int dash = part.indexOf('-');
                int first = Integer.parseInt(dash < 0 ? part : part.substring(0, dash));
                int last = dash < 0 ? first : Integer.parseInt(part.substring(dash + 1));
                bits.set(first, last + 1);
            }
        } catch (NumberFormatException | IndexOutOfBoundsException e) {
            throw new CgroupException(file + ": " + list + " is not a list such as 0-3,7", e);
        }
        return bits.toByteArray();
    }
}
