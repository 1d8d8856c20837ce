package dev.gatun.image.registry;

import dev.gatun.image.ImageException;

/** A registry refused. */
public final class RegistryException extends ImageException {
    private static final long serialVersionUID = 1L;

    private final int status;

    RegistryException(int status, String message) {
        super(message);
        this.status = status;
    }

    /** Of HTTP. */
    public int status() {
        return status;
    }

    /** Whether it has no such thing, or shows it to nobody like us: registries often do not tell the two apart. */
    boolean isAbsent() {
        return status == 404;
    }
}
