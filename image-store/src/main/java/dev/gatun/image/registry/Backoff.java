package dev.gatun.image.registry;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How often and when something is tried again: after a time that doubles, and of which up to a half is left to chance,
 * so that many clients of a registry that was away do not come back at once.
 *
 * @param attempts in all
 * @param first the time after the first failure
 * @param longest the time is never more than this, unless the server asks for more
 * @param patience the longest time that a server may ask for
 */
public record Backoff(int attempts, Duration first, Duration longest, Duration patience, RandomGenerator random) {
    /** Gives a registry some half a minute to come back. */
    public static Backoff standard() {
        return new Backoff(
                7, Duration.ofMillis(500), Duration.ofSeconds(15), Duration.ofMinutes(2), RandomGenerator.getDefault());
    }

    /**
     * The time to wait.
     *
     * @param failures how many there were, 1 or more
     * @param asked by the server, or zero
     */
    Duration delay(int failures, Duration asked) {
        long doubled = first.toMillis() << Math.min(failures - 1, 20);
        long limited = Math.min(doubled, longest.toMillis());
        long own = limited - random.nextLong(limited / 2 + 1);
        return Duration.ofMillis(Math.max(own, Math.min(asked.toMillis(), patience.toMillis())));
    }
}
