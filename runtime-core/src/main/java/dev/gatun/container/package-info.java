/**
 * Containers: an OCI bundle is compiled to a syscall program, started, and kept track of on disk.
 *
 * <p>{@link dev.gatun.container.ContainerProgram} is the compiler, with one class for each concern of a container
 * ({@code *Ops}); {@link dev.gatun.container.Containers} is the life of containers: create, start, kill, delete, exec.
 * Everything that decides is here and runs before the program does; see runtime.md and config-linux.md of the
 * runtime-spec.
 */
@NullMarked
package dev.gatun.container;

import org.jspecify.annotations.NullMarked;
