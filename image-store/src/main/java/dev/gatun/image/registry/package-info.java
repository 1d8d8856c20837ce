/** Images from and to registries (OCI distribution-spec): names and where they lead, credentials, pull and push. */
@NullMarked
package dev.gatun.image.registry;

import org.jspecify.annotations.NullMarked;
