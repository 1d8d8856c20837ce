/**
 * Control groups: which hierarchies a host has, what a container's settings become in them, and what can be done with a
 * group while it is there. Versions 1 and 2 and their mixtures; the kernel's own words are in
 * Documentation/admin-guide/cgroup-v1 and cgroup-v2.rst.
 *
 * <p>Compiling settings is pure: it gives writes to files, which a container's program makes, or Java at once.
 */
@NullMarked
package dev.gatun.cgroup;

import org.jspecify.annotations.NullMarked;
