package dev.gatun.network;

import dev.gatun.linux.Errno;

/** The kernel refused what was asked of it: carries what that was, errno, and the kernel's own words if it had any. */
public final class NetworkException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int errno;

    /**
     * A refusal.
     *
     * @param purpose what was asked for: {@code switch on eth0}
     * @param words the kernel's, or nothing
     */
    NetworkException(String purpose, int errno, String words) {
        super(purpose + ": " + Errno.describe(errno) + (words.isEmpty() ? "" : ": " + words));
        this.errno = errno;
    }

    /** Whether it was for this reason. */
    public boolean is(Errno expected) {
        return errno == expected.number();
    }
}
