/**
 * OCI images on this host: references, manifests, and the content store that keeps them. It knows nothing of
 * containers; what Java cannot do to files (locks that end with their owner, ownership, extended attributes, overlay
 * mounts) it asks of {@code dev.gatun.linux}.
 */
@NullMarked
package dev.gatun.image;

import org.jspecify.annotations.NullMarked;
