package dev.gatun.cgroup;

import dev.gatun.json.JsonWritable;
import dev.gatun.json.JsonWriter;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a group uses; written as runc's {@code events} does. Numbers are unsigned; of limits, −1 is none.
 *
 * @param io what was read from and written to each block device
 * @param rdma by device
 */
public record Stats(
        Cpu cpu,
        Cpuset cpuset,
        Memory memory,
        Pids pids,
        List<Io> io,
        Map<String, Hugepages> hugepages,
        Map<String, Rdma> rdma,
        Pressures pressures)
        implements JsonWritable {

    /**
     * Times in nanoseconds since the group was made.
     *
     * @param processors of each processor, in version 1
     */
    public record Cpu(
            long total,
            long user,
            long kernel,
            List<Processor> processors,
            long periods,
            long throttledPeriods,
            long throttledTime) {}

    /** Times on one processor. */
    public record Processor(long total, long user, long kernel) {}

    /**
     * Where the group's tasks may run, in version 1.
     *
     * @param flags the controller's other files, by name
     */
    public record Cpuset(List<Long> cpus, List<Long> mems, Map<String, Long> flags) {
        static final Cpuset NONE = new Cpuset(List.of(), List.of(), Map.of());
    }

    /** Bytes used, most that ever were, at most, and how often more was asked for. */
    public record Amount(long usage, long max, long limit, long failures) {
        static final Amount NONE = new Amount(0, 0, 0, 0);
    }

    /**
     * Memory.
     *
     * @param cache of files
     * @param workingSet what is used, but for the cache that was not needed lately
     * @param swap memory and swap together
     * @param raw the kernel's own list, {@code memory.stat}
     */
    public record Memory(
            long cache,
            long workingSet,
            Amount usage,
            Amount swap,
            Amount kernel,
            Amount kernelTcp,
            Map<String, Long> raw) {}

    /** Tasks; a limit of 0 is none. */
    public record Pids(long current, long limit) {}

    /** A block device: bytes and operations, {@code Read} or {@code Write}. */
    public record Io(long major, long minor, String operation, long bytes, long operations) {}

    public record Hugepages(long usage, long max, long failures) {}

    public record Rdma(long hcaHandles, long hcaObjects) {}

    /** How long tasks waited for want of something (Documentation/accounting/psi.rst); version 2 only. */
    public record Pressures(Optional<Pressure> cpu, Optional<Pressure> memory, Optional<Pressure> io) {}

    /** Where some tasks waited, and where all did. */
    public record Pressure(Stall some, Stall full) {}

    /** Shares of time in percent over 10, 60 and 300 seconds, and microseconds in all. */
    public record Stall(double avg10, double avg60, double avg300, long total) {}

    @Override
    public void writeTo(JsonWriter out) {
        out.beginObject();
        writeCpu(out.name("cpu"));
        writeCpuset(out.name("cpuset"));
        writeMemory(out.name("memory"));
        out.name("pids").beginObject().field("current", pids.current());
        out.field("limit", pids.limit()).endObject();
        writeIo(out.name("blkio"));
        out.name("hugetlb").beginObject();
        hugepages.forEach((size, pages) -> out.name(size)
                .beginObject()
                .field("usage", pages.usage())
                .field("max", pages.max())
                .field("failcnt", pages.failures())
                .endObject());
        out.endObject();
        if (!rdma.isEmpty()) {
            out.name("rdma").beginObject();
            rdma.forEach((device, used) -> out.name(device)
                    .beginObject()
                    .field("hcaHandles", used.hcaHandles())
                    .field("hcaObjects", used.hcaObjects())
                    .endObject());
            out.endObject();
        }
        out.endObject();
    }

    private void writeCpu(JsonWriter out) {
        out.beginObject().name("usage").beginObject();
        out.field("total", cpu.total());
        if (!cpu.processors().isEmpty()) {
            List<Processor> each = cpu.processors();
            out.field("percpu", each.stream().map(Processor::total).toList());
            out.field("percpu_kernel", each.stream().map(Processor::kernel).toList());
            out.field("percpu_user", each.stream().map(Processor::user).toList());
        }
        out.field("kernel", cpu.kernel()).field("user", cpu.user());
        out.endObject().name("throttling").beginObject();
        out.field("periods", cpu.periods());
        out.field("throttledPeriods", cpu.throttledPeriods());
        out.field("throttledTime", cpu.throttledTime()).endObject();
        writePressure(out, pressures.cpu());
        out.endObject();
    }

    private void writeCpuset(JsonWriter out) {
        out.beginObject();
        if (!cpuset.flags().isEmpty()) {
            out.field("cpus", cpuset.cpus()).field("mems", cpuset.mems());
            cpuset.flags().forEach((name, value) -> out.field(name, value.longValue()));
        }
        out.endObject();
    }

    private void writeMemory(JsonWriter out) {
        out.beginObject().field("cache", memory.cache());
        writeAmount(out.name("usage"), memory.usage());
        writeAmount(out.name("swap"), memory.swap());
        writeAmount(out.name("kernel"), memory.kernel());
        writeAmount(out.name("kernelTCP"), memory.kernelTcp());
        out.name("raw").beginObject();
        memory.raw().forEach(out::unsignedField);
        out.endObject();
        writePressure(out, pressures.memory());
        out.endObject();
    }

    private static void writeAmount(JsonWriter out, Amount amount) {
        out.beginObject()
                .unsignedField("limit", amount.limit())
                .unsignedField("usage", amount.usage())
                .unsignedField("max", amount.max())
                .unsignedField("failcnt", amount.failures())
                .endObject();
    }

    private void writeIo(JsonWriter out) {
        out.beginObject().name("ioServiceBytesRecursive").beginArray();
        for (Io device : io) {
            writeEntry(out, device, device.bytes());
        }
        out.endArray().name("ioServicedRecursive").beginArray();
        for (Io device : io) {
            writeEntry(out, device, device.operations());
        }
        out.endArray();
        writePressure(out, pressures.io());
        out.endObject();
    }

    private static void writeEntry(JsonWriter out, Io device, long value) {
        out.beginObject()
                .field("major", device.major())
                .field("minor", device.minor())
                .field("op", device.operation())
                .unsignedField("value", value)
                .endObject();
    }

    private static void writePressure(JsonWriter out, Optional<Pressure> pressure) {
        if (pressure.isPresent()) {
            out.name("psi").beginObject();
            writeStall(out.name("some"), pressure.get().some());
            writeStall(out.name("full"), pressure.get().full());
            out.endObject();
        }
    }

    private static void writeStall(JsonWriter out, Stall stall) {
        out.beginObject()
                .field("avg10", stall.avg10())
                .field("avg60", stall.avg60())
                .field("avg300", stall.avg300())
                .unsignedField("total", stall.total())
                .endObject();
    }
}
