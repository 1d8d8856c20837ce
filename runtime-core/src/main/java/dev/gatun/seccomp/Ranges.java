package dev.gatun.seccomp;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * All 2³² numbers of calls in ranges, each of which has one outcome; neighbours whose outcome is the same verdict are
 * one range.
 */
final class Ranges {
    private static final long END = 1L << 32;

    /** Skipped calls, which a tracer makes by setting the number to −1 (seccomp(2), SECCOMP_RET_TRACE). */
    private static final long SKIPPED = 0xffff_ffffL;

    private final List<Long> starts = new ArrayList<>();
    private final List<Outcome> outcomes = new ArrayList<>();
    private final int defaultVerdict;
    private long next;

    private Ranges(int defaultVerdict) {
        this.defaultVerdict = defaultVerdict;
    }

    /** The ranges of the interfaces that the kernel reports as one architecture, in the order of their numbers. */
    static Ranges of(List<AbiRules> interfaces, int defaultVerdict) {
        var ranges = new Ranges(defaultVerdict);
        for (AbiRules rules : interfaces) {
            ranges.add(rules);
        }
        if (interfaces.getLast().abi() == Abi.X86_64) {
            // x32 is not listed: its calls, and what would be mistaken for them, are of a foreign architecture
            ranges.fillTo(Abi.X32_BIT, defaultVerdict);
            ranges.fillTo(SKIPPED, Verdict.KILL_THREAD);
        }
        ranges.fillTo(END, defaultVerdict);
        return ranges;
    }

    private void add(AbiRules rules) {
        fillTo(rules.abi().base(), defaultVerdict);
        for (Map.Entry<Integer, Outcome> entry : rules.outcomes().entrySet()) {
            long number = entry.getKey();
            fillTo(number, rules);
            append(number, entry.getValue());
            next = number + 1;
        }
        fillTo(endOf(rules.abi()), rules);
    }

    /**
     * Adds calls that no rule is about.
     *
     * <p>Those that came after the newest one that the profile knows do not exist for it: C libraries try a new call, and
     * fall back to an old one at ENOSYS, but not at EPERM. The idea is runc's.
     */
    private void fillTo(long end, AbiRules rules) {
        if (rules.newest() > 0 && !Verdict.isPermissive(defaultVerdict)) {
            fillTo(Math.min(end, rules.newest() + 1L), defaultVerdict);
            fillTo(Math.min(end, endOf(rules.abi())), Verdict.NO_SUCH_CALL);
        }
        fillTo(end, defaultVerdict);
    }

    /** Where the numbers of an interface end: those behind it are another's, or nobody's. */
    private static long endOf(Abi abi) {
        return switch (abi) {
            case X86_64 -> Abi.X32_BIT;
            case ARM -> Abi.ARM_PRIVATE;
            case X32, I386, AARCH64 -> END;
        };
    }

    private void fillTo(long end, int verdict) {
        if (next < end) {
            append(next, new Outcome(verdict));
            next = end;
        }
    }

    private void append(long start, Outcome outcome) {
        if (!outcomes.isEmpty()) {
            Outcome last = outcomes.getLast();
            if (last.isConstant() && outcome.isConstant() && last.verdict() == outcome.verdict()) {
                return;
            }
        }
        starts.add(start);
        outcomes.add(outcome);
    }

    int size() {
        return outcomes.size();
    }

    /** The first number of a range. */
    int start(int range) {
        return starts.get(range).intValue();
    }

    Outcome outcome(int range) {
        return outcomes.get(range);
    }
}
