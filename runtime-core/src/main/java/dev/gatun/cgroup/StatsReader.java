package dev.gatun.cgroup;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Reads what a group uses, from either version; what a host does not count is 0. */
final class StatsReader {
    private static final List<String> CPUSET_FLAGS = List.of(
            "cpu_exclusive",
            "mem_hardwall",
            "mem_exclusive",
            "memory_migrate",
            "memory_spread_page",
            "memory_spread_slab",
            "memory_pressure",
            "sched_load_balance",
            "sched_relax_domain_level");

    private static final long MICROSECOND = 1000;
    /** The kernel's "no limit" in version 1 is the largest multiple of a page. */
    private static final long NO_LIMIT = Long.MAX_VALUE / 2;

    private final GroupPaths paths;
    private final CgroupFiles files;

    StatsReader(GroupPaths paths, CgroupFiles files) {
        this.paths = paths;
        this.files = files;
    }

    Stats read() {
        return new Stats(cpu(), cpuset(), memory(), pids(), io(), hugepages(), rdma(), pressures());
    }

    private Optional<GroupPaths.Place> place(String legacy) {
        return paths.legacy(legacy).or(paths::unified);
    }

    private Stats.Cpu cpu() {
        Map<String, Long> unified = keyed(file(paths.unified(), "cpu.stat"));
        Optional<GroupPaths.Place> accounting = paths.legacy("cpuacct");
        Map<String, Long> quota = keyed(file(paths.legacy("cpu"), "cpu.stat"));
        long total = value(unified, "usage_usec") * MICROSECOND;
        long user = value(unified, "user_usec") * MICROSECOND;
        long kernel = value(unified, "system_usec") * MICROSECOND;
        if (accounting.isPresent()) {
            total = number(accounting, "cpuacct.usage");
            user = number(accounting, "cpuacct.usage_user");
            kernel = number(accounting, "cpuacct.usage_sys");
        }
        return new Stats.Cpu(
                total,
                user,
                kernel,
                processors(accounting),
                value(unified, "nr_periods") + value(quota, "nr_periods"),
                value(unified, "nr_throttled") + value(quota, "nr_throttled"),
                value(unified, "throttled_usec") * MICROSECOND + value(quota, "throttled_time"));
    }

    /** {@code cpuacct.usage_all} has a title, and {@code 0 1 2} for each processor: time of the user and of the kernel. */
    private List<Stats.Processor> processors(Optional<GroupPaths.Place> accounting) {
        List<String> totals = Layout.words(file(accounting, "cpuacct.usage_percpu"));
        List<String> parts = Layout.lines(file(accounting, "cpuacct.usage_all"));
        var processors = new ArrayList<Stats.Processor>();
        for (int i = 0; i < totals.size() && i + 1 < parts.size(); i++) {
            List<String> words = Layout.words(parts.get(i + 1));
            processors.add(new Stats.Processor(
                    Long.parseUnsignedLong(totals.get(i)),
                    Long.parseUnsignedLong(words.get(1)),
                    Long.parseUnsignedLong(words.get(2))));
        }
        return processors;
    }

    private Stats.Cpuset cpuset() {
        Optional<GroupPaths.Place> place = paths.legacy("cpuset");
        if (place.isEmpty()) {
            return Stats.Cpuset.NONE;
        }
        var flags = new LinkedHashMap<String, Long>();
        for (String name : CPUSET_FLAGS) {
            String value = file(place, "cpuset." + name).strip();
            flags.put(name, value.isEmpty() ? 0 : Long.parseLong(value));
        }
        return new Stats.Cpuset(numbers(file(place, "cpuset.cpus")), numbers(file(place, "cpuset.mems")), flags);
    }

    /** All numbers of a list such as {@code 0-2,7}. */
    private static List<Long> numbers(String list) {
        var numbers = new ArrayList<Long>();
        for (String range : list.strip().split(",", -1)) {
            if (!range.isEmpty()) {
                int dash = range.indexOf('-');
                long last = Long.parseLong(range.substring(dash + 1));
                for (long number = dash < 0 ? last : Long.parseLong(range.substring(0, dash));
                        number <= last;
                        number++) {
                    numbers.add(number);
                }
            }
        }
        return numbers;
    }

