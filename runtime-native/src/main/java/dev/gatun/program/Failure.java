package dev.gatun.program;

import dev.gatun.linux.Errno;

/**
 * An op of a running program failed, and the program has ended.
 *
 * @param purpose what the op was for
 * @param call the call as strace writes it
 * @param errno the error number
 */
public record Failure(String purpose, String call, int errno) {
    /** {@code mount proc on /proc: EPERM (Operation not permitted)}. */
    @Override
    public String toString() {
        return purpose + ": " + Errno.describe(errno);
    }

    public boolean is(Errno expected) {
        return errno == expected.number();
    }
}
