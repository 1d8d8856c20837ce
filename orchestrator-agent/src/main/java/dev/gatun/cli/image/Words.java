package dev.gatun.cli.image;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;

/** Numbers, times and tables for people. */
final class Words {
    static final int ID_DIGITS = 12;

    private static final String[] UNITS = {"B", "kB", "MB", "GB", "TB"};
    private static final double STEP = 1000;

    private Words() {}

    /** A size as podman writes it, {@code 12.3 MB}. */
    static String bytes(long count) {
        double value = count;
        int unit = 0;
        while (value >= STEP && unit < UNITS.length - 1) {
            value /= STEP;
            unit++;
        }
        return String.format(
                Locale.ROOT, unit == 0 ? "%.0f %s" : value < 100 ? "%.1f %s" : "%.0f %s", value, UNITS[unit]);
    }

    /** How long ago, {@code 3 hours ago}; empty for a time that nobody noted. */
    static String age(String time) {
        try {
            Duration age = Duration.between(Instant.parse(time), Instant.now());
            if (age.toDays() > 0) {
                return ago(age.toDays(), "day");
            }
            if (age.toHours() > 0) {
                return ago(age.toHours(), "hour");
            }
            return age.toMinutes() > 0 ? ago(age.toMinutes(), "minute") : ago(Math.max(0, age.toSeconds()), "second");
        } catch (DateTimeParseException unknown) {
            return "";
        }
    }

    private static String ago(long count, String unit) {
        return count + " " + unit + (count == 1 ? "" : "s") + " ago";
    }

    /** Columns as wide as what is in them. */
    static String table(List<List<String>> rows) {
        int columns = rows.getFirst().size();
        var widths = new int[columns];
        for (List<String> row : rows) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        var out = new StringBuilder();
        for (List<String> row : rows) {
            var line = new StringBuilder();
            for (int i = 0; i < columns; i++) {
                line.append(row.get(i)).repeat(' ', widths[i] - row.get(i).length() + 2);
            }
            out.append(line.toString().stripTrailing()).append('\n');
        }
        return out.toString();
    }
}
