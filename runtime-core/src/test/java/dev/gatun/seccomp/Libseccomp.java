package dev.gatun.seccomp;

import dev.gatun.linux.Arch;
import dev.gatun.oci.Seccomp;
import java.io.FileInputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.List;
import java.util.Optional;

/** Makes filters with the library that runc uses, in the steps in which runc does (its libcontainer/seccomp). */
final class Libseccomp {
    private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG;

    /** In the order of enum scmp_compare of seccomp.h, which begins with 1. */
    private static final List<Seccomp.Operator> COMPARISONS = List.of(Seccomp.Operator.values());

    /** seccomp.h: SCMP_FLTATR_CTL_OPTIMIZE, __NR_SCMP_ERROR, struct scmp_arg_cmp. */
    private static final int OPTIMIZE = 8;

    private static final int UNKNOWN = -1;
    private static final int COMPARISON_SIZE = 24;

    /** With more calls than this runc asks for a binary tree. */
    private static final int LONGEST_LIST = 32;

    private static final int EEXIST = 17;

    private final SymbolLookup library;
    private final MethodHandle shape;
    private final int nativeArch;

    @SuppressWarnings("restricted")
    private Libseccomp(SymbolLookup library) {
        this.library = library;
        shape = Linker.nativeLinker().downcallHandle(FunctionDescriptor.of(WORD, WORD, WORD, WORD, WORD, WORD));
        nativeArch = (int) invoke("seccomp_arch_native");
    }

    /** Empty if this machine has no libseccomp. */
    @SuppressWarnings("restricted")
    static Optional<Libseccomp> load() {
        try {
            return Optional.of(new Libseccomp(SymbolLookup.libraryLookup("libseccomp.so.2", Arena.global())));
        } catch (IllegalArgumentException missing) {
            return Optional.empty();
        }
    }

    /** The number of a call; negative if the library has none. */
    int number(String name, Abi abi) {
        try (var memory = Arena.ofConfined()) {
            return (int) invoke(
                    "seccomp_syscall_resolve_name_arch",
                    token(abi),
                    memory.allocateFrom(name).address());
        }
    }

    /** The filter, or empty if the library refuses the profile with EEXIST: rules contradict each other. */
    Optional<Bpf> compile(Seccomp profile, Arch kernel) throws IOException {
        int defaultVerdict = Verdict.of(profile.defaultAction(), profile.defaultErrnoRet(), "");
        long filter = invoke("seccomp_init", defaultVerdict);
        try {
            architectures(filter, profile, kernel);
            int calls = profile.syscalls().stream()
                    .mapToInt(syscall -> syscall.names().size())
                    .sum();
            if (calls > LONGEST_LIST) {
                check("seccomp_attr_set", filter, OPTIMIZE, 2);
            }
            for (Seccomp.Syscall syscall : profile.syscalls()) {
                int verdict = Verdict.of(syscall.action(), syscall.errnoRet(), "");
                if (verdict != defaultVerdict && !add(filter, syscall, verdict)) {
                    return Optional.empty();
                }
            }
            return Optional.of(new Bpf(export(filter)));
        } finally {
            invoke("seccomp_release", filter);
        }
    }

    private void architectures(long filter, Seccomp profile, Arch kernel) {
        for (Abi abi : Abi.values()) {
            boolean listed = profile.architectures().contains(abi.profileName());
            if (abi.kernel() == kernel && (listed || abi.isNative()) && token(abi) != nativeArch) {
                check("seccomp_arch_add", filter, token(abi));
            }
        }
        if (kernel != Arch.current()) {
            check("seccomp_arch_remove", filter, nativeArch);
        }
    }

    /** Returns whether the library takes the rules. */
    private boolean add(long filter, Seccomp.Syscall syscall, int verdict) {
        for (String name : syscall.names()) {
            int number = numberOfThisMachine(name);
            for (List<Seccomp.Arg> args : Evaluation.rules(syscall.args())) {
                if (number != UNKNOWN && !add(filter, number, args, verdict)) {
                    return false;
                }
            }
        }
        return true;
    }

    /** As the rules of all architectures are given; there are pseudo numbers for what this machine's does not have. */
    private int numberOfThisMachine(String name) {
        try (var memory = Arena.ofConfined()) {
            return (int) invoke(
                    "seccomp_syscall_resolve_name", memory.allocateFrom(name).address());
        }
    }

    private boolean add(long filter, int number, List<Seccomp.Arg> args, int verdict) {
        try (var memory = Arena.ofConfined()) {
            MemorySegment comparisons = memory.allocate(COMPARISON_SIZE * 6L, Long.BYTES);
            for (int i = 0; i < args.size(); i++) {
                Seccomp.Arg arg = args.get(i);
                MemorySegment comparison = comparisons.asSlice(i * (long) COMPARISON_SIZE, COMPARISON_SIZE);
                comparison.set(ValueLayout.JAVA_INT, 0, arg.index());
                comparison.set(ValueLayout.JAVA_INT, 4, COMPARISONS.indexOf(arg.op()) + 1);
                comparison.set(WORD, 8, arg.value());
                comparison.set(WORD, 16, arg.valueTwo());
            }
            int result =
                    (int) invoke("seccomp_rule_add_array", filter, verdict, number, args.size(), comparisons.address());
            if (result != 0 && result != -EEXIST) {
                throw new AssertionError("seccomp_rule_add_array of " + number + " " + args + ": " + result);
            }
            return result == 0;
        }
    }

    private byte[] export(long filter) throws IOException {
        try (var memory = Arena.ofConfined()) {
            long name = memory.allocateFrom("filter").address();
            var create = Linker.nativeLinker().defaultLookup().find("memfd_create");
            int descriptor = (int) invoke(create.orElseThrow(), name, 0);
            // opened anew, it is read from the start, and closed with the other one
            try (var file = new FileInputStream("/proc/self/fd/" + descriptor)) {
                check("seccomp_export_bpf", filter, descriptor);
                return file.readAllBytes();
            } finally {
                var close = Linker.nativeLinker().defaultLookup().find("close");
                invoke(close.orElseThrow(), descriptor);
            }
        }
    }

    private static int token(Abi abi) {
        return switch (abi) {
            case X86_64 -> 0xC000_003E;
            case X32 -> 0x4000_003E;
            case I386 -> 0x4000_0003;
            case AARCH64 -> 0xC000_00B7;
            case ARM -> 0x4000_0028;
        };
    }

    private void check(String function, long... arguments) {
        int result = (int) invoke(function, arguments);
        if (result != 0) {
            throw new AssertionError(function + ": " + result);
        }
    }

    private long invoke(String function, long... arguments) {
        return invoke(library.find(function).orElseThrow(), arguments);
    }

    private long invoke(MemorySegment function, long... arguments) {
        long[] a = java.util.Arrays.copyOf(arguments, 5);
        try {
            return (long) shape.invokeExact(function, a[0], a[1], a[2], a[3], a[4]);
        } catch (Throwable impossible) {
            throw new AssertionError("a downcall handle declares no checked exception", impossible);
        }
    }
}
