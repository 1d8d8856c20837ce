/**
 * The Linux kernel, typed: system call numbers, flags, structures and errors of x86-64 and AArch64.
 *
 * <p>A system call is a value here, a {@link dev.gatun.linux.Call}: {@link dev.gatun.linux.Kernel} makes it at once in
 * this process, a program of {@code dev.gatun.program} makes it later in another, and either prints it as strace would.
 * The only way out of Java is {@link dev.gatun.linux.NativeLibrary}, which has two back ends, Panama and JNA. What lives
 * here follows the section 2 man pages; what a container is does not belong here.
 */
@NullMarked
package dev.gatun.linux;

import org.jspecify.annotations.NullMarked;
