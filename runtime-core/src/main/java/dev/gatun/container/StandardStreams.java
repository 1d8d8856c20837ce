package dev.gatun.container;

/** What a container's standard input, output and error are, if it has no terminal. */
public enum StandardStreams {
    /** The caller's own. */
    CALLERS,
    /** The caller's output and error; nothing to read. */
    NO_INPUT,
    /** {@code /dev/null}: a container that is left alone may not keep its caller's pipes open. */
    NONE
}
