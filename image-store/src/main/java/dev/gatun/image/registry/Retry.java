package dev.gatun.image.registry;

import dev.gatun.image.ImageException;
import dev.gatun.image.Progress;
import java.io.IOException;
import java.time.Duration;
import javax.net.ssl.SSLHandshakeException;

/** Counts the failures of one thing that is tried again and again. */
final class Retry {
    private final Backoff backoff;
    private final String what;
    private final Progress progress;
    private int failures;

    Retry(Backoff backoff, String what, Progress progress) {
        this.backoff = backoff;
        this.what = what;
        this.progress = progress;
    }

    /** It got on, so what failed before counts no more. */
    void reset() {
        failures = 0;
    }

    /** Waits after an answer that is no good, or throws it if it was the last one or no other is to be expected. */
    void failed(Answer<?> answer, Request request) {
        RegistryException refused = answer.refused(request);
        if (!answer.isPassing()) {
            throw refused;
        }
        pauseOrThrow(refused, "HTTP status " + answer.status(), answer.retryAfter());
    }

    /** Waits after a failure of the connection. */
    void failed(IOException failure) {
        String why = reason(failure);
        var wrapped = new ImageException(what + ": " + why, failure);
        // A certificate does not get better.
        if (failure instanceof SSLHandshakeException || Thread.currentThread().isInterrupted()) {
            throw wrapped;
        }
        pauseOrThrow(wrapped, why, Duration.ZERO);
    }

    private void pauseOrThrow(ImageException failure, String why, Duration asked) {
        failures++;
        if (failures >= backoff.attempts()) {
            throw failure;
        }
        Duration delay = backoff.delay(failures, asked);
        progress.retrying(what, why, delay);
        try {
            Thread.sleep(delay);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failure;
        }
    }

    /** The innermost message: Java's HTTP client wraps, and leaves the outer ones empty. */
    static String reason(Throwable failure) {
        String text = failure.getClass().getSimpleName();
        for (Throwable t = failure; t != null; t = t.getCause()) {
            if (t.getMessage() != null) {
                text = t.getMessage();
            } else if (t instanceof java.nio.channels.UnresolvedAddressException) {
                text = "the host's name has no address";
            } else if (t instanceof java.net.ConnectException) {
                text = "connection refused, or the host is not reached";
            }
        }
        return text;
    }
}
