package dev.gatun.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.oci.DeviceRule;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Device rules, and the eBPF programs made of them, which are run here by a small interpreter; needs no root. */
class DeviceRulesTest {
    private static final GroupPaths.Place PLACE = new GroupPaths.Place(1, "devices", "/d", "/x");
    private static final int READ_WRITE = DeviceRules.Access.READ | DeviceRules.Access.WRITE;

    private static DeviceRule rule(boolean allow, DeviceRule.Type type, long major, long minor, String access) {
        return new DeviceRule(allow, type, OptionalLong.of(major), OptionalLong.of(minor), access);
    }

    private static final DeviceRule DENY_ALL = rule(false, DeviceRule.Type.ALL, -1, -1, "rwm");
    private static final DeviceRule ALLOW_ALL = rule(true, DeviceRule.Type.ALL, -1, -1, "rwm");

    private static boolean allows(DeviceRules rules, boolean block, int major, int minor, int access) {
        return EbpfInterpreter.run(DeviceFilter.of(rules).bytes(), block ? 1 : 2, access, major, minor) == 1;
    }

    @Test
    void theDefaultsAreAlwaysAllowed() {
        for (List<DeviceRule> rules : List.of(List.<DeviceRule>of(), List.of(DENY_ALL))) {
            DeviceRules all = DeviceRules.of(rules);
            assertThat(allows(all, false, 1, 3, READ_WRITE)).isTrue();
            assertThat(allows(all, false, 136, 77, READ_WRITE)).isTrue();
            assertThat(allows(all, false, 1, 1, DeviceRules.Access.MKNOD)).isTrue();
            assertThat(allows(all, false, 1, 1, DeviceRules.Access.READ)).isFalse();
            assertThat(allows(all, true, 8, 0, READ_WRITE)).isFalse();
        }
    }

    @Test
    void aLaterRuleGoesBeforeAnEarlierOne() {
        DeviceRules rules = DeviceRules.of(List.of(
                DENY_ALL,
                rule(true, DeviceRule.Type.BLOCK, 8, 0, "rw"),
                rule(false, DeviceRule.Type.BLOCK, 8, 0, "w")));

        assertThat(allows(rules, true, 8, 0, DeviceRules.Access.READ)).isTrue();
        assertThat(allows(rules, true, 8, 0, DeviceRules.Access.WRITE)).isFalse();
        assertThat(allows(rules, true, 8, 0, READ_WRITE)).isFalse();
    }

    @Test
    void allButSome() {
        DeviceRules rules = DeviceRules.of(List.of(ALLOW_ALL, rule(false, DeviceRule.Type.CHARACTER, 1, 1, "w")));

        assertThat(allows(rules, false, 1, 1, DeviceRules.Access.READ)).isTrue();
        assertThat(allows(rules, false, 1, 1, READ_WRITE)).isFalse();
        assertThat(allows(rules, true, 1, 1, READ_WRITE)).isTrue();
    }

    @Test
    void noHoleIsPunchedInARuleAboutMany() {
        assertThatThrownBy(() -> DeviceRules.of(List.of(
                        rule(true, DeviceRule.Type.CHARACTER, 4, -1, "rw"),
                        rule(false, DeviceRule.Type.CHARACTER, 4, 64, "r"))))
                .isInstanceOf(CgroupException.class)
                .hasMessageContaining("linux.resources.devices[1]: c 4:64 r");
        assertThatThrownBy(() -> DeviceRules.of(List.of(rule(true, DeviceRule.Type.BLOCK, 1, 1, ""))))
                .hasMessageContaining("devices[0].access: missing");
    }

    @Test
    void aGroupOfVersion1IsChangedWithoutAGap() {
        DeviceRules now = DeviceRules.of(List.of(rule(true, DeviceRule.Type.BLOCK, 8, 0, "rw")));
        DeviceRules then = DeviceRules.of(
                List.of(rule(true, DeviceRule.Type.BLOCK, 8, 0, "r"), rule(true, DeviceRule.Type.BLOCK, 8, 1, "r")));

        assertThat(RecordedSteps.of(then.changes(now, PLACE)))
                .containsExactly("b 8:0 w > /d/x/devices.deny", "b 8:1 r > /d/x/devices.allow");
        assertThat(then.changes(then, PLACE)).isEmpty();
        assertThat(RecordedSteps.of(then.changes(DeviceRules.parse("a *:* rwm\n"), PLACE)))
                .startsWith("a > /d/x/devices.deny");
    }

