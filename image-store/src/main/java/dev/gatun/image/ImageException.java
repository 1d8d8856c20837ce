package dev.gatun.image;

/** What was asked of an image cannot be done; the message says what, with what, why, and what to do if that is known. */
public class ImageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ImageException(String message) {
        super(message);
    }

    public ImageException(String message, Throwable cause) {
        super(message, cause);
    }
}
