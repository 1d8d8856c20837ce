/**
 * The command {@code gatun}, for people: run something isolated, see how that is done, keep it as a file.
 *
 * <p>One class for each verb; the frame, from parsing to exit status, is that of {@code gatun-oci}.
 */
@NullMarked
package dev.gatun.cli;

import org.jspecify.annotations.NullMarked;
