/**
 * Layers: tar archives, packed or not, to folders in overlayfs's form, and back. Archives come from strangers: whatever one
 * says, nothing outside the folder is touched.
 *
 * @see <a href="https://github.com/opencontainers/image-spec/blob/main/layer.md">OCI image-spec, layer.md</a>
 */
@NullMarked
package dev.gatun.image.layer;

import org.jspecify.annotations.NullMarked;
