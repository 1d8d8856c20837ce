package dev.gatun.seccomp;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * The numbers of all system calls on every {@link Abi}, from a text that {@code scripts/syscall-tables} makes of the
 * kernel's own: a line for each name, and in it a number or {@code -} for each interface.
 */
final class SyscallTable {
    static final int ABSENT = -1;

    private static final String RESOURCE = "syscalls.txt";
    private static final int COLUMNS = Abi.values().length;

    private final Map<String, int[]> numbers = new HashMap<>(1024);

    private SyscallTable() {}

    /** The table that comes with Gatun. */
    static SyscallTable load() {
        try (InputStream text = SyscallTable.class.getResourceAsStream(RESOURCE)) {
            if (text == null) {
                throw new IllegalStateException(RESOURCE + " is missing from the module");
            }
            return parse(text.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static SyscallTable parse(byte[] text) {
        var table = new SyscallTable();
        int at = 0;
        while (at < text.length) {
            int end = at;
            while (text[end] != '\n') {
                end++;
            }
            if (text[at] != '#') {
                table.addLine(text, at);
            }
            at = end + 1;
        }
        return table;
    }

    /** Adds the line from {@code start} on; by hand, as this is on the way of every container's start. */
    private void addLine(byte[] text, int start) {
        int at = start;
        while (text[at] != ' ') {
            at++;
        }
        String name = new String(text, start, at - start, StandardCharsets.ISO_8859_1);
        var columns = new int[COLUMNS];
        for (int i = 0; i < COLUMNS; i++) {
            int number = ABSENT;
            byte next = text[++at];
            while (next > ' ') {
                if (next != '-') {
                    number = Math.max(number, 0) * 10 + next - '0';
                }
                next = text[++at];
            }
            columns[i] = number;
        }
        numbers.put(name, columns);
    }

    /** The number of a call as a filter sees it, or {@link #ABSENT} if the interface has no call of that name. */
    int number(String name, Abi abi) {
        int[] columns = numbers.get(name);
        if (columns == null || columns[abi.column()] == ABSENT) {
            return ABSENT;
        }
        return columns[abi.column()] + abi.base();
    }

    /** All names. */
    Set<String> names() {
        return numbers.keySet();
    }
}
