package dev.gatun.oci;

import dev.gatun.json.JsonException;
import dev.gatun.json.JsonPath;
import dev.gatun.json.JsonReader;
import dev.gatun.json.JsonValue;
import dev.gatun.json.JsonWritable;
import dev.gatun.json.JsonWriter;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A process to run in a container (config.md, Process): the container's own, or one that {@code exec --process} adds.
 *
 * @param terminal whether it gets a pseudo-terminal
 * @param consoleSize the terminal's size at first; means nothing without one
 * @param args the program and its arguments; may be empty here, see {@link #requireArgs}
 * @param env {@code name=value}
 * @param cwd an absolute path inside the container
 * @param capabilities absent means none
 * @param oomScoreAdj from -1000 to 1000; absent leaves it as it is
 */
@SuppressWarnings("JavaLangClash") // the specification's word, and java.lang.Process has no part in a runtime
public record Process(
        boolean terminal,
        Optional<ConsoleSize> consoleSize,
        User user,
        List<String> args,
        List<String> env,
        String cwd,
        Optional<Capabilities> capabilities,
        List<Rlimit> rlimits,
        boolean noNewPrivileges,
        Optional<String> apparmorProfile,
        OptionalInt oomScoreAdj,
        Optional<Scheduler> scheduler,
        Optional<String> selinuxLabel,
        Optional<IoPriority> ioPriority,
        CpuAffinity execCpuAffinity)
        implements JsonWritable {

    /** What waits in a container whose configuration gives no process. */
    static final Process IDLE = new Process(
            false,
            Optional.empty(),
            User.ROOT,
            List.of(),
            List.of(),
            "/",
            Optional.empty(),
            List.of(),
            false,
            Optional.empty(),
            OptionalInt.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            CpuAffinity.NONE);

    private static final int OOM_SCORE_ADJ_MAX = 1000;

    public Process {
        args = Check.cStrings("args", args);
        env = Check.environment("env", env);
        Check.absolute("cwd", cwd);
        rlimits = distinct(rlimits);
        apparmorProfile = Check.cString("apparmorProfile", apparmorProfile);
        Check.range("oomScoreAdj", oomScoreAdj, -OOM_SCORE_ADJ_MAX, OOM_SCORE_ADJ_MAX);
        selinuxLabel = Check.cString("selinuxLabel", selinuxLabel);
    }

    private static List<Rlimit> distinct(List<Rlimit> rlimits) {
        for (int i = 0; i < rlimits.size(); i++) {
            for (int j = 0; j < i; j++) {
                if (rlimits.get(i).type() == rlimits.get(j).type()) {
                    throw new InvalidSpecException(
                            JsonPath.element("rlimits", i) + ".type",
                            '"' + rlimits.get(i).type().text() + "\" is given twice");
                }
            }
        }
        return List.copyOf(rlimits);
    }

    /** The same with another environment. */
    public Process with(List<String> environment) {
        return new Process(
                terminal,
                consoleSize,
                user,
                args,
                environment,
                cwd,
                capabilities,
                rlimits,
                noNewPrivileges,
                apparmorProfile,
                oomScoreAdj,
                scheduler,
                selinuxLabel,
                ioPriority,
                execCpuAffinity);
    }

    /** Reads a process.json in UTF-8. Throws {@link JsonException} with the place of the fault. */
    public static Process parse(byte[] processJson) {
        return from(JsonReader.parse(processJson));
    }

    /** Reads a process. Throws {@link JsonException} with the place of the fault. */
    public static Process from(JsonValue process) {
        return Fields.read(process, Process::decode);
    }

    static Process decode(JsonValue process) {
        return new Process(
                process.field("terminal").bool(false),
                Fields.optional(process.field("consoleSize"), ConsoleSize::decode),
                Fields.read(process.field("user"), User::decode),
                Fields.strings(process.field("args")),
                Fields.strings(process.field("env")),
                process.field("cwd").required("an absolute path").string(),
                Fields.optional(process.field("capabilities"), Capabilities::decode),
                Fields.list(process.field("rlimits"), Rlimit::decode),
                process.field("noNewPrivileges").bool(false),
                Fields.string(process.field("apparmorProfile")),
                Fields.integer(process.field("oomScoreAdj"), -OOM_SCORE_ADJ_MAX, OOM_SCORE_ADJ_MAX),
                Fields.optional(process.field("scheduler"), Scheduler::decode),
                Fields.string(process.field("selinuxLabel")),
                Fields.optional(process.field("ioPriority"), IoPriority::decode),
                Fields.read(process.field("execCPUAffinity"), CpuAffinity::decode, CpuAffinity.NONE));
    }

    /** The arguments. Throws {@link InvalidSpecException} for {@code field} if there is not even a program's name. */
    public List<String> requireArgs(String field) {
        if (args.isEmpty()) {
            throw new InvalidSpecException(field, "empty; a program to run is required");
        }
        return args;
    }

    @Override
    public void writeTo(JsonWriter out) {
        out.beginObject()
                .optional("terminal", terminal)
                .optional("consoleSize", consoleSize)
                .field("user", user)
                .optional("args", args)
                .optional("env", env)
                .field("cwd", cwd)
                .optional("capabilities", capabilities)
                .optional("rlimits", rlimits)
                .optional("noNewPrivileges", noNewPrivileges)
                .optional("apparmorProfile", apparmorProfile)
                .optional("oomScoreAdj", oomScoreAdj)
                .optional("scheduler", scheduler)
                .optional("selinuxLabel", selinuxLabel)
                .optional("ioPriority", ioPriority)
                .optional("execCPUAffinity", execCpuAffinity)
                .endObject();
    }

    /**
     * The size of a terminal.
     *
     * @param height in lines, from 0 to 65535
     * @param width in columns, from 0 to 65535
     */
    public record ConsoleSize(int height, int width) implements JsonWritable {
        private static final int MAX = 0xFFFF;

        public ConsoleSize {
            Check.range("height", height, 0, MAX);
            Check.range("width", width, 0, MAX);
        }

        static ConsoleSize decode(JsonValue size) {
            return new ConsoleSize((int) size.field("height").integer(0, MAX), (int)
                    size.field("width").integer(0, MAX));
        }

        @Override
        public void writeTo(JsonWriter out) {
            out.beginObject().field("height", height).field("width", width).endObject();
        }
    }
}