    private Stats.Memory memory() {
        Optional<GroupPaths.Place> place = place("memory");
        Map<String, Long> raw = keyed(file(place, "memory.stat"));
        boolean unified = place.isPresent() && place.get().isUnified();
        Stats.Amount usage = unified ? unifiedMemory(place, "memory") : legacyMemory(place, "memory");
        long inactive = value(raw, unified ? "inactive_file" : "total_inactive_file");
        long workingSet = Math.max(usage.usage() - inactive, 0);
        if (unified) {
            Stats.Amount swapOnly = unifiedMemory(place, "memory.swap");
            var both = new Stats.Amount(
                    usage.usage() + swapOnly.usage(),
                    0,
                    swapOnly.limit() < 0 || usage.limit() < 0 ? -1 : swapOnly.limit() + usage.limit(),
                    0);
            var kernel = new Stats.Amount(value(raw, "kernel"), 0, 0, 0);
            return new Stats.Memory(value(raw, "file"), workingSet, usage, both, kernel, Stats.Amount.NONE, raw);
        }
        return new Stats.Memory(
                value(raw, "cache"),
                workingSet,
                usage,
                legacyMemory(place, "memory.memsw"),
                legacyMemory(place, "memory.kmem"),
                legacyMemory(place, "memory.kmem.tcp"),
                raw);
    }

    private Stats.Amount unifiedMemory(Optional<GroupPaths.Place> place, String kind) {
        return new Stats.Amount(
                number(place, kind + ".current"), number(place, kind + ".peak"), number(place, kind + ".max"), 0);
    }

    private Stats.Amount legacyMemory(Optional<GroupPaths.Place> place, String kind) {
        long limit = number(place, kind + ".limit_in_bytes");
        return new Stats.Amount(
                number(place, kind + ".usage_in_bytes"),
                number(place, kind + ".max_usage_in_bytes"),
                limit > NO_LIMIT ? -1 : limit,
                number(place, kind + ".failcnt"));
    }

    private Stats.Pids pids() {
        Optional<GroupPaths.Place> place = place("pids");
        return new Stats.Pids(number(place, "pids.current"), Math.max(number(place, "pids.max"), 0));
    }

    private List<Stats.Io> io() {
        Optional<GroupPaths.Place> place = place("blkio");
        if (place.isEmpty()) {
            return List.of();
        }
        return place.get().isUnified() ? unifiedIo(place) : legacyIo(place);
    }

    /** {@code 8:0 rbytes=1 wbytes=2 rios=3 wios=4}. */
    private List<Stats.Io> unifiedIo(Optional<GroupPaths.Place> place) {
        var io = new ArrayList<Stats.Io>();
        for (String line : Layout.lines(file(place, "io.stat"))) {
            var values = new TreeMap<String, Long>();
            List<String> words = Layout.words(line);
            for (String word : words) {
                int sign = word.indexOf('=');
                if (sign > 0 && word.substring(0, sign).matches("[rw](bytes|ios)")) {
                    values.put(word.substring(0, sign), Long.parseUnsignedLong(word.substring(sign + 1)));
                }
            }
            String[] device = words.getFirst().split(":", -1);
            if (device.length == 2 && !values.isEmpty()) {
                long major = Long.parseLong(device[0]);
                long minor = Long.parseLong(device[1]);
                io.add(new Stats.Io(major, minor, "Read", value(values, "rbytes"), value(values, "rios")));
                io.add(new Stats.Io(major, minor, "Write", value(values, "wbytes"), value(values, "wios")));
            }
        }
        return io;
    }

    /** {@code 8:0 Read 1}, with a file each for bytes and for operations; that of a scheduler goes first. */
    private List<Stats.Io> legacyIo(Optional<GroupPaths.Place> place) {
        Map<String, Long> bytes = Map.of();
        Map<String, Long> operations = Map.of();
        for (String kind : List.of("blkio.bfq.", "blkio.throttle.")) {
            if (bytes.isEmpty()) {
                bytes = deviceValues(file(place, kind + "io_service_bytes_recursive"));
                operations = deviceValues(file(place, kind + "io_serviced_recursive"));
            }
        }
        var io = new ArrayList<Stats.Io>();
        for (Map.Entry<String, Long> entry : bytes.entrySet()) {
            String[] parts = entry.getKey().split("[: ]", -1);
            io.add(new Stats.Io(
                    Long.parseLong(parts[0]),
                    Long.parseLong(parts[1]),
                    parts[2],
                    entry.getValue(),
                    value(operations, entry.getKey())));
        }
        return io;
    }

