package dev.gatun.seccomp;

import java.util.List;

/**
 * What happens to a call if all of some conditions hold.
 *
 * @param conditions at most one for each argument, in the order of the arguments
 * @param path where the profile has it, for error messages
 */
record Rule(List<Condition> conditions, int verdict, String path) implements Comparable<Rule> {
    /** The order in which libseccomp tries rules; 0 for rules with the same conditions. */
    @Override
    public int compareTo(Rule other) {
        int shared = Math.min(conditions.size(), other.conditions.size());
        for (int i = 0; i < shared; i++) {
            int order = conditions.get(i).compareTo(other.conditions.get(i));
            if (order != 0) {
                return order;
            }
        }
        // of two that begin alike the shorter one covers the longer one
        return Integer.compare(conditions.size(), other.conditions.size());
    }
}
