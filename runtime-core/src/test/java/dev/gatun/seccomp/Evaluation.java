package dev.gatun.seccomp;

import dev.gatun.linux.Arch;
import dev.gatun.oci.Seccomp;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What a profile means, worked out for each call anew from its text. */
final class Evaluation {
    private final Seccomp profile;
    private final Arch kernel;
    private final SyscallTable table;
    private final int defaultVerdict;

    Evaluation(Seccomp profile, Arch kernel, SyscallTable table) {
        this.profile = profile;
        this.kernel = kernel;
        this.table = table;
        this.defaultVerdict = Verdict.of(profile.defaultAction(), profile.defaultErrnoRet(), "");
    }

    /** What may happen to a call: more than one verdict if several rules hold. */
    Set<Integer> verdicts(Bpf.Data call) {
        Optional<Abi> abi = abi(call);
        if (abi.isEmpty()) {
            boolean skipped = call.audit() == Abi.X86_64.audit() && kernel == Arch.X86_64 && call.number() == -1;
            return Set.of(skipped ? defaultVerdict : Verdict.KILL_THREAD);
        }
        if (isNewer(call, abi.get())) {
            return Set.of(Verdict.NO_SUCH_CALL);
        }
        var verdicts = new LinkedHashSet<Integer>();
        for (Seccomp.Syscall syscall : profile.syscalls()) {
            int verdict = Verdict.of(syscall.action(), syscall.errnoRet(), "");
            if (verdict == defaultVerdict) {
                continue;
            }
            for (String name : syscall.names()) {
                for (List<Seccomp.Arg> conditions : rules(syscall.args())) {
                    Optional<Boolean> unconditional = match(call, abi.get(), name, conditions);
                    if (unconditional.isPresent() && unconditional.get()) {
                        return Set.of(verdict);
                    }
                    unconditional.ifPresent(conditional -> verdicts.add(verdict));
                }
            }
        }
        return verdicts.isEmpty() ? Set.of(defaultVerdict) : verdicts;
    }

    /** Whether the profile names only calls that are older than this one. */
    boolean isNewer(Bpf.Data call) {
        return abi(call).map(abi -> isNewer(call, abi)).orElse(false);
    }

    private boolean isNewer(Bpf.Data call, Abi abi) {
        if (Verdict.isPermissive(defaultVerdict)) {
            return false;
        }
        long newest = -1;
        for (Seccomp.Syscall syscall : profile.syscalls()) {
            for (String name : syscall.names()) {
                int number = table.number(name, abi);
                newest = abi == Abi.ARM && number >= Abi.ARM_PRIVATE ? newest : Math.max(newest, number);
                if (abi == Abi.I386 && Multiplexer.socketFunction(name) != 0) {
                    newest = Math.max(newest, table.number("socketcall", abi));
                }
                if (abi == Abi.I386 && Multiplexer.ipcFunction(name) != 0) {
                    newest = Math.max(newest, table.number("ipc", abi));
                }
            }
        }
        long number = Integer.toUnsignedLong(call.number());
        return newest > 0 && number > newest && (abi != Abi.ARM || number < Abi.ARM_PRIVATE);
    }

    private Optional<Abi> abi(Bpf.Data call) {
        boolean x32 = Integer.compareUnsigned(call.number(), Abi.X32_BIT) >= 0;
        for (Abi abi : Abi.values()) {
            boolean covered = abi.isNative() || profile.architectures().contains(abi.profileName());
            boolean bit = abi.audit() == Abi.X86_64.audit() && (abi == Abi.X32) != x32;
            if (covered && abi.kernel() == kernel && abi.audit() == call.audit() && !bit) {
                return Optional.of(abi);
            }
        }
        return Optional.empty();
    }

    /** Alternatives: a list that names an argument twice is one for each of its conditions. */
    static List<List<Seccomp.Arg>> rules(List<Seccomp.Arg> args) {
        if (args.stream().map(Seccomp.Arg::index).distinct().count() == args.size()) {
            return List.of(args);
        }
        return args.stream().map(List::of).toList();
    }

    /** Empty: the rule is not about the call. Otherwise whether it is about all calls of the name. */
    private Optional<Boolean> match(Bpf.Data call, Abi abi, String name, List<Seccomp.Arg> conditions) {
        var left = new ArrayList<>(conditions);
        left.removeIf(
                arg -> arg.op() == Seccomp.Operator.MASKED_EQ && (abi.wide() ? arg.value() : (int) arg.value()) == 0);
        boolean direct = table.number(name, abi) == call.number() && table.number(name, abi) != SyscallTable.ABSENT;
        if (direct && holds(call, abi, left)) {
            return Optional.of(left.isEmpty());
        }
        if (abi == Abi.I386) {
            int socket = Multiplexer.socketFunction(name);
            int ipc = Multiplexer.ipcFunction(name);
            boolean behind = (socket != 0 && call.number() == table.number("socketcall", abi))
                    || (ipc != 0 && call.number() == table.number("ipc", abi));
            left.removeIf(arg -> arg.index() == 0);
            if (behind && call.args().getFirst().intValue() == socket + ipc && holds(call, abi, left)) {
                return Optional.of(false);
            }
        }
        return Optional.empty();
    }

    private static boolean holds(Bpf.Data call, Abi abi, List<Seccomp.Arg> conditions) {
        for (Seccomp.Arg arg : conditions) {
            long width = abi.wide() ? -1 : 0xffff_ffffL;
            long actual = call.args().get(arg.index()) & width;
            long value = arg.value() & width;
            int order = Long.compareUnsigned(actual, value);
            boolean holds = switch (arg.op()) {
                case NE -> order != 0;
                case LT -> order < 0;
                case LE -> order <= 0;
                case EQ -> order == 0;
                case GE -> order >= 0;
                case GT -> order > 0;
                case MASKED_EQ -> (actual & value) == (arg.valueTwo() & value);
            };
            if (!holds) {
                return false;
            }
        }
        return true;
    }
}
