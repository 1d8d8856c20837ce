package dev.gatun.oci;

import dev.gatun.json.JsonValue;
import dev.gatun.json.JsonWritable;
import dev.gatun.json.JsonWriter;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Which system calls a container may make (config-linux.md, Seccomp).
 *
 * @param defaultErrnoRet the number that {@code ERRNO} returns or {@code TRACE} reports, from 0 to 4294967295; absent
 *     means EPERM
 * @param flags absent is not the same as none: it leaves the choice to the runtime, for which runc takes SPEC_ALLOW
 * @param listenerPath a socket that is given the notification descriptor
 * @param listenerMetadata what is sent along to the listener
 * @param syscalls the rules
 */
public record Seccomp(
        Action defaultAction,
        OptionalLong defaultErrnoRet,
        List<Arch> architectures,
        Optional<List<Flag>> flags,
        Optional<String> listenerPath,
        Optional<String> listenerMetadata,
        List<Syscall> syscalls)
        implements JsonWritable {

    /** What happens to a call. */
    public enum Action implements SpecName {
        KILL("SCMP_ACT_KILL"),
        KILL_PROCESS("SCMP_ACT_KILL_PROCESS"),
        KILL_THREAD("SCMP_ACT_KILL_THREAD"),
        TRAP("SCMP_ACT_TRAP"),
        ERRNO("SCMP_ACT_ERRNO"),
        TRACE("SCMP_ACT_TRACE"),
        ALLOW("SCMP_ACT_ALLOW"),
        LOG("SCMP_ACT_LOG"),
        NOTIFY("SCMP_ACT_NOTIFY");

        private final String text;

        Action(String text) {
            this.text = text;
        }

        @Override
        public String text() {
            return text;
        }
    }

    /** How an argument is compared. */
    public enum Operator implements SpecName {
        NE("SCMP_CMP_NE"),
        LT("SCMP_CMP_LT"),
        LE("SCMP_CMP_LE"),
        EQ("SCMP_CMP_EQ"),
        GE("SCMP_CMP_GE"),
        GT("SCMP_CMP_GT"),
        /** The argument's bits under {@code value} are {@code valueTwo}. */
        MASKED_EQ("SCMP_CMP_MASKED_EQ");

        private final String text;

        Operator(String text) {
            this.text = text;
        }

        @Override
        public String text() {
            return text;
        }
    }

    /** An architecture whose calls are covered. */
    public enum Arch implements SpecName {
        X86("SCMP_ARCH_X86"),
        X86_64("SCMP_ARCH_X86_64"),
        X32("SCMP_ARCH_X32"),
        ARM("SCMP_ARCH_ARM"),
        AARCH64("SCMP_ARCH_AARCH64"),
        LOONGARCH64("SCMP_ARCH_LOONGARCH64"),
        M68K("SCMP_ARCH_M68K"),
        MIPS("SCMP_ARCH_MIPS"),
        MIPS64("SCMP_ARCH_MIPS64"),
        MIPS64N32("SCMP_ARCH_MIPS64N32"),
        MIPSEL("SCMP_ARCH_MIPSEL"),
        MIPSEL64("SCMP_ARCH_MIPSEL64"),
        MIPSEL64N32("SCMP_ARCH_MIPSEL64N32"),
        PPC("SCMP_ARCH_PPC"),
        PPC64("SCMP_ARCH_PPC64"),
        PPC64LE("SCMP_ARCH_PPC64LE"),
        S390("SCMP_ARCH_S390"),
        S390X("SCMP_ARCH_S390X"),
        SH("SCMP_ARCH_SH"),
        SHEB("SCMP_ARCH_SHEB"),
        PARISC("SCMP_ARCH_PARISC"),
        PARISC64("SCMP_ARCH_PARISC64"),
        RISCV64("SCMP_ARCH_RISCV64");

        private final String text;

        Arch(String text) {
            this.text = text;
        }

        @Override
        public String text() {
            return text;
        }
    }

    /** A flag of seccomp(2). */
    public enum Flag implements SpecName {
        TSYNC("SECCOMP_FILTER_FLAG_TSYNC"),
        LOG("SECCOMP_FILTER_FLAG_LOG"),
        SPEC_ALLOW("SECCOMP_FILTER_FLAG_SPEC_ALLOW"),
        WAIT_KILLABLE_RECV("SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV");

        private final String text;

        Flag(String text) {
            this.text = text;
        }

        @Override
        public String text() {
            return text;
        }
    }

    public Seccomp {
        checkErrno("defaultErrnoRet", defaultErrnoRet, defaultAction);
        architectures = List.copyOf(architectures);
        flags = flags.isPresent() ? Optional.of(List.copyOf(flags.get())) : flags;
        listenerPath = Check.cString("listenerPath", listenerPath);
        listenerMetadata = Check.cString("listenerMetadata", listenerMetadata);
        syscalls = List.copyOf(syscalls);
        if (listenerMetadata.isPresent() && listenerPath.isEmpty()) {
            throw new InvalidSpecException("listenerMetadata", "is given without a listenerPath");
        }
    }

    private static void checkErrno(String field, OptionalLong errno, Action action) {
        Check.uint32(field, errno);
        if (errno.isPresent() && action != Action.ERRNO && action != Action.TRACE) {
            throw new InvalidSpecException(field, "is for SCMP_ACT_ERRNO and SCMP_ACT_TRACE, not for " + action.text());
        }
    }

    private static Optional<List<Flag>> flags(JsonValue flags) {
        return flags.isPresent() ? Optional.of(Fields.names(flags, Flag.values())) : Optional.empty();
    }

    /** Reads a profile that stands alone. Throws {@link dev.gatun.json.JsonException} with the place of the fault. */
    public static Seccomp from(JsonValue seccomp) {
        return Fields.read(seccomp, Seccomp::decode);
    }

    static Seccomp decode(JsonValue seccomp) {
        return new Seccomp(
                SpecName.from(seccomp.field("defaultAction"), Action.values()),
                Fields.uint32(seccomp.field("defaultErrnoRet")),
                Fields.names(seccomp.field("architectures"), Arch.values()),
                flags(seccomp.field("flags")),
                Fields.string(seccomp.field("listenerPath")),
                Fields.string(seccomp.field("listenerMetadata")),
                Fields.list(seccomp.field("syscalls"), Syscall::decode));
    }

    @Override
    public void writeTo(JsonWriter out) {
        out.beginObject()
                .field("defaultAction", defaultAction)
                .optional("defaultErrnoRet", defaultErrnoRet)
                .optional("architectures", architectures)
                .optional("flags", flags)
                .optional("listenerPath", listenerPath)
                .optional("listenerMetadata", listenerMetadata)
                .optional("syscalls", syscalls)
                .endObject();
    }

    /**
     * A rule for some system calls.
     *
     * @param names at least one; those that no architecture has are ignored where the filter is made
     * @param errnoRet as {@code defaultErrnoRet}
     * @param args conditions that must all hold
     */
    public record Syscall(List<String> names, Action action, OptionalLong errnoRet, List<Arg> args)
            implements JsonWritable {
        public Syscall {
            names = List.copyOf(names);
            if (names.isEmpty()) {
                throw new InvalidSpecException("names", "empty; a system call's name is required");
            }
            checkErrno("errnoRet", errnoRet, action);
            args = List.copyOf(args);
        }

        static Syscall decode(JsonValue syscall) {
            return new Syscall(
                    Fields.strings(syscall.field("names")),
                    SpecName.from(syscall.field("action"), Action.values()),
                    Fields.uint32(syscall.field("errnoRet")),
                    Fields.list(syscall.field("args"), Arg::decode));
        }

        @Override
        public void writeTo(JsonWriter out) {
            out.beginObject()
                    .field("names", names)
                    .field("action", action)
                    .optional("errnoRet", errnoRet)
                    .optional("args", args)
                    .endObject();
        }
    }

    /**
     * A condition on an argument.
     *
     * @param index which argument, from 0 to 5
     * @param value unsigned
     * @param valueTwo unsigned; for {@code MASKED_EQ} only
     */
    public record Arg(int index, long value, long valueTwo, Operator op) implements JsonWritable {
        private static final int INDEX_MAX = 5;

        public Arg {
            Check.range("index", index, 0, INDEX_MAX);
        }

        static Arg decode(JsonValue arg) {
            return new Arg(
                    (int) arg.field("index").integer(0, INDEX_MAX),
                    arg.field("value").uint64(),
                    Fields.uint64(arg.field("valueTwo")).orElse(0),
                    SpecName.from(arg.field("op"), Operator.values()));
        }

        @Override
        public void writeTo(JsonWriter out) {
            out.beginObject()
                    .field("index", index)
                    .unsignedField("value", value)
                    .unsignedOptional("valueTwo", valueTwo)
                    .field("op", op)
                    .endObject();
        }
    }
}
