package dev.gatun.container;

import java.time.Duration;

/** Numbers as command lines have them. */
public final class Quantities {
    private static final String BYTE_UNITS = "kmgtp";
    private static final int UNIT_BITS = 10;
    private static final long BILLION = 1_000_000_000;

    private Quantities() {}

    /** Bytes: {@code 1024}, {@code 64m}, {@code 1.5g}, {@code 512kb}, {@code 2GiB}; −1 is no limit. */
    public static long bytes(String option, String text) {
        String lower = text.toLowerCase(java.util.Locale.ROOT);
        int end = lower.length();
        while (end > 0 && Character.isLetter(lower.charAt(end - 1))) {
            end--;
        }
        String unit = lower.substring(end);
        boolean known = unit.isEmpty()
                || unit.equals("b")
                || (BYTE_UNITS.indexOf(unit.charAt(0)) >= 0
                        && (unit.length() == 1
                                || unit.substring(1).equals("b")
                                || unit.substring(1).equals("ib")));
        if (!known) {
            throw wrong(option, text, "a number of bytes such as 64m or 1g");
        }
        int shift = unit.isEmpty() ? 0 : (BYTE_UNITS.indexOf(unit.charAt(0)) + 1) * UNIT_BITS;
        try {
            String number = lower.substring(0, end).strip();
            return number.indexOf('.') < 0
                    ? Math.multiplyExact(Long.parseLong(number), 1L << shift)
                    : (long) (Double.parseDouble(number) * (1L << shift));
        } catch (NumberFormatException | ArithmeticException e) {
            throw new ContainerException(message(option, text, "a number of bytes such as 64m or 1g"), e);
        }
    }

    /** A whole number. */
    public static long number(String option, String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new ContainerException(message(option, text, "a number"), e);
        }
    }

    /** How many billionths of a processor {@code 1.5} are. */
    public static long processors(String option, String text) {
        try {
            double count = Double.parseDouble(text);
            if (count > 0 && count < Integer.MAX_VALUE) {
                return (long) (count * BILLION);
            }
        } catch (NumberFormatException e) {
            throw new ContainerException(message(option, text, "a number of processors such as 0.5"), e);
        }
        throw wrong(option, text, "a number of processors such as 0.5");
    }

    /** A time: {@code 5s}, {@code 500ms}, {@code 1m}. */
    public static Duration time(String option, String text) {
        try {
            if (text.endsWith("ms")) {
                return Duration.ofMillis(Long.parseLong(text.substring(0, text.length() - 2)));
            }
            if (text.endsWith("s") || text.endsWith("m")) {
                double count = Double.parseDouble(text.substring(0, text.length() - 1));
                return Duration.ofMillis((long) (count * (text.endsWith("m") ? 60_000 : 1000)));
            }
        } catch (NumberFormatException e) {
            throw new ContainerException(message(option, text, "a time such as 5s or 500ms"), e);
        }
        throw wrong(option, text, "a time such as 5s or 500ms");
    }

    private static ContainerException wrong(String option, String text, String expected) {
        return new ContainerException(message(option, text, expected));
    }

    private static String message(String option, String text, String expected) {
        return option + ": \"" + text + "\" is not " + expected;
    }
}
