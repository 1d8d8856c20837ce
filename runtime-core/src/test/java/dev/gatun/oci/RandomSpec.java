package dev.gatun.oci;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.function.Function;
import java.util.function.Supplier;

/** Makes valid configurations in which each field is there or not by chance. */
final class RandomSpec {
    private static final long UINT32_MAX = 0xFFFF_FFFFL;
    private static final String[] PIECES = {
        "a", "Z9", "-", "_", " ", "\"", "\\", "\n", "\u00e9", "\uD83D\uDE00", "=", "\u007f"
    };

    private final Random random;

    RandomSpec(Random random) {
        this.random = random;
    }

    RuntimeSpec spec() {
        return new RuntimeSpec(
                "1." + random.nextInt(5) + "." + random.nextInt(20),
                maybe(this::process),
                new Root(text(), random.nextBoolean()),
                maybe(this::text),
                maybe(this::text),
                some(this::mount),
                random.nextBoolean() ? Hooks.NONE : new Hooks(hooks(), hooks(), hooks(), hooks(), hooks(), hooks()),
                map(this::text),
                random.nextInt(8) == 0 ? Linux.NONE : linux());
    }

    private Process process() {
        return new Process(
                random.nextBoolean(),
                maybe(() -> new Process.ConsoleSize(random.nextInt(65536), random.nextInt(65536))),
                new User(uint32(), uint32(), maybeInt(0777), some(this::uint32)),
                some(this::text),
                some(() -> "K" + text() + "=" + text()),
                path(),
                maybe(() -> new Capabilities(texts(), texts(), texts(), texts(), texts())),
                distinct(Rlimit.Type.values(), this::rlimit),
                random.nextBoolean(),
                maybe(this::text),
                maybeInt(1000),
                maybe(this::scheduler),
                maybe(this::text),
                maybe(() -> new IoPriority(any(IoPriority.IoClass.values()), random.nextInt(8))),
                new CpuAffinity(maybe(() -> "0-3,7"), maybe(() -> "1")));
    }

    private Rlimit rlimit(Rlimit.Type type) {
        long one = random.nextLong();
        long other = random.nextLong();
        boolean higher = Long.compareUnsigned(one, other) > 0;
        return new Rlimit(type, higher ? one : other, higher ? other : one);
    }

    private Scheduler scheduler() {
        Scheduler.Policy policy = any(Scheduler.Policy.values());
        boolean realtime = policy == Scheduler.Policy.SCHED_FIFO || policy == Scheduler.Policy.SCHED_RR;
        boolean deadline = policy == Scheduler.Policy.SCHED_DEADLINE;
        return new Scheduler(
                policy,
                random.nextInt(40) - 20,
                realtime ? random.nextInt(100) : 0,
                some(() -> any(Scheduler.Flag.values())),
                deadline ? random.nextLong() : 0,
                deadline ? random.nextLong() : 0,
                deadline ? random.nextLong() : 0);
    }

    private Mount mount() {
        boolean mapped = random.nextInt(4) == 0;
        return new Mount(
                path(),
                maybe(this::text),
                maybe(this::text),
                texts(),
                mapped ? List.of(mapping(0)) : List.of(),
                mapped ? List.of(mapping(0)) : List.of());
    }

    private IdMapping mapping(int slot) {
        return new IdMapping(slot * 100_000L + random.nextInt(50_000), slot * 100_000L, 1 + random.nextInt(50_000));
    }

    private List<IdMapping> mappings() {
        List<IdMapping> mappings = new ArrayList<>();
        for (int slot = random.nextInt(4); slot > 0; slot--) {
            mappings.add(mapping(slot));
        }
        return mappings;
    }

    private List<Hook> hooks() {
        return some(() -> new Hook(
                path(),
                texts(),
                some(() -> "A=" + text()),
                random.nextBoolean() ? OptionalInt.of(7) : OptionalInt.empty()));
    }

    private Linux linux() {
        return new Linux(
                mappings(),
                mappings(),
                random.nextBoolean() ? Map.of() : Map.of("net.ipv4.ip_forward", text(), "kernel/shmmax", text()),
                random.nextInt(4) == 0 ? Resources.NONE : resources(),
                maybe(this::text),
                distinct(Namespace.Type.values(), type -> new Namespace(type, maybe(this::path))),
                some(this::device),
                random.nextBoolean() ? Map.of() : Map.of("eth0", new NetDevice(maybe(() -> "c%d"))),
                maybe(this::seccomp),
                maybe(() -> any(Propagation.values())),
                some(this::path),
                some(this::path),
                maybe(this::text),
                maybe(() -> new IntelRdt(
                        maybe(() -> "clos"),
                        some(() -> "L3:0=1"),
                        maybe(() -> "L3:0=f"),
                        maybe(() -> "MB:0=1"),
                        random.nextBoolean())),
                maybe(() -> new MemoryPolicy(
                        any(MemoryPolicy.Mode.values()),
                        maybe(() -> "0,2-3"),
                        some(() -> any(MemoryPolicy.Flag.values())))),
                maybe(() -> new Personality(any(Personality.Domain.values()))),
                random.nextBoolean()
                        ? Map.of()
                        : Map.of("monotonic", new TimeOffset(random.nextLong(), random.nextInt(1_000_000_000))));
    }

