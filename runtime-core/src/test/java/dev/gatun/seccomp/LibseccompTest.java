package dev.gatun.seccomp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gatun.linux.Arch;
import dev.gatun.oci.InvalidSpecException;
import dev.gatun.oci.Seccomp;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The same profiles get the same verdicts from filters that libseccomp makes, where rules contradict each other too.
 *
 * <p>libseccomp (2.5.4, 2.6.0) has two defects, where its verdicts are not what the profile says; those of Gatun are
 * ({@link RandomProfileTest}). So these profiles are not compared:
 *
 * <ul>
 *   <li>without a binary tree (up to 32 calls), those about a call that one of the interfaces does not have: if it is
 *       the first in its list, the instruction that loads the number is left out with it, and on that interface no rule
 *       ever matches (gen_bpf.c, _gen_bpf_syscalls: acc_reset goes with s_head, which _skip_syscall skips);
 *   <li>those in which two rules of one call compare the same argument, and not both by equality: in the tree that it
 *       makes of the rules such comparisons are merged that are not the same, or one that covers a part of the other
 *       takes its place (db.c, _db_tree_add and _db_tree_prune). With many of them it does not come to an end.
 * </ul>
 */
class LibseccompTest {
    private static final int PROFILES = 300;
    private static final int CALLS = 100;
    private static final int LONGEST_LIST = 32;

    private final SyscallTable table = SyscallTable.load();
    private final List<String> known = new ArrayList<>();
    private Libseccomp libseccomp;

    @BeforeEach
    void load() {
        Optional<Libseccomp> library = Libseccomp.load();
        assumeTrue(library.isPresent(), "no libseccomp.so.2 (libseccomp2): nothing to compare filters with");
        libseccomp = library.get();
        for (String name : table.names()) {
            // calls that are newer than the library, or numbers that it did not know yet
            if (!name.equals("socketcall") && !name.equals("ipc") && numbersAreTheSame(name)) {
                known.add(name);
            }
        }
        known.sort(null);
        known.add("no_such_call");
    }

    private boolean numbersAreTheSame(String name) {
        for (Abi abi : Abi.values()) {
            if (table.number(name, abi) != Math.max(libseccomp.number(name, abi), SyscallTable.ABSENT)) {
                return false;
            }
        }
        return true;
    }

    @Test
    void mostCallsHaveTheNumbersThatLibseccompKnows() {
        assertThat(known).hasSizeGreaterThan(430);
        for (String name : table.names()) {
            for (Abi abi : Abi.values()) {
                int theirs = libseccomp.number(name, abi);
                // the library lists what the kernel never had under a number, or gave one to later
                if (theirs >= 0 && table.number(name, abi) != SyscallTable.ABSENT) {
                    assertThat(theirs).as("%s on %s", name, abi).isEqualTo(table.number(name, abi));
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void verdictsAreTheSame(Arch kernel) throws IOException {
        assertThat(compare(kernel, 21, false)).isGreaterThan(PROFILES * 9 / 10);
    }

    @ParameterizedTest
    @EnumSource
    void verdictsAreTheSameWhereRulesContradictEachOther(Arch kernel) throws IOException {
        assertThat(compare(kernel, 22, true)).isGreaterThan(PROFILES / 2);
    }

    /** Returns how many profiles were compared. */
    private int compare(Arch kernel, int seed, boolean conflicts) throws IOException {
        var everywhere = new ArrayList<String>(known);
        everywhere.removeIf(name -> isMissing(name, kernel));
        var listed = new RandomProfile(new Random(seed), kernel, everywhere);
        var inTrees = new RandomProfile(new Random(seed), kernel, known);
        int compared = 0;
        for (int i = 0; i < PROFILES; i++) {
            RandomProfile profiles = i % 2 == 0 ? listed : inTrees;
            Seccomp profile = withoutOverlaps(profiles.next(conflicts));
            while (profiles == inTrees && calls(profile) <= LONGEST_LIST) {
                profile = withoutOverlaps(profiles.next(conflicts));
            }
            Optional<Bpf> theirs = libseccomp.compile(profile, kernel);
            Optional<Bpf> ours = compile(profile, kernel);
            if (theirs.isPresent() && ours.isPresent()) {
                compare(profiles, profile, kernel, theirs.get(), ours.get());
                compared++;
            } else {
                // what is refused for a contradiction here is refused there too
                assertThat(theirs).as(profile::toJson).isEmpty();
            }
        }
        return compared;
    }

    private boolean isMissing(String name, Arch kernel) {
        for (Abi abi : Abi.values()) {
            if (abi.kernel() == kernel && table.number(name, abi) == SyscallTable.ABSENT) {
                return true;
            }
        }
        return false;
    }

    private static int calls(Seccomp profile) {
        return profile.syscalls().stream()
                .mapToInt(syscall -> syscall.names().size())
                .sum();
    }

    /** The profile without those rules that compare what another rule of the same call does, but for by equality. */
    private static Seccomp withoutOverlaps(Seccomp profile) {
        Map<String, List<Seccomp.Arg>> compared = new HashMap<>();
        var syscalls = new ArrayList<Seccomp.Syscall>();
        for (Seccomp.Syscall syscall : profile.syscalls()) {
            var names = new ArrayList<String>();
            for (String name : syscall.names()) {
                List<Seccomp.Arg> before = compared.computeIfAbsent(name, n -> new ArrayList<>());
                if (!overlap(before, syscall.args())) {
                    before.addAll(syscall.args());
                    names.add(name);
                }
            }
            if (!names.isEmpty()) {
                syscalls.add(new Seccomp.Syscall(names, syscall.action(), syscall.errnoRet(), syscall.args()));
            }
        }
        return new Seccomp(
                profile.defaultAction(),
                profile.defaultErrnoRet(),
                profile.architectures(),
                profile.flags(),
                profile.listenerPath(),
                profile.listenerMetadata(),
                syscalls);
    }

    private static boolean overlap(List<Seccomp.Arg> before, List<Seccomp.Arg> args) {
        var all = new ArrayList<>(before);
        for (Seccomp.Arg arg : args) {
            for (Seccomp.Arg other : all) {
                boolean equality = arg.op() == Seccomp.Operator.EQ && other.op() == Seccomp.Operator.EQ;
                if (arg.index() == other.index() && !equality) {
                    return true;
                }
            }
            all.add(arg);
        }
        return false;
    }

    private static Optional<Bpf> compile(Seccomp profile, Arch kernel) {
        try {
            return Optional.of(new Bpf(SeccompFilter.compile(profile, kernel).program()));
        } catch (InvalidSpecException contradiction) {
            assertThat(contradiction).hasMessageContaining("another action for the same call");
            return Optional.empty();
        }
    }

    private void compare(RandomProfile profiles, Seccomp profile, Arch kernel, Bpf theirs, Bpf ours) {
        var evaluation = new Evaluation(profile, kernel, table);
        for (int j = 0; j < CALLS; j++) {
            Bpf.Data call = profiles.call(table);
            // what is newer than the profile is runc's addition, not the library's
            int expected = evaluation.isNewer(call) ? Verdict.NO_SUCH_CALL : theirs.run(call);
            assertThat(ours.run(call))
                    .as(() -> call + " by " + profile.toJson())
                    .isEqualTo(expected);
        }
    }
}
