package dev.gatun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class TimestampTest {
    @Test
    void has_all_digits_even_if_they_are_zeros() {
        assertThat(Timestamp.of(Instant.parse("2026-01-02T03:04:00Z"))).isEqualTo("2026-01-02T03:04:00.000000000Z");
        assertThat(Timestamp.of(Instant.parse("2026-11-22T23:59:59.000001Z")))
                .isEqualTo("2026-11-22T23:59:59.000001000Z");
    }

    @Test
    void is_the_same_instant_when_it_is_read_again() {
        Instant instant = Instant.parse("2026-11-22T19:07:17.895713450Z");
        assertThat(Instant.parse(Timestamp.of(instant))).isEqualTo(instant);
    }

    @Test
    void now_is_now() {
        Instant before = Instant.now();
        assertThat(Instant.parse(Timestamp.now())).isBetween(before, Instant.now());
    }
}
