package dev.gatun.seccomp;

import dev.gatun.oci.InvalidSpecException;
import java.util.ArrayList;
import java.util.List;

/**
 * What happens to one call.
 *
 * <p>Rules are not tried in the order in which the profile lists them, but as libseccomp has them: a rule without
 * conditions covers all others wherever it stands (of several such the first counts), and the others are sorted, single
 * values before ranges ({@link Rule#compareTo}).
 */
final class Outcome {
    private int verdict;
    private boolean unconditional;
    private final List<Rule> rules = new ArrayList<>(1);

    /** The outcome that is {@code verdict} as long as no rule says otherwise. */
    Outcome(int verdict) {
        this.verdict = verdict;
    }

    void add(Rule rule) {
        if (unconditional) {
            return;
        }
        if (rule.conditions().isEmpty()) {
            rules.clear();
            verdict = rule.verdict();
            unconditional = true;
            return;
        }
        int at = 0;
        while (at < rules.size() && rules.get(at).compareTo(rule) < 0) {
            at++;
        }
        if (at == rules.size() || rules.get(at).compareTo(rule) != 0) {
            rules.add(at, rule);
        } else if (rules.get(at).verdict() != rule.verdict()) {
            // libseccomp: EEXIST
            throw new InvalidSpecException(
                    rule.path(),
                    "another action for the same call under the same conditions as in "
                            + rules.get(at).path());
        }
    }

    /** What happens if no rule holds. */
    int verdict() {
        return verdict;
    }

    /** In the order in which they are to be tried. */
    List<Rule> rules() {
        return rules;
    }

    boolean isConstant() {
        return rules.isEmpty();
    }
}
