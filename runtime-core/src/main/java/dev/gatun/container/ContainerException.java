package dev.gatun.container;

/** What was asked of a container cannot be done; the message says what, with what, why, and what to do if that is known. */
public final class ContainerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ContainerException(String message) {
        super(message);
    }

    public ContainerException(String message, Throwable cause) {
        super(message, cause);
    }
}
