package dev.gatun.container;

import dev.gatun.linux.Notation;
import dev.gatun.linux.Signal;
import java.util.Locale;

/** Signals as people and engines write them: {@code TERM}, {@code SIGTERM}, {@code 15}, {@code RTMIN+3}. */
public final class Signals {
    private static final int FIRST_REAL_TIME = 34;
    private static final int LAST = 64;

    private Signals() {}

    /** The signal's number. */
    public static int parse(String text) {
        String name = text.toUpperCase(Locale.ROOT);
        if (name.startsWith("SIG")) {
            name = name.substring("SIG".length());
        }
        int number = number(name);
        if (number < 0 || number > LAST || text.isEmpty()) {
            throw new ContainerException(
                    "unknown signal \"" + text + "\": give a name such as TERM, or a number up to " + LAST);
        }
        return number;
    }

    private static int number(String name) {
        if (name.startsWith("RTMIN+")) {
            return decimal(name.substring("RTMIN+".length()), FIRST_REAL_TIME);
        }
        if (name.startsWith("RTMAX-")) {
            int below = decimal(name.substring("RTMAX-".length()), 0);
            return below < 0 || LAST - below < FIRST_REAL_TIME ? -1 : LAST - below;
        }
        return switch (name) {
            case "RTMIN" -> FIRST_REAL_TIME;
            case "RTMAX" -> LAST;
            case "CLD" -> Signal.SIGCHLD;
            case "POLL" -> Signal.SIGIO;
            case "IOT" -> Signal.SIGABRT;
            default -> named(name);
        };
    }

    private static int named(String name) {
        for (int number = 1; number < FIRST_REAL_TIME - 2; number++) {
            if (Notation.SIGNAL.format(number).equals("SIG" + name)) {
                return number;
            }
        }
        return decimal(name, 0);
    }

    private static int decimal(String text, int base) {
        int value = 0;
        for (int i = 0; i < text.length(); i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9 || value > LAST) {
                return -1;
            }
            value = value * 10 + digit;
        }
        return text.isEmpty() ? -1 : base + value;
    }
}
