package dev.gatun.image.layer;

/**
 * How a layer is unpacked.
 *
 * @param overlay what removed files are marked with
 * @param owners whether files get the owners that the archive says; without, they are the caller's, and devices and
 *     attributes that the caller may not set are left out
 */
public record UnpackRules(Limits limits, OverlayForm overlay, boolean owners) {
    /** For root. */
    public static final UnpackRules PRIVILEGED = new UnpackRules(Limits.DEFAULT, OverlayForm.TRUSTED, true);

    /** For everybody else: whoever mounts the layers owns all files. */
    public static final UnpackRules UNPRIVILEGED = new UnpackRules(Limits.DEFAULT, OverlayForm.USER, false);

    /** For root of a user namespace, to whom the owners are mapped. */
    public static final UnpackRules MAPPED = new UnpackRules(Limits.DEFAULT, OverlayForm.USER, true);

    public UnpackRules withLimits(Limits other) {
        return new UnpackRules(other, overlay, owners);
    }
}
