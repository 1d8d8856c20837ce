package dev.gatun.cgroup;

import dev.gatun.oci.DeviceRule;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.OptionalLong;
import java.util.SequencedMap;

/**
 * Which devices may be used: all but some, or none but some.
 *
 * <p>A rule about all devices decides what holds for those that no later rule names. A later rule goes before an earlier
 * one. A rule that would take one device out of an earlier one about many is refused: version 1 would ignore it.
 */
public final class DeviceRules {
    private static final String ALL_ACCESS = "rwm";
    private static final long ANY = -1;

    /** What every container may use (runc's list): to make any node, and to use those that do no harm. */
    private static final List<DeviceRule> DEFAULTS = List.of(
            rule(DeviceRule.Type.CHARACTER, ANY, ANY, "m"),
            rule(DeviceRule.Type.BLOCK, ANY, ANY, "m"),
            rule(DeviceRule.Type.CHARACTER, 1, 3, ALL_ACCESS),
            rule(DeviceRule.Type.CHARACTER, 1, 8, ALL_ACCESS),
            rule(DeviceRule.Type.CHARACTER, 1, 7, ALL_ACCESS),
            rule(DeviceRule.Type.CHARACTER, 5, 0, ALL_ACCESS),
            rule(DeviceRule.Type.CHARACTER, 1, 5, ALL_ACCESS),
            rule(DeviceRule.Type.CHARACTER, 1, 9, ALL_ACCESS),
            rule(DeviceRule.Type.CHARACTER, 136, ANY, ALL_ACCESS),
            rule(DeviceRule.Type.CHARACTER, 5, 1, ALL_ACCESS),
            rule(DeviceRule.Type.CHARACTER, 5, 2, ALL_ACCESS),
            rule(DeviceRule.Type.CHARACTER, 10, 200, ALL_ACCESS));

    private boolean allowsOthers;
    private final SequencedMap<Device, Access> exceptions = new LinkedHashMap<>();

    /** Devices of a type; {@link #ANY} is any number. */
    public record Device(boolean block, long major, long minor) {
        // by hand, as the JVM generates those of a record at each cold start
        @Override
        public boolean equals(Object other) {
            return other instanceof Device device
                    && block == device.block
                    && major == device.major
                    && minor == device.minor;
        }

        @Override
        public int hashCode() {
            return Long.hashCode(major * 31 + minor) * 2 + (block ? 1 : 0);
        }

        public boolean anyMajor() {
            return major == ANY;
        }

        public boolean anyMinor() {
            return minor == ANY;
        }

        /** As version 1 writes it: {@code c 1:*}. */
        @Override
        public String toString() {
            return (block ? "b " : "c ") + (anyMajor() ? "*" : major) + ":" + (anyMinor() ? "*" : minor);
        }
    }

    /** What may be done: a set of read, write and making a node, as BPF_DEVCG_ACC_* of linux/bpf.h. */
    public record Access(int bits) {
        static final int MKNOD = 1;
        static final int READ = 2;
        static final int WRITE = 4;

        static Access of(String letters) {
            int bits = letters.indexOf('m') >= 0 ? MKNOD : 0;
            bits |= letters.indexOf('r') >= 0 ? READ : 0;
            return new Access(bits | (letters.indexOf('w') >= 0 ? WRITE : 0));
        }

        Access without(Access other) {
            return new Access(bits & ~other.bits);
        }

        boolean isEmpty() {
            return bits == 0;
        }

        public String letters() {
            return ((bits & READ) != 0 ? "r" : "")
                    + ((bits & WRITE) != 0 ? "w" : "")
                    + ((bits & MKNOD) != 0 ? "m" : "");
        }
    }

    private DeviceRules() {}

    private static DeviceRule rule(DeviceRule.Type type, long major, long minor, String access) {
        return new DeviceRule(true, type, OptionalLong.of(major), OptionalLong.of(minor), access);
    }

