/**
 * OCI images on this host: references, manifests, the content store, the registry client, layers and their snapshots.
 * It knows nothing of containers; what Java cannot do to files (ownership, extended attributes, device nodes, overlay
 * mounts) it asks of {@code dev.gatun.linux}.
 */
@NullMarked
package dev.gatun.image;

import org.jspecify.annotations.NullMarked;
