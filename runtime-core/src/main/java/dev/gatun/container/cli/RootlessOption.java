package dev.gatun.container.cli;

import dev.gatun.container.ContainerException;
import java.util.List;

/** The option {@code --rootless}: runc's word on control groups only; what a user may do is asked of the kernel. */
final class RootlessOption {
    /** As Go's strconv.ParseBool, which runc's callers write for. */
    private static final List<String> VALUES =
            List.of("", "auto", "1", "t", "T", "TRUE", "true", "True", "0", "f", "F", "FALSE", "false", "False");

    private RootlessOption() {}

    static void check(String value) {
        if (!VALUES.contains(value)) {
            throw new ContainerException("--rootless: \"" + value + "\" is not one of auto, true, false");
        }
    }
}
