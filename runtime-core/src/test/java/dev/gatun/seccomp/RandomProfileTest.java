package dev.gatun.seccomp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.linux.Arch;
import dev.gatun.oci.InvalidSpecException;
import dev.gatun.oci.Seccomp;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Filters, run by {@link Bpf}, do what their profiles say. */
class RandomProfileTest {
    private static final int PROFILES = 300;
    private static final int CALLS = 200;
    private static final String TOO_LONG = "instructions, and the kernel takes at most 4096";

    private final SyscallTable table = SyscallTable.load();
    private final List<String> names = new ArrayList<>(table.names());

    RandomProfileTest() {
        // a second name for a call, and calls whose rules meet those of others
        names.removeAll(List.of("sync_file_range2", "socketcall", "ipc"));
        names.sort(null);
        names.add("no_such_call");
    }

    @ParameterizedTest
    @EnumSource
    void filtersDoWhatTheProfileSays(Arch kernel) {
        var random = new Random(17);
        var profiles = new RandomProfile(random, kernel, names);
        for (int i = 0; i < PROFILES; i++) {
            try {
                compare(profiles, profiles.next(false), kernel, 1);
            } catch (InvalidSpecException e) {
                assertThat(e).hasMessageContaining(TOO_LONG);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void oneOfTheRulesThatHoldDecides(Arch kernel) {
        var random = new Random(18);
        var profiles = new RandomProfile(random, kernel, names);
        int refused = 0;
        for (int i = 0; i < PROFILES; i++) {
            Seccomp profile = profiles.next(true);
            try {
                compare(profiles, profile, kernel, Integer.MAX_VALUE);
            } catch (InvalidSpecException e) {
                assertThat(e.getMessage())
                        .containsAnyOf("another action for the same call under the same conditions", TOO_LONG);
                refused++;
            }
        }
        assertThat(refused).isLessThan(PROFILES / 2);
    }

    private void compare(RandomProfile profiles, Seccomp profile, Arch kernel, int most) {
        var filter = new Bpf(SeccompFilter.compile(profile, kernel).program());
        filter.check();
        var evaluation = new Evaluation(profile, kernel, table);
        for (int j = 0; j < CALLS; j++) {
            Bpf.Data call = profiles.call(table);
            var expected = evaluation.verdicts(call);
            // an unconditional rule decides alone, and the first of several such
            assertThat(expected.size()).isLessThanOrEqualTo(most);
            assertThat(filter.run(call))
                    .as(() -> call + " by " + profile.toJson())
                    .isIn(expected);
        }
    }
}
