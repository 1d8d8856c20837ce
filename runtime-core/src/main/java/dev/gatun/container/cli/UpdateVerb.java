package dev.gatun.container.cli;

import static dev.gatun.container.cli.Command.parameter;
import static dev.gatun.container.cli.Command.text;

import dev.gatun.container.ContainerException;
import dev.gatun.container.Quantities;
import dev.gatun.json.JsonWriter;
import dev.gatun.oci.Resources;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

final class UpdateVerb implements Verb {
    @Override
    public String name() {
        return "update";
    }

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage().description("Change the limits of a container; what is not given stays as it is.");
        spec.addOption(text(
                "FILE",
                "Read linux.resources from this file, or from standard input if it is -; other options are ignored then.",
                "-r",
                "--resources"));
        spec.addOption(text("N", "Weight of block devices, 10 to 1000.", "--blkio-weight"));
        spec.addOption(text("MICROSECONDS", "Period of the processors' quota.", "--cpu-period"));
        spec.addOption(text("MICROSECONDS", "Processor time in a period; -1 is no limit.", "--cpu-quota"));
        spec.addOption(text("MICROSECONDS", "Processor time that may be saved up.", "--cpu-burst"));
        spec.addOption(text("N", "Shares of processor time, 2 to 262144.", "--cpu-share"));
        spec.addOption(text("MICROSECONDS", "Period of realtime scheduling.", "--cpu-rt-period"));
        spec.addOption(text("MICROSECONDS", "Realtime processor time in a period.", "--cpu-rt-runtime"));
        spec.addOption(text("LIST", "Processors, such as 0-2,7.", "--cpuset-cpus"));
        spec.addOption(text("LIST", "Memory nodes.", "--cpuset-mems"));
        spec.addOption(text("0|1", "1 for SCHED_IDLE.", "--cpu-idle"));
        spec.addOption(text("BYTES", "Memory; -1 is no limit.", "--memory"));
        spec.addOption(text("BYTES", "Memory that is kept if others need some.", "--memory-reservation"));
        spec.addOption(text("BYTES", "Memory and swap together; -1 is no limit.", "--memory-swap"));
        spec.addOption(text("N", "Tasks; -1 is no limit.", "--pids-limit"));
        spec.addOption(obsolete("--kernel-memory"));
        spec.addOption(obsolete("--kernel-memory-tcp"));
        spec.addOption(obsolete("--l3-cache-schema"));
        spec.addOption(obsolete("--mem-bw-schema"));
        spec.addPositional(parameter(0, "ID", "The container."));
    }

    private static OptionSpec obsolete(String name) {
        return OptionSpec.builder(name)
                .type(String.class)
                .arity("1")
                .hidden(true)
                .build();
    }

    @Override
    public int run(ParseResult args, Session session) {
        for (String refused : new String[] {"--l3-cache-schema", "--mem-bw-schema"}) {
            if (args.hasMatchedOption(refused)) {
                throw new ContainerException(refused + ": not supported yet");
            }
        }
        String file = args.matchedOptionValue("--resources", "");
        Resources resources = Resources.parse(file.isEmpty() ? json(args) : read(file));
        session.groups().update(CreateArguments.id(args), resources);
        return 0;
    }

    private static byte[] read(String file) {
        try {
            return file.equals("-") ? System.in.readAllBytes() : Files.readAllBytes(Path.of(file));
        } catch (IOException e) {
            throw new ContainerException("read " + file + ": " + e, e);
        }
    }

    /** What the options ask for, as a configuration would have it, so that it is checked as one. */
    private static byte[] json(ParseResult args) {
        JsonWriter out = JsonWriter.compact().beginObject();
        out.name("memory").beginObject();
        bytes(out, args, "--memory", "limit");
        bytes(out, args, "--memory-reservation", "reservation");
        bytes(out, args, "--memory-swap", "swap");
        out.endObject().name("cpu").beginObject();
        number(out, args, "--cpu-share", "shares");
        number(out, args, "--cpu-quota", "quota");
        number(out, args, "--cpu-burst", "burst");
        number(out, args, "--cpu-period", "period");
        number(out, args, "--cpu-rt-runtime", "realtimeRuntime");
        number(out, args, "--cpu-rt-period", "realtimePeriod");
        number(out, args, "--cpu-idle", "idle");
        list(out, args, "--cpuset-cpus", "cpus");
        list(out, args, "--cpuset-mems", "mems");
        out.endObject().name("blockIO").beginObject();
        number(out, args, "--blkio-weight", "weight");
        out.endObject().name("pids").beginObject();
        number(out, args, "--pids-limit", "limit");
        out.endObject().endObject();
        return out.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void bytes(JsonWriter out, ParseResult args, String option, String field) {
        String value = args.matchedOptionValue(option, "");
        if (!value.isEmpty()) {
            out.field(field, Quantities.bytes(option, value));
        }
    }

    private static void number(JsonWriter out, ParseResult args, String option, String field) {
        String value = args.matchedOptionValue(option, "");
        if (!value.isEmpty()) {
            out.field(field, Quantities.number(option, value));
        }
    }

    private static void list(JsonWriter out, ParseResult args, String option, String field) {
        String value = args.matchedOptionValue(option, "");
        if (!value.isEmpty()) {
            out.field(field, value);
        }
    }
}
