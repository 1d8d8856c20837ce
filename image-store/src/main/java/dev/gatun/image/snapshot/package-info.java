/** Snapshots: unpacked layers on disk, and the overlay mounts that make root file systems of them. */
@NullMarked
package dev.gatun.image.snapshot;

import org.jspecify.annotations.NullMarked;