    private Device device() {
        Device.Type type = any(Device.Type.values());
        boolean fifo = type == Device.Type.FIFO;
        return new Device(
                path(),
                type,
                fifo ? 0 : random.nextInt(4096),
                fifo ? 0 : random.nextInt(1 << 20),
                maybeInt(0xFFFF),
                maybeUint32(),
                maybeUint32());
    }

    private Resources resources() {
        return new Resources(
                some(() -> new DeviceRule(
                        random.nextBoolean(),
                        any(DeviceRule.Type.values()),
                        maybeUint32(),
                        maybeUint32(),
                        random.nextBoolean() ? "rw" : "")),
                new Memory(
                        maybeLong(),
                        maybeLong(),
                        maybeLong(),
                        maybeLong(),
                        maybeLong(),
                        maybeLong(),
                        maybe(random::nextBoolean),
                        maybe(random::nextBoolean),
                        maybe(random::nextBoolean)),
                new Cpu(
                        maybeLong(),
                        maybeLong(),
                        maybeLong(),
                        maybeLong(),
                        maybeLong(),
                        maybeLong(),
                        maybe(this::text),
                        maybe(this::text),
                        maybeLong()),
                maybeLong(),
                new BlockIo(
                        maybeInt(65535),
                        maybeInt(65535),
                        some(() -> new BlockIo.WeightDevice(
                                random.nextLong(), random.nextLong(), OptionalInt.of(5), maybeInt(65535))),
                        throttles(),
                        throttles(),
                        throttles(),
                        throttles()),
                some(() -> new HugepageLimit(1 + random.nextInt(999) + "MB", random.nextLong())),
                new NetworkClass(maybeUint32(), some(() -> new NetworkClass.Priority(text(), uint32()))),
                map(() -> new Rdma(OptionalLong.of(uint32()), maybeUint32())),
                map(this::text));
    }

    private List<BlockIo.ThrottleDevice> throttles() {
        return some(() -> new BlockIo.ThrottleDevice(random.nextLong(), random.nextLong(), random.nextLong()));
    }

    private Seccomp seccomp() {
        Seccomp.Action action = any(Seccomp.Action.values());
        boolean listener = random.nextBoolean();
        return new Seccomp(
                action,
                errno(action),
                some(() -> any(Seccomp.Arch.values())),
                maybe(() -> some(() -> any(Seccomp.Flag.values()))),
                listener ? Optional.of(path()) : Optional.empty(),
                listener ? maybe(this::text) : Optional.empty(),
                some(this::rule));
    }

    private Seccomp.Syscall rule() {
        Seccomp.Action action = any(Seccomp.Action.values());
        return new Seccomp.Syscall(
                List.of("read", text()),
                action,
                errno(action),
                some(() -> new Seccomp.Arg(
                        random.nextInt(6), random.nextLong(), random.nextLong(), any(Seccomp.Operator.values()))));
    }

    private OptionalLong errno(Seccomp.Action action) {
        boolean taken = action == Seccomp.Action.ERRNO || action == Seccomp.Action.TRACE;
        return taken ? maybeUint32() : OptionalLong.empty();
    }

    /** Not empty, and without a slash: it may also be a key or a file's name. */
    private String text() {
        StringBuilder text = new StringBuilder();
        for (int n = random.nextInt(4); n >= 0; n--) {
            text.append(PIECES[random.nextInt(PIECES.length)]);
        }
        return text.toString();
    }

    private String path() {
        return "/" + text();
    }

    private List<String> texts() {
        return some(this::text);
    }

    private long uint32() {
        return random.nextLong(UINT32_MAX + 1);
    }

    private OptionalLong maybeUint32() {
        return random.nextBoolean() ? OptionalLong.of(uint32()) : OptionalLong.empty();
    }

    private OptionalLong maybeLong() {
        return random.nextBoolean() ? OptionalLong.of(random.nextLong()) : OptionalLong.empty();
    }

    private OptionalInt maybeInt(int max) {
        return random.nextBoolean() ? OptionalInt.of(random.nextInt(max + 1)) : OptionalInt.empty();
    }

    private <T> Optional<T> maybe(Supplier<T> maker) {
        return random.nextBoolean() ? Optional.of(maker.get()) : Optional.empty();
    }

    private <T> List<T> some(Supplier<T> maker) {
        List<T> list = new ArrayList<>();
        for (int n = random.nextInt(3); n > 0; n--) {
            list.add(maker.get());
        }
        return list;
    }

    private <T> Map<String, T> map(Supplier<T> maker) {
        Map<String, T> map = new LinkedHashMap<>();
        for (int n = random.nextInt(3); n > 0; n--) {
            map.put(text(), maker.get());
        }
        return map;
    }

    private <K, T> List<T> distinct(K[] keys, Function<K, T> maker) {
        List<T> list = new ArrayList<>();
        for (K key : keys) {
            if (random.nextInt(3) == 0) {
                list.add(maker.apply(key));
            }
        }
        return list;
    }

    private <E> E any(E[] values) {
        return values[random.nextInt(values.length)];
    }
}
