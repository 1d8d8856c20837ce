/**
 * The real clients of a low-level runtime, on {@code gatun-oci}: podman, buildah, containerd and Docker's engine, each as
 * its users call it.
 *
 * <p>The runtime is the distribution's, or any other: {@code -Dgatun.clients.runtime=/usr/sbin/runc} tests the tests.
 * Every client works in a {@link dev.gatun.clients.Room} of its own. A client that is not installed is left out, and its
 * tests say so.
 */
@NullMarked
package dev.gatun.clients;

import org.jspecify.annotations.NullMarked;
