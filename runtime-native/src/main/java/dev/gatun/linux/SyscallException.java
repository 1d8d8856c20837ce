package dev.gatun.linux;

/** A system call failed: carries the call with its arguments in readable form, and errno. */
public final class SyscallException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String call;
    private final int errno;

    public SyscallException(String call, int errno) {
        super(call + ": " + Errno.describe(errno));
        this.call = call;
        this.errno = errno;
    }

    /** The call as strace writes it. */
    public String call() {
        return call;
    }

    /** The error number, e.g. 2 for ENOENT. */
    public int errno() {
        return errno;
    }

    /** Name and words of the error: {@code ENOENT (No such file or directory)}. */
    public String reason() {
        return Errno.describe(errno);
    }

    public boolean is(Errno expected) {
        return errno == expected.number();
    }
}
