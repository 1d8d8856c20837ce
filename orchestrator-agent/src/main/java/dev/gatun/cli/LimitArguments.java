package dev.gatun.cli;

import static dev.gatun.container.cli.Command.text;

import dev.gatun.container.Quantities;
import dev.gatun.oci.BlockIo;
import dev.gatun.oci.Cpu;
import dev.gatun.oci.Memory;
import dev.gatun.oci.NetworkClass;
import dev.gatun.oci.Resources;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** What a container may use at most, said in arguments, as podman has them. */
final class LimitArguments {
    private static final long PERIOD_MICROSECONDS = 100_000;
    private static final long NANOS_PER_MICRO = 1000;
    private static final long MICROS_PER_SECOND = 1_000_000;

    private LimitArguments() {}

    static void declare(CommandSpec spec) {
        spec.addOption(text("BYTES", "Memory at most, such as 64m.", "-m", "--memory"));
        spec.addOption(text("BYTES", "Memory and swap together at most; -1 is no limit.", "--memory-swap"));
        spec.addOption(text("N", "Processors at most, such as 0.5.", "--cpus"));
        spec.addOption(text("N", "Its share of processor time, 1024 is usual.", "--cpu-shares"));
        spec.addOption(text("LIST", "The processors that it uses, such as 0-2,7.", "--cpuset-cpus"));
        spec.addOption(text("N", "Processes and threads at most; -1 is no limit.", "--pids-limit"));
    }

    static Resources resources(ParseResult args) {
        OptionalLong quota = OptionalLong.empty();
        OptionalLong period = OptionalLong.empty();
        String cpus = args.matchedOptionValue("--cpus", "");
        if (!cpus.isEmpty()) {
            period = OptionalLong.of(PERIOD_MICROSECONDS);
            long nanos = Quantities.processors("--cpus", cpus);
            quota = OptionalLong.of(nanos / NANOS_PER_MICRO * PERIOD_MICROSECONDS / MICROS_PER_SECOND);
        }
        String processors = args.matchedOptionValue("--cpuset-cpus", "");
        var cpu = new Cpu(
                number(args, "--cpu-shares"),
                quota,
                OptionalLong.empty(),
                period,
                OptionalLong.empty(),
                OptionalLong.empty(),
                processors.isEmpty() ? Optional.empty() : Optional.of(processors),
                Optional.empty(),
                OptionalLong.empty());
        var memory = new Memory(
                bytes(args, "--memory"),
                OptionalLong.empty(),
                bytes(args, "--memory-swap"),
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
        return new Resources(
                List.of(),
                memory,
                cpu,
                number(args, "--pids-limit"),
                BlockIo.NONE,
                List.of(),
                NetworkClass.NONE,
                Map.of(),
                Map.of());
    }

    private static OptionalLong number(ParseResult args, String option) {
        String value = args.matchedOptionValue(option, "");
        return value.isEmpty() ? OptionalLong.empty() : OptionalLong.of(Quantities.number(option, value));
    }

    private static OptionalLong bytes(ParseResult args, String option) {
        String value = args.matchedOptionValue(option, "");
        return value.isEmpty() ? OptionalLong.empty() : OptionalLong.of(Quantities.bytes(option, value));
    }
}