    /** devices.list shows them in the order in which they were written, and the specification has them in the listed one. */
    @Test
    void theRulesAreWrittenInTheListedOrderAndTheDefaultsBehindThem() {
        DeviceRules rules = DeviceRules.of(List.of(
                DENY_ALL,
                rule(true, DeviceRule.Type.CHARACTER, 10, 229, "rwm"),
                rule(true, DeviceRule.Type.BLOCK, 8, 20, "rw"),
                rule(true, DeviceRule.Type.BLOCK, 10, 200, "r"),
                rule(true, DeviceRule.Type.CHARACTER, 1, 3, "r")));

        assertThat(RecordedSteps.of(rules.changes(DeviceRules.parse("a *:* rwm\n"), PLACE)))
                .startsWith(
                        "a > /d/x/devices.deny",
                        "c 10:229 rwm > /d/x/devices.allow",
                        "b 8:20 rw > /d/x/devices.allow",
                        "b 10:200 r > /d/x/devices.allow",
                        "c 1:3 rwm > /d/x/devices.allow",
                        "c *:* m > /d/x/devices.allow");
    }

    @Test
    void whatVersion1ListsIsReadAgain() {
        DeviceRules rules = DeviceRules.parse("c 1:3 rwm\nb *:* m\nc 136:* rw\n");

        assertThat(allows(rules, false, 136, 4, READ_WRITE)).isTrue();
        assertThat(allows(rules, true, 5, 4, DeviceRules.Access.MKNOD)).isTrue();
        assertThat(allows(rules, true, 5, 4, DeviceRules.Access.READ)).isFalse();
    }

    /** Random rules without holes: the program and the rules, one after the other, must come to the same. */
    @Test
    void programsDecideAsTheRulesDo() {
        for (int seed = 0; seed < 300; seed++) {
            var random = new Random(seed);
            var list = new ArrayList<DeviceRule>();
            list.add(random.nextBoolean() ? ALLOW_ALL : DENY_ALL);
            for (int i = random.nextInt(6); i > 0; i--) {
                list.add(rule(
                        random.nextBoolean(),
                        random.nextBoolean() ? DeviceRule.Type.BLOCK : DeviceRule.Type.CHARACTER,
                        200 + random.nextInt(2),
                        random.nextInt(2),
                        List.of("r", "w", "rw", "rwm").get(random.nextInt(4))));
            }
            DeviceRules rules = DeviceRules.of(list);
            for (int question = 0; question < 56; question++) {
                boolean block = (question & 1) != 0;
                int major = 200 + (question >> 1 & 1);
                int minor = question >> 2 & 1;
                int access = 1 + (question >> 3);
                assertThat(allows(rules, block, major, minor, access))
                        .as("seed %d: %s, %s %d:%d %d", seed, list, block, major, minor, access)
                        .isEqualTo(oneAfterTheOther(list, block, major, minor, access));
            }
        }
    }

    /** Every kind of access alone; what is asked for together must all be allowed. */
    private static boolean oneAfterTheOther(List<DeviceRule> rules, boolean block, int major, int minor, int access) {
        for (int bit = 1; bit <= DeviceRules.Access.WRITE; bit <<= 1) {
            if ((access & bit) == 0) {
                continue;
            }
            boolean allowed = false;
            boolean denyMode = false;
            for (DeviceRule rule : rules) {
                boolean all = rule.type() == DeviceRule.Type.ALL;
                denyMode = all ? !rule.allow() : denyMode;
                boolean matches = all
                        || ((rule.type() == DeviceRule.Type.BLOCK) == block
                                && rule.major().orElseThrow() == major
                                && rule.minor().orElseThrow() == minor
                                && (DeviceRules.Access.of(rule.access()).bits() & bit) != 0);
                allowed = matches ? rule.allow() : allowed;
            }
            // making nodes is allowed to every container
            if (!allowed && !(bit == DeviceRules.Access.MKNOD && denyMode)) {
                return false;
            }
        }
        return true;
    }
}
