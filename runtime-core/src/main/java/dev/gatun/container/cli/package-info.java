/**
 * The command {@code gatun-oci}: one class for each verb, which turns arguments into one call of the runtime; and the
 * frame that {@code gatun} shares, from parsing to exit status.
 *
 * <p>Callers read what it prints: {@code runtime.md} of the runtime-spec and runc's own behaviour are the contract.
 */
@NullMarked
package dev.gatun.container.cli;

import org.jspecify.annotations.NullMarked;
