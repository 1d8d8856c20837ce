/** Zstandard, decompression only: what a channel gives as frames to what was packed in them, in bounded memory. */
@NullMarked
package dev.gatun.image.layer.zstd;

import org.jspecify.annotations.NullMarked;
