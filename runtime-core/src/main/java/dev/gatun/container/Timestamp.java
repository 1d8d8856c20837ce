package dev.gatun.container;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;

/** The time as RFC 3339 writes it. {@link Instant#toString} would set up all formats that Java knows: 2 ms of a cold start. */
final class Timestamp {
    private Timestamp() {}

    static String now() {
        return of(Instant.now());
    }

    static String of(Instant instant) {
        var time = LocalDateTime.ofEpochSecond(instant.getEpochSecond(), instant.getNano(), ZoneOffset.UTC);
        var text = new StringBuilder(30).append(time.toLocalDate());
        digits(text, 'T', 100 + time.getHour());
        digits(text, ':', 100 + time.getMinute());
        digits(text, ':', 100 + time.getSecond());
        digits(text, '.', 1_000_000_000 + time.getNano());
        return text.append('Z').toString();
    }

    /** All digits but the first, which keeps the zeros behind it. */
    private static void digits(StringBuilder out, char separator, int number) {
        String text = Integer.toString(number);
        out.append(separator).append(text, 1, text.length());
    }
}
