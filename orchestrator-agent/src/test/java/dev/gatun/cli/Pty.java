package dev.gatun.cli;

import static dev.gatun.cli.Gatun.KERNEL;
import static org.assertj.core.api.Assertions.fail;

import dev.gatun.linux.Block;
import dev.gatun.linux.Call;
import dev.gatun.linux.Fcntl;
import dev.gatun.linux.Fd;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.ProcessCalls;
import dev.gatun.linux.Structs;
import dev.gatun.linux.Syscall;
import dev.gatun.linux.Terminal;
import dev.gatun.linux.Word;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A user at a terminal: a pseudo-terminal whose one end is typed at and read, and whose other end a command gets. */
public final class Pty implements AutoCloseable {
    private static final int CHUNK = 4096;
    private static final int PATIENCE_SECONDS = 20;

    private final Fd master;
    /** Keeps the terminal there, with its settings, when no command has it open. */
    private final Fd slave;

    private final StringBuilder shown = new StringBuilder();
    private int read;

    public Pty(int rows, int columns) {
        int flags = Fcntl.O_RDWR | Fcntl.O_NOCTTY | Fcntl.O_CLOEXEC;
        master = new Fd(
                KERNEL, KERNEL.call(FileCalls.openat(FileCalls.CURRENT_DIRECTORY, "/dev/ptmx", flags, 0)), "master");
        KERNEL.call(FileCalls.ioctl(master, Terminal.TIOCSPTLCK, new Block(Integer.BYTES, "[0]")));
        slave = new Fd(KERNEL, KERNEL.call(FileCalls.ioctl(master, Terminal.TIOCGPTPEER, Word.of(flags))), "slave");
        resize(rows, columns);
    }

    /** Gives the window another size; the command in the foreground is told with SIGWINCH. */
    public void resize(int rows, int columns) {
        var size = new Block(Structs.WINSIZE_SIZE, "size")
                .int16(Structs.WINSIZE_ROWS, rows)
                .int16(Structs.WINSIZE_COLUMNS, columns);
        KERNEL.call(FileCalls.ioctl(master, Terminal.TIOCSWINSZ, size));
    }

    /** Starts a command in a session of its own, with this as its controlling terminal. */
    Gatun.Running start(Gatun gatun, String... words) {
        return gatun.start(gatun.builder(commandLine(Gatun.commandLine(words))));
    }

    /** The words that start a command in a session of its own, with this as its controlling terminal. */
    public List<String> commandLine(List<String> command) {
        return commandLine("exec setsid --ctty \"$@\" <>\"$0\" >&0 2>&0", command);
    }

    /** As {@link #start(Gatun, String...)}, by a shell's words: {@code $0} is the terminal and {@code $@} the command. */
    Gatun.Running start(Gatun gatun, String shell, List<String> commandLine) {
        return gatun.start(gatun.builder(commandLine(shell, commandLine)));
    }

    private List<String> commandLine(String shell, List<String> command) {
        var number = Block.buffer(Integer.BYTES, "&number");
        KERNEL.call(FileCalls.ioctl(master, Terminal.TIOCGPTN, number));
        var words = new ArrayList<>(List.of("sh", "-c", shell, "/dev/pts/" + number.getInt32(0)));
        words.addAll(command);
        return words;
    }

    /** How the terminal is set (TCGETS). */
    List<Byte> settings() {
        var settings = Block.buffer(Structs.TERMIOS_SIZE, "&settings");
        KERNEL.call(FileCalls.ioctl(slave, Terminal.TCGETS, settings));
        var bytes = new ArrayList<Byte>();
        for (byte b : settings.getBytes(0, Structs.TERMIOS_SIZE)) {
            bytes.add(b);
        }
        return bytes;
    }

    /** Whether keys are passed on one by one. */
    boolean isRaw() {
        var settings = Block.buffer(Structs.TERMIOS_SIZE, "&settings");
        KERNEL.call(FileCalls.ioctl(slave, Terminal.TCGETS, settings));
        return (settings.getInt32(Structs.TERMIOS_LOCAL) & Terminal.ICANON) == 0;
    }

    /** What was typed and is not read yet, once input is passed on as it comes. */
    int unread() {
        var count = Block.buffer(Integer.BYTES, "&count");
        KERNEL.call(FileCalls.ioctl(slave, 0x541B, count));
        return count.getInt32(0);
    }

    public void type(String keys) {
        byte[] rest = keys.getBytes(StandardCharsets.UTF_8);
        while (rest.length > 0) {
            int written = (int) KERNEL.call(FileCalls.write(master, Block.of(rest, "keys")));
            rest = Arrays.copyOfRange(rest, written, rest.length);
        }
    }

    /** Waits until {@code text} is shown, behind what was waited for before. */
    public Pty await(String text) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        int searched = read;
        while (shown.indexOf(text, searched) < 0) {
            searched = Math.max(read, shown.length() - text.length());
            if (System.nanoTime() > end) {
                fail("\"" + text + "\" is not shown after " + PATIENCE_SECONDS + " s: "
                        + shown.substring(Math.max(read, shown.length() - 500)));
            }
            show(100);
        }
        read = shown.indexOf(text, searched) + text.length();
        return this;
    }

    /** All that was ever shown. */
    String shown() {
        while (show(0)) {
            // more may be there
        }
        return shown.toString();
    }

    private boolean show(int timeoutMillis) {
        if (KERNEL.call(ProcessCalls.ppollReadable(master, timeoutMillis)) == 0) {
            return false;
        }
        var buffer = Block.buffer(CHUNK, "&shown");
        int length = (int) KERNEL.call(Call.of(Syscall.READ, master, buffer, Word.of(CHUNK)));
        shown.append(new String(buffer.getBytes(0, length), StandardCharsets.ISO_8859_1));
        return true;
    }

    @Override
    public void close() {
        slave.close();
        master.close();
    }
}
