/** Images from and to files: OCI archives, docker-archives and OCI layout folders. */
@NullMarked
package dev.gatun.image.archive;

import org.jspecify.annotations.NullMarked;