    /** The rules of a configuration, and behind them what every container may use. */
    public static DeviceRules of(List<DeviceRule> rules) {
        var all = new DeviceRules();
        for (int i = 0; i < rules.size(); i++) {
            if (rules.get(i).access().isEmpty()) {
                throw new CgroupException("linux.resources.devices[" + i + "].access: missing; letters of rwm");
            }
            all.apply(rules.get(i), i);
        }
        for (int i = 0; i < DEFAULTS.size(); i++) {
            all.apply(DEFAULTS.get(i), rules.size() + i);
        }
        return all;
    }

    /** What the {@code devices.list} of a group of version 1 says; where all is allowed but some, it does not say which. */
    static DeviceRules parse(String list) {
        var rules = new DeviceRules();
        for (String line : Layout.lines(list)) {
            String[] fields = line.split(" ", -1);
            if (fields[0].equals("a")) {
                rules.reset(true);
                return rules;
            }
            int colon = fields[1].indexOf(':');
            var device = new Device(
                    fields[0].equals("b"),
                    number(fields[1].substring(0, colon)),
                    number(fields[1].substring(colon + 1)));
            rules.exceptions.put(device, Access.of(fields[2]));
        }
        return rules;
    }

    private static long number(String text) {
        return text.equals("*") ? ANY : Long.parseLong(text);
    }

    private void apply(DeviceRule rule, int index) {
        if (rule.type() == DeviceRule.Type.ALL) {
            reset(rule.allow());
            return;
        }
        var device = new Device(
                rule.type() == DeviceRule.Type.BLOCK,
                rule.major().orElse(ANY),
                rule.minor().orElse(ANY));
        Access access = Access.of(rule.access());
        if (rule.allow() == allowsOthers) {
            remove(device, access, index);
        } else {
            exceptions.put(device, new Access(access.bits() | accessOf(device).bits()));
        }
    }

    private void reset(boolean allow) {
        allowsOthers = allow;
        exceptions.clear();
    }

    private Access accessOf(Device device) {
        return exceptions.getOrDefault(device, new Access(0));
    }

    private void remove(Device device, Access access, int index) {
        refuseHole(device, new Device(device.block(), ANY, device.minor()), access, index);
        refuseHole(device, new Device(device.block(), device.major(), ANY), access, index);
        refuseHole(device, new Device(device.block(), ANY, ANY), access, index);
        Access left = accessOf(device).without(access);
        if (left.isEmpty()) {
            exceptions.remove(device);
        } else {
            exceptions.put(device, left);
        }
    }

    private void refuseHole(Device device, Device wider, Access access, int index) {
        boolean overlaps = (accessOf(wider).bits() & access.bits()) != 0;
        if (!device.equals(wider) && overlaps) {
            throw new CgroupException("linux.resources.devices[" + index + "]: " + device + " " + access.letters()
                    + " would be an exception to the earlier rule about " + wider
                    + "; control groups cannot punch a hole in a rule about many devices");
        }
    }

    /** Whether devices may be used that are no exceptions. */
    public boolean allowsOthers() {
        return allowsOthers;
    }

    /**
     * What may be done with some devices, or with all but those may be done: in the order of the rules, which version 1
     * shows to whoever looks into {@code devices.list}.
     */
    public SequencedMap<Device, Access> exceptions() {
        return exceptions;
    }

    /**
     * The writes that bring a group of version 1 from what it allows now to this, without taking away in between what is
     * allowed before and after.
     */
    List<Write> changes(DeviceRules now, GroupPaths.Place place) {
        var writes = new ArrayList<Write>();
        boolean afresh = now.allowsOthers || allowsOthers;
        if (afresh) {
            writes.add(Write.to(place, allowsOthers ? "devices.allow" : "devices.deny", "a"));
        } else {
            now.exceptions.forEach((device, access) -> {
                Access gone = access.without(accessOf(device));
                if (!gone.isEmpty()) {
                    writes.add(Write.to(place, "devices.deny", device + " " + gone.letters()));
                }
            });
        }
        String file = allowsOthers ? "devices.deny" : "devices.allow";
        exceptions.forEach((device, access) -> {
            Access added = afresh ? access : access.without(now.accessOf(device));
            if (!added.isEmpty()) {
                writes.add(Write.to(place, file, device + " " + added.letters()));
            }
        });
        return writes;
    }
}
