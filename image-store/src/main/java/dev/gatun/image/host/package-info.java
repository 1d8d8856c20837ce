/** Images made of this host's own programs and their libraries, where no registry is at hand. */
@NullMarked
package dev.gatun.image.host;

import org.jspecify.annotations.NullMarked;
