package dev.gatun.seccomp;

import dev.gatun.linux.Arch;
import dev.gatun.oci.InvalidSpecException;
import dev.gatun.oci.Seccomp;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes the instructions of a filter.
 *
 * <pre>
 *   the architecture of the call is one of the profile's, or the thread is killed
 *   binary search for the range of the call's number
 *   the range's verdict, or its rules one after the other
 * </pre>
 */
final class FilterCompiler {
    /** struct seccomp_data, linux/seccomp.h. */
    private static final int NUMBER = 0;

    private static final int ARCHITECTURE = 4;

    /** linux/bpf_common.h: BPF_MAXINSNS. */
    private static final int LONGEST = 4096;

    private final Seccomp profile;
    private final Arch kernel;
    private final SyscallTable table = SyscallTable.load();
    private final Assembler code = new Assembler();
    private final int defaultVerdict;
    private final int[] verdicts;

    FilterCompiler(Seccomp profile, Arch kernel) {
        this.profile = profile;
        this.kernel = kernel;
        this.defaultVerdict =
                Verdict.of(profile.defaultAction(), profile.defaultErrnoRet(), "linux.seccomp.defaultErrnoRet");
        List<Seccomp.Syscall> syscalls = profile.syscalls();
        this.verdicts = new int[syscalls.size()];
        for (int i = 0; i < verdicts.length; i++) {
            verdicts[i] = Verdict.of(
                    syscalls.get(i).action(), syscalls.get(i).errnoRet(), "linux.seccomp.syscalls[" + i + "].errnoRet");
        }
    }

    /** An array of struct sock_filter. */
    byte[] compile() {
        // backwards, as the assembler wants it
        int label = code.end(Verdict.KILL_THREAD);
        List<List<AbiRules>> architectures = architectures();
        for (int i = architectures.size() - 1; i >= 0; i--) {
            List<AbiRules> interfaces = architectures.get(i);
            int audit = interfaces.getFirst().abi().audit();
            label = code.branch(Assembler.JUMP_IF_EQUAL, audit, calls(interfaces), label);
        }
        code.load(ARCHITECTURE, label);
        if (code.size() > LONGEST) {
            throw new InvalidSpecException(
                    "linux.seccomp.syscalls",
                    "the filter has " + code.size() + " instructions, and the kernel takes at most " + LONGEST
                            + "; use fewer rules with arguments");
        }
        return code.toBytes();
    }

    /** The interfaces that the profile covers, those together that the kernel reports as one architecture. */
    private List<List<AbiRules>> architectures() {
        var architectures = new ArrayList<List<AbiRules>>();
        int last = 0;
        for (Abi abi : Abi.values()) {
            if (isCovered(abi)) {
                if (architectures.isEmpty() || abi.audit() != last) {
                    architectures.add(new ArrayList<>());
                    last = abi.audit();
                }
                architectures.getLast().add(rules(abi));
            }
        }
        return architectures;
    }

    /** Interfaces of other kernels are left out: no call through them can happen here. The native one is always there. */
    private boolean isCovered(Abi abi) {
        return abi.kernel() == kernel
                && (abi.isNative() || profile.architectures().contains(abi.profileName()));
    }

    private AbiRules rules(Abi abi) {
        var rules = new AbiRules(abi, table, defaultVerdict);
        List<Seccomp.Syscall> syscalls = profile.syscalls();
        for (int i = 0; i < syscalls.size(); i++) {
            rules.add(syscalls.get(i), verdicts[i], "linux.seccomp.syscalls[" + i + "]");
        }
        return rules;
    }

    private int calls(List<AbiRules> interfaces) {
        Ranges ranges = Ranges.of(interfaces, defaultVerdict);
        boolean wide = interfaces.getFirst().abi().wide();
        return code.load(NUMBER, search(ranges, 0, ranges.size(), wide));
    }

    private int search(Ranges ranges, int from, int to, boolean wide) {
        if (to - from == 1) {
            // the numbers of x32 lie behind all of x86-64
            boolean halves = wide && !(ranges.start(from) >= Abi.X32_BIT && kernel == Arch.X86_64);
            return outcome(ranges.outcome(from), halves);
        }
        int middle = (from + to) >>> 1;
        int upper = search(ranges, middle, to, wide);
        int lower = search(ranges, from, middle, wide);
        return code.branch(Assembler.JUMP_IF_NOT_LESS, ranges.start(middle), upper, lower);
    }

    private int outcome(Outcome outcome, boolean wide) {
        int next = code.end(outcome.verdict());
        for (int i = outcome.rules().size() - 1; i >= 0; i--) {
            Rule rule = outcome.rules().get(i);
            int holds = code.end(rule.verdict());
            for (int j = rule.conditions().size() - 1; j >= 0; j--) {
                holds = new Comparison(code, wide, rule.conditions().get(j)).add(holds, next);
            }
            next = holds;
        }
        return next;
    }
}
