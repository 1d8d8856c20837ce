/**
 * Syscall programs: lists of system calls that a process with nothing in it executes.
 *
 * <p>A {@link dev.gatun.program.ProgramBuilder} collects ops, {@link dev.gatun.program.Program} is the finished list, an
 * {@link dev.gatun.program.Image} is it as a static ELF file, and a {@link dev.gatun.program.Launcher} starts that and
 * keeps a {@link dev.gatun.program.Channel} to it. What the calls are for is the business of who builds the program.
 */
@NullMarked
package dev.gatun.program;

import org.jspecify.annotations.NullMarked;
