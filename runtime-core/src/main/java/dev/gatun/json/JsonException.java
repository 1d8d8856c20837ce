package dev.gatun.json;

/**
 * A document that is not JSON, or that holds something else than was asked for. The message says where: as {@code line
 * 3, column 14} for a fault of syntax, as a path such as {@code process.user.uid} for a wrong value.
 */
public final class JsonException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** An error whose message already says where in the document it is. */
    public JsonException(String message) {
        super(message);
    }
}
