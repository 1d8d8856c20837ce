/**
 * The OCI runtime specification 1.3.0 as immutable records: config.json ({@link dev.gatun.oci.RuntimeSpec}), the parts
 * of it that a runtime also reads alone ({@link dev.gatun.oci.Process}, {@link dev.gatun.oci.Resources}) and the state.
 *
 * <p>The constructors hold every rule that needs no machine to check and throw {@link
 * dev.gatun.oci.InvalidSpecException}; the {@code parse} and {@code from} methods throw {@code JsonException} with the
 * place in the document. A section whose absence means the same as its emptiness has an empty constant, {@code NONE}.
 * Sizes are bytes unless said otherwise. Only Linux is described. Nothing here touches a system.
 */
@NullMarked
package dev.gatun.oci;

import org.jspecify.annotations.NullMarked;
