package dev.gatun.image;

import java.util.Collection;

/**
 * Somebody who needs images that may have no name any more: containers, snapshots. Who begins to use one keeps a
 * {@link Lease} on it until what this gives has it.
 */
@FunctionalInterface
public interface InUse {
    /** The manifests that are in use; all that they point to is, too. */
    Collection<Descriptor> manifests();
}
