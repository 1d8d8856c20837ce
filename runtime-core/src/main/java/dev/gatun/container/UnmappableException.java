package dev.gatun.container;

/** The owners that a file system shows cannot be mapped by the kernel. */
final class UnmappableException extends ContainerException {
    private static final long serialVersionUID = 1;

    UnmappableException(String message, Throwable cause) {
        super(message, cause);
    }
}
