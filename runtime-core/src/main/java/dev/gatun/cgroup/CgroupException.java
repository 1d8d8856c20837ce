package dev.gatun.cgroup;

/** A control group cannot be made, limited or acted on; the message says which, and what to do. */
public final class CgroupException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public CgroupException(String message) {
        super(message);
    }

    public CgroupException(String message, Throwable cause) {
        super(message, cause);
    }
}
