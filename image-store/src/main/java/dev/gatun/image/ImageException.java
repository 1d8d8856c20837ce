package dev.gatun.image;

import java.io.IOException;

/** What was asked of an image cannot be done; the message says what, with what, why, and what to do if that is known. */
public class ImageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ImageException(String message) {
        super(message);
    }

    public ImageException(String message, Throwable cause) {
        super(message, cause);
    }

    /** What was being done with files, and why that failed: the messages of Java's own exceptions often are but a path. */
    public static ImageException failed(String doing, IOException why) {
        return new ImageException(doing + ": " + StoreFiles.reason(why), why);
    }
}
