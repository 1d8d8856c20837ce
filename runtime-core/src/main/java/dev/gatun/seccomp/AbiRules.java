package dev.gatun.seccomp;

import dev.gatun.oci.Seccomp;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** What a profile says about the calls of one interface. */
final class AbiRules {
    private final Abi abi;
    private final SyscallTable table;
    private final int defaultVerdict;
    private final SortedMap<Integer, Outcome> outcomes = new TreeMap<>();
    private int newest = SyscallTable.ABSENT;

    AbiRules(Abi abi, SyscallTable table, int defaultVerdict) {
        this.abi = abi;
        this.table = table;
        this.defaultVerdict = defaultVerdict;
    }

    Abi abi() {
        return abi;
    }

    /**
     * The highest number of a call that the profile names; {@link SyscallTable#ABSENT} if it names none.
     *
     * <p>The calls that only Arm has do not count: they are far above all others, and would make every other call one
     * that the profile knows.
     */
    int newest() {
        return newest;
    }

    /** The calls that rules are about, by number. */
    SortedMap<Integer, Outcome> outcomes() {
        return outcomes;
    }

    /** Adds what the profile says at {@code path} about the calls that it names there; unknown names are ignored. */
    void add(Seccomp.Syscall syscall, int verdict, String path) {
        List<String> names = syscall.names();
        for (int i = 0; i < names.size(); i++) {
            add(names.get(i), syscall.args(), verdict, path);
        }
    }

    private void add(String name, List<Seccomp.Arg> args, int verdict, String path) {
        int number = table.number(name, abi);
        if (number != SyscallTable.ABSENT) {
            if (abi != Abi.ARM || number < Abi.ARM_PRIVATE) {
                newest = Math.max(newest, number);
            }
            addRules(number, args, Multiplexer.NONE, verdict, path);
        }
        if (abi == Abi.I386) {
            addMultiplexed("socketcall", Multiplexer.socketFunction(name), args, verdict, path);
            addMultiplexed("ipc", Multiplexer.ipcFunction(name), args, verdict, path);
        }
    }

    private void addMultiplexed(String call, int function, List<Seccomp.Arg> args, int verdict, String path) {
        if (function != Multiplexer.NONE) {
            int number = table.number(call, abi);
            newest = Math.max(newest, number);
            addRules(number, args, function, verdict, path);
        }
    }

    /**
     * Adds the rules that a list of conditions stands for.
     *
     * @param function what the first argument must be, whatever the list says about it, unless it is {@code NONE}
     */
    private void addRules(int number, List<Seccomp.Arg> args, int function, int verdict, String path) {
        if (verdict == defaultVerdict) {
            // as runc: such a rule takes nothing away from others
            return;
        }
        if (!namesAnArgumentTwice(args)) {
            addRule(number, args, function, verdict, path);
            return;
        }
        // as runc: of such a list each condition is a rule of its own, so that one of them is enough
        for (int i = 0; i < args.size(); i++) {
            addRule(number, List.of(args.get(i)), function, verdict, path);
        }
    }

    private void addRule(int number, List<Seccomp.Arg> args, int function, int verdict, String path) {
        var conditions = new ArrayList<Condition>(args.size());
        if (function != Multiplexer.NONE) {
            conditions.add(Condition.equal(0, function));
        }
        for (int i = 0; i < args.size(); i++) {
            Condition condition = Condition.of(args.get(i), abi);
            if (!condition.isEmpty() && (function == Multiplexer.NONE || condition.index() != 0)) {
                insert(condition, conditions);
            }
        }
        Outcome outcome = outcomes.get(number);
        if (outcome == null) {
            outcome = new Outcome(defaultVerdict);
            outcomes.put(number, outcome);
        }
        outcome.add(new Rule(conditions, verdict, path));
    }

    private static void insert(Condition condition, List<Condition> sorted) {
        int at = sorted.size();
        while (at > 0 && sorted.get(at - 1).index() > condition.index()) {
            at--;
        }
        sorted.add(at, condition);
    }

    private static boolean namesAnArgumentTwice(List<Seccomp.Arg> args) {
        int seen = 0;
        for (int i = 0; i < args.size(); i++) {
            int bit = 1 << args.get(i).index();
            if ((seen & bit) != 0) {
                return true;
            }
            seen |= bit;
        }
        return false;
    }
}
