package dev.gatun.program;

import dev.gatun.linux.Block;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.Kernel;
import dev.gatun.linux.Structs;
import dev.gatun.linux.Terminal;
import dev.gatun.linux.Word;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How a terminal is set, and how it is set to be carried through (termios(3), cfmakeraw).
 *
 * @param saved as it is
 * @param raw with no key treated specially
 */
public record TerminalSettings(Block saved, Block raw) {
    /** Of a descriptor of this process; empty if it is no terminal. */
    public static Optional<TerminalSettings> of(Kernel kernel, int descriptor) {
        var saved = Block.buffer(Structs.TERMIOS_SIZE, "&saved");
        if (kernel.attempt(FileCalls.ioctl(Word.fd(descriptor), Terminal.TCGETS, saved)) < 0) {
            return Optional.empty();
        }
        int input = Terminal.IGNBRK
                | Terminal.BRKINT
                | Terminal.PARMRK
                | Terminal.ISTRIP
                | Terminal.INLCR
                | Terminal.IGNCR
                | Terminal.ICRNL
                | Terminal.IXON;
        int local = Terminal.ECHO | Terminal.ECHONL | Terminal.ICANON | Terminal.ISIG | Terminal.IEXTEN;
        int control = (saved.getInt32(Structs.TERMIOS_CONTROL) & ~(Terminal.CSIZE | Terminal.PARENB)) | Terminal.CS8;
        byte[] bytes = saved.getBytes(0, Structs.TERMIOS_SIZE);
        Block raw = Block.of(bytes, "{raw}")
                .int32(Structs.TERMIOS_INPUT, saved.getInt32(Structs.TERMIOS_INPUT) & ~input)
                .int32(Structs.TERMIOS_OUTPUT, saved.getInt32(Structs.TERMIOS_OUTPUT) & ~Terminal.OPOST)
                .int32(Structs.TERMIOS_CONTROL, control)
                .int32(Structs.TERMIOS_LOCAL, saved.getInt32(Structs.TERMIOS_LOCAL) & ~local);
        return Optional.of(new TerminalSettings(Block.of(bytes, "{saved}"), raw));
    }

    /** The rows and columns of a terminal; empty if the descriptor is none. */
    public static Optional<Size> size(Kernel kernel, int descriptor) {
        var size = Block.buffer(Structs.WINSIZE_SIZE, "&size");
        if (kernel.attempt(FileCalls.ioctl(Word.fd(descriptor), Terminal.TIOCGWINSZ, size)) < 0) {
            return Optional.empty();
        }
        return Optional.of(new Size(
                size.getInt16(Structs.WINSIZE_ROWS) & 0xffff, size.getInt16(Structs.WINSIZE_COLUMNS) & 0xffff));
    }

    /** The first of the standard descriptors that is a terminal; empty if none is. */
    public static OptionalInt window(Kernel kernel) {
        for (int descriptor = 0; descriptor < 3; descriptor++) {
            if (size(kernel, descriptor).isPresent()) {
                return OptionalInt.of(descriptor);
            }
        }
        return OptionalInt.empty();
    }

    /** The rows and columns of the terminal that the user sees; empty if there is none. */
    public static Optional<Size> size(Kernel kernel) {
        OptionalInt window = window(kernel);
        return window.isPresent() ? size(kernel, window.getAsInt()) : Optional.empty();
    }

    /** In characters. */
    public record Size(int rows, int columns) {}
}
