package dev.gatun.json;

import java.util.OptionalLong;

/**
 * Exact integers from JSON number tokens, which may be written as {@code 1000}, {@code 1e3} or {@code 1000.0}. Without
 * BigDecimal, whose static initialiser alone costs a cold JVM several milliseconds.
 */
final class JsonNumber {
    private static final int DIGITS_OF_UINT64 = 20;
    private static final int SAFE_DIGITS = 18;
    private static final int EXPONENT_LIMIT = 100_000;

    private JsonNumber() {}

    /** The value as a signed 64-bit integer; empty if it is a fraction or does not fit. */
    static OptionalLong int64(String token) {
        OptionalLong magnitude = magnitude(token);
        if (magnitude.isEmpty()) {
            return magnitude;
        }
        long value = isNegative(token) ? -magnitude.getAsLong() : magnitude.getAsLong();
        boolean fits = value == 0 || (value < 0) == isNegative(token);
        return fits ? OptionalLong.of(value) : OptionalLong.empty();
    }

    /** The value as an unsigned 64-bit integer; empty if it is negative, a fraction or does not fit. */
    static OptionalLong uint64(String token) {
        OptionalLong magnitude = magnitude(token);
        boolean negative = magnitude.isPresent() && magnitude.getAsLong() != 0 && isNegative(token);
        return negative ? OptionalLong.empty() : magnitude;
    }

    /** The absolute value, unsigned. */
    private static OptionalLong magnitude(String token) {
        String digits = digits(token);
        if (digits.isEmpty() || digits.length() > DIGITS_OF_UINT64) {
            return OptionalLong.empty();
        }
        try {
            return OptionalLong.of(Long.parseUnsignedLong(digits));
        } catch (NumberFormatException tooLarge) {
            return OptionalLong.empty();
        }
    }

    private static boolean isNegative(String token) {
        return token.charAt(0) == '-';
    }

    /** The digits of the absolute value without leading zeros; empty for a fraction, and for what is far too large. */
    private static String digits(String token) {
        int start = isNegative(token) ? 1 : 0;
        int end = mantissaEnd(token);
        int point = token.indexOf('.');
        if (end == token.length() && point < 0 && end - start <= SAFE_DIGITS) {
            return token.substring(start);
        }
        StringBuilder digits = new StringBuilder();
        digits.append(token, start, point < 0 ? end : point);
        int fraction = 0;
        if (point >= 0) {
            digits.append(token, point + 1, end);
            fraction = end - point - 1;
        }
        return shift(digits, exponent(token, end) - fraction);
    }

    private static int mantissaEnd(String token) {
        for (int i = 0; i < token.length(); i++) {
            if (token.charAt(i) == 'e' || token.charAt(i) == 'E') {
                return i;
            }
        }
        return token.length();
    }

    /** The exponent, held within a limit that is far beyond any 64-bit integer. */
    private static int exponent(String token, int mantissaEnd) {
        if (mantissaEnd == token.length()) {
            return 0;
        }
        boolean negative = token.charAt(mantissaEnd + 1) == '-';
        int exponent = 0;
        for (int i = mantissaEnd + 1; i < token.length(); i++) {
            char c = token.charAt(i);
            if (c != '-' && c != '+') {
                exponent = Math.min(EXPONENT_LIMIT, exponent * 10 + (c - '0'));
            }
        }
        return negative ? -exponent : exponent;
    }

    private static String shift(StringBuilder digits, int exponent) {
        trimLeadingZeros(digits);
        if (digits.charAt(0) == '0') {
            return "0";
        }
        int places = exponent;
        while (places < 0 && digits.charAt(digits.length() - 1) == '0') {
            digits.setLength(digits.length() - 1);
            places++;
        }
        if (places < 0 || digits.length() + places > DIGITS_OF_UINT64) {
            return "";
        }
        for (; places > 0; places--) {
            digits.append('0');
        }
        return digits.toString();
    }

    private static void trimLeadingZeros(StringBuilder digits) {
        int zeros = 0;
        while (zeros < digits.length() - 1 && digits.charAt(zeros) == '0') {
            zeros++;
        }
        digits.delete(0, zeros);
    }
}
