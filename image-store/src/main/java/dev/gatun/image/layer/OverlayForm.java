package dev.gatun.image.layer;

import java.nio.charset.StandardCharsets;

/**
 * How overlayfs marks what a layer removes (Documentation/filesystems/overlayfs.rst): a name by a character device 0:0, a
 * folder's content below by an extended attribute.
 */
public enum OverlayForm {
    /** For who has CAP_SYS_ADMIN in the initial user namespace. */
    TRUSTED("trusted.overlay."),
    /** For mounts with the option userxattr (Linux 5.11), which anybody may make in a user namespace. */
    USER("user.overlay."),
    /** That of fuse-overlayfs(1), which reads the other ones, too. */
    FUSE("user.fuseoverlayfs.");

    static final byte[] YES = "y".getBytes(StandardCharsets.US_ASCII);

    /** What an archive marks a removed name with, and a folder that hides all below it. */
    static final String WHITEOUT = ".wh.";

    static final String OPAQUE = ".wh..wh..opq";
    /** AUFS's own files. */
    static final String AUFS = ".wh..wh.";

    private final String prefix;

    OverlayForm(String prefix) {
        this.prefix = prefix;
    }

    /** The attribute of a folder that hides what layers below have in it. */
    public String opaque() {
        return prefix + "opaque";
    }

    /**
     * Whether an attribute is overlayfs's own in any form. In an archive it would let a layer show files of another
     * place (trusted.overlay.redirect), so none is ever unpacked.
     */
    public static boolean isReserved(String attribute) {
        for (OverlayForm form : values()) {
            if (attribute.startsWith(form.prefix)) {
                return true;
            }
        }
        return false;
    }
}
