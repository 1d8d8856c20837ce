package dev.gatun.image.layer.zstd;

import dev.gatun.image.ImageException;

/** The data is no zstd, damaged, or asks for what is refused. */
final class WrongData extends ImageException {
    private static final long serialVersionUID = 1L;

    WrongData(String what) {
        super("layer: wrong zstd data: " + what);
    }
}