    private static Map<String, Long> deviceValues(String text) {
        var values = new LinkedHashMap<String, Long>();
        for (String line : Layout.lines(text)) {
            int last = line.lastIndexOf(' ');
            if (line.endsWith(" ") || last < 0 || line.startsWith("Total")) {
                continue;
            }
            values.put(line.substring(0, last), Long.parseUnsignedLong(line.substring(last + 1)));
        }
        return values;
    }

    private Map<String, Stats.Hugepages> hugepages() {
        var pages = new TreeMap<String, Stats.Hugepages>();
        Optional<GroupPaths.Place> place = place("hugetlb");
        for (String size : HugepageSizes.read()) {
            String kind = "hugetlb." + size;
            // what is reserved counts, as in runc, since Linux 5.7: a limit is reached there first
            place.flatMap(group -> hugepages(group, kind, kind + ".rsvd").or(() -> hugepages(group, kind, kind)))
                    .ifPresent(found -> pages.put(size, found));
        }
        return pages;
    }

    private Optional<Stats.Hugepages> hugepages(GroupPaths.Place place, String kind, String counted) {
        String used = counted + (place.isUnified() ? ".current" : ".usage_in_bytes");
        if (!files.exists(place.file(used))) {
            return Optional.empty();
        }
        Optional<GroupPaths.Place> group = Optional.of(place);
        return Optional.of(
                place.isUnified()
                        ? new Stats.Hugepages(
                                number(group, used), 0, value(keyed(file(group, kind + ".events")), "max"))
                        : new Stats.Hugepages(
                                number(group, used),
                                number(group, counted + ".max_usage_in_bytes"),
                                number(group, counted + ".failcnt")));
    }

    /** {@code mlx4_0 hca_handle=2 hca_object=2000}. */
    private Map<String, Stats.Rdma> rdma() {
        var devices = new TreeMap<String, Stats.Rdma>();
        for (String line : Layout.lines(file(place("rdma"), "rdma.current"))) {
            List<String> words = Layout.words(line);
            if (words.size() == 3) {
                devices.put(words.getFirst(), new Stats.Rdma(behindSign(words.get(1)), behindSign(words.get(2))));
            }
        }
        return devices;
    }

    private static long behindSign(String word) {
        return limit(behind(word));
    }

    private Stats.Pressures pressures() {
        return new Stats.Pressures(pressure("cpu"), pressure("memory"), pressure("io"));
    }

    /** {@code some avg10=0.00 avg60=0.00 avg300=0.00 total=0}. */
    private Optional<Stats.Pressure> pressure(String resource) {
        var none = new Stats.Stall(0, 0, 0, 0);
        Stats.Stall some = none;
        Stats.Stall full = none;
        List<String> lines = Layout.lines(file(paths.unified(), resource + ".pressure"));
        for (String line : lines) {
            List<String> words = Layout.words(line);
            var stall = new Stats.Stall(
                    percent(words.get(1)),
                    percent(words.get(2)),
                    percent(words.get(3)),
                    Long.parseUnsignedLong(behind(words.get(4))));
            if (words.getFirst().equals("some")) {
                some = stall;
            } else {
                full = stall;
            }
        }
        return lines.isEmpty() ? Optional.empty() : Optional.of(new Stats.Pressure(some, full));
    }

    private static double percent(String word) {
        return Double.parseDouble(behind(word));
    }

    private static String behind(String word) {
        return word.substring(word.indexOf('=') + 1);
    }

    private String file(Optional<GroupPaths.Place> place, String name) {
        return place.isEmpty() ? "" : files.read(place.get().file(name)).orElse("");
    }

    private long number(Optional<GroupPaths.Place> place, String name) {
        return limit(file(place, name).strip());
    }

    private static long limit(String text) {
        if (text.isEmpty()) {
            return 0;
        }
        return text.equals("max") ? -1 : Long.parseUnsignedLong(text);
    }

    /** Lines of a word and a number. */
    private static Map<String, Long> keyed(String text) {
        var values = new LinkedHashMap<String, Long>();
        for (String line : Layout.lines(text)) {
            int space = line.indexOf(' ');
            if (space > 0) {
                values.put(line.substring(0, space), limit(line.substring(space + 1)));
            }
        }
        return values;
    }

    private static long value(Map<String, Long> values, String key) {
        return values.getOrDefault(key, 0L);
    }
}
