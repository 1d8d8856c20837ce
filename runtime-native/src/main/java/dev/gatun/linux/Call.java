package dev.gatun.linux;

import java.util.List;

/**
 * A system call as a value: it can be made now ({@link Kernel#call}), compiled into a program, or printed.
 *
 * @param syscall which
 * @param args at most six
 */
public record Call(Syscall syscall, List<Arg> args) {
    public Call {
        args = List.copyOf(args);
        if (args.size() > 6) {
            throw new IllegalArgumentException(syscall + " takes at most six arguments");
        }
    }

    public static Call of(Syscall syscall, Arg... args) {
        return new Call(syscall, List.of(args));
    }

    /** The call as strace writes it: {@code mkdirat(3, "proc", 0755)}. */
    @Override
    public String toString() {
        var out = new StringBuilder(64).append(syscall).append('(');
        for (int i = 0; i < args.size(); i++) {
            if (i > 0) {
                out.append(", ");
            }
            args.get(i).print(out);
        }
        return out.append(')').toString();
    }
}
