package dev.gatun.cgroup;

import dev.gatun.linux.Errno;
import dev.gatun.oci.Cpu;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Processor time and processors. Times are microseconds; 0 is "as it is" for all but burst and idle. */
final class CpuSettings {
    private static final String DEFAULT_PERIOD = "100000";
    private static final long MIN_SHARES = 2;
    private static final long MAX_SHARES = 262_144;
    private static final long MAX_WEIGHT = 10_000;

    private final Settings settings;

    CpuSettings(Settings settings) {
        this.settings = settings;
    }

    void add(Cpu cpu) {
        time(cpu);
        if (cpu.cpus().isPresent()) {
            GroupPaths.Place place = settings.place("cpu.cpus", "cpuset", "cpuset");
            settings.add(Write.to(place, "cpuset.cpus", cpu.cpus().get()));
        }
        if (cpu.mems().isPresent()) {
            GroupPaths.Place place = settings.place("cpu.mems", "cpuset", "cpuset");
            settings.add(Write.to(place, "cpuset.mems", cpu.mems().get()));
        }
    }

    private void time(Cpu cpu) {
        boolean common = isSet(cpu.shares())
                || isSet(cpu.quota())
                || isSet(cpu.period())
                || cpu.burst().isPresent()
                || cpu.idle().isPresent();
        boolean realtime = isSet(cpu.realtimeRuntime()) || isSet(cpu.realtimePeriod());
        if (!common && (settings.isUnified() || !realtime)) {
            return;
        }
        GroupPaths.Place place = settings.place("cpu", "cpu", "cpu");
        // a group that is idle has no weight that could be set
        boolean becomesIdle = cpu.idle().orElse(0) == 1;
        if (!becomesIdle) {
            idle(place, cpu.idle());
        }
        if (isSet(cpu.shares())) {
            shares(place, cpu.shares().getAsLong());
        }
        if (becomesIdle) {
            idle(place, cpu.idle());
        }
        if (place.isUnified()) {
            unifiedQuota(place, cpu);
        } else {
            legacyQuota(place, cpu);
            realtime(place, cpu);
        }
    }

    private void idle(GroupPaths.Place place, OptionalLong idle) {
        if (idle.isPresent()) {
            settings.add(Write.to(place, "cpu.idle", Long.toString(idle.getAsLong())));
        }
    }

    private void shares(GroupPaths.Place place, long shares) {
        if (place.isUnified()) {
            settings.add(Write.to(place, "cpu.weight", Long.toString(weight(shares))));
            return;
        }
        // the kernel would take the nearest possible value and say nothing
        if (Long.compareUnsigned(shares, MIN_SHARES) < 0) {
            throw new CgroupException("linux.resources.cpu.shares: the minimum allowed cpu-shares is " + MIN_SHARES);
        }
        if (Long.compareUnsigned(shares, MAX_SHARES) > 0) {
            throw new CgroupException("linux.resources.cpu.shares: the maximum allowed cpu-shares is " + MAX_SHARES);
        }
        settings.add(Write.to(place, "cpu.shares", Long.toString(shares)));
    }

    /** Shares (2 to 262144, usually 1024) as a weight (1 to 10000, usually 100): the curve that runc and crun use. */
    static long weight(long shares) {
        if (Long.compareUnsigned(shares, MIN_SHARES) <= 0) {
            return 1;
        }
        if (Long.compareUnsigned(shares, MAX_SHARES) >= 0) {
            return MAX_WEIGHT;
        }
        double log = Math.log((double) shares) / Math.log(2);
        if (Long.bitCount(shares) == 1) {
            log = Long.numberOfTrailingZeros(shares);
        }
        return (long) Math.ceil(Math.pow(10, (log * log + 125 * log) / 612.0 - 7.0 / 34.0));
    }

    private void unifiedQuota(GroupPaths.Place place, Cpu cpu) {
        boolean limits = isSet(cpu.quota()) || isSet(cpu.period());
        if (cpu.burst().isPresent()) {
            // more than the quota that there still is cannot be saved up
            settings.add(Write.tolerant(
                    place, "cpu.max.burst", unsigned(cpu.burst()), limits ? List.of(Errno.EINVAL) : List.of()));
        }
        if (!limits) {
            return;
        }
        Optional<String> current = settings.current(place, "cpu.max");
        String quota =
                current.isPresent() ? current.get().substring(0, current.get().indexOf(' ')) : "max";
        String period =
                current.isPresent() ? current.get().substring(current.get().indexOf(' ') + 1) : DEFAULT_PERIOD;
        if (isSet(cpu.quota())) {
            quota = cpu.quota().getAsLong() < 0
                    ? "max"
                    : Long.toString(cpu.quota().getAsLong());
        }
        if (isSet(cpu.period())) {
            period = unsigned(cpu.period());
        }
        settings.add(Write.to(place, "cpu.max", quota + " " + period));
        if (cpu.burst().isPresent()) {
            settings.add(Write.to(place, "cpu.max.burst", unsigned(cpu.burst())));
        }
    }

    /** Where quota and period change together, an order that always works does not exist: what fails is done again. */
    private void legacyQuota(GroupPaths.Place place, Cpu cpu) {
        boolean quota = isSet(cpu.quota());
        List<Errno> early = quota ? List.of(Errno.EINVAL) : List.of();
        if (isSet(cpu.period())) {
            settings.add(Write.tolerant(place, "cpu.cfs_period_us", unsigned(cpu.period()), early));
        }
        if (cpu.burst().isPresent()) {
            settings.add(Write.tolerant(place, "cpu.cfs_burst_us", unsigned(cpu.burst()), early));
        }
        if (!quota) {
            return;
        }
        settings.add(
                Write.to(place, "cpu.cfs_quota_us", Long.toString(cpu.quota().getAsLong())));
        if (isSet(cpu.period())) {
            settings.add(Write.to(place, "cpu.cfs_period_us", unsigned(cpu.period())));
        }
        if (cpu.burst().isPresent()) {
            settings.add(Write.to(place, "cpu.cfs_burst_us", unsigned(cpu.burst())));
        }
    }

    private void realtime(GroupPaths.Place place, Cpu cpu) {
        boolean runtime = isSet(cpu.realtimeRuntime());
        boolean period = isSet(cpu.realtimePeriod());
        if (period) {
            settings.add(Write.tolerant(
                    place,
                    "cpu.rt_period_us",
                    unsigned(cpu.realtimePeriod()),
                    runtime ? List.of(Errno.EINVAL) : List.of()));
        }
        if (runtime) {
            settings.add(Write.to(
                    place,
                    "cpu.rt_runtime_us",
                    Long.toString(cpu.realtimeRuntime().getAsLong())));
        }
        if (period && runtime) {
            settings.add(Write.to(place, "cpu.rt_period_us", unsigned(cpu.realtimePeriod())));
        }
    }

    private static boolean isSet(OptionalLong value) {
        return value.isPresent() && value.getAsLong() != 0;
    }

    private static String unsigned(OptionalLong value) {
        return Long.toUnsignedString(value.getAsLong());
    }
}
