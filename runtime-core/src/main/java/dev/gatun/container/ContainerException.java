package dev.gatun.container;

import dev.gatun.program.Failure;
import java.util.Optional;

/** What was asked of a container cannot be done; the message says what, with what, why, and what to do if that is known. */
public sealed class ContainerException extends RuntimeException permits UnmappableException {
    private static final long serialVersionUID = 1L;

    private final transient Optional<Failure> failure;

    public ContainerException(String message) {
        super(message);
        this.failure = Optional.empty();
    }

    public ContainerException(String message, Throwable cause) {
        super(message, cause);
        this.failure = Optional.empty();
    }

    ContainerException(Failure failure) {
        super(Hints.explain(failure));
        this.failure = Optional.of(failure);
    }

    /** The op of the container's program that failed, if that is what happened. */
    public Optional<Failure> failure() {
        return failure;
    }
}
