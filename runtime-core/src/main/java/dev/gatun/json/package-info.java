/**
 * A small JSON reader and writer (RFC 8259) for files that a runtime reads and writes while a container starts.
 *
 * <p>It exists because a general library costs a cold JVM 15 to 25 ms, a third of what a start may take. A value read
 * here knows its place in the document, so an error can name it ({@code linux.namespaces[2].type}). What the documents
 * mean is not known here: see {@code dev.gatun.oci}.
 */
@NullMarked
package dev.gatun.json;

import org.jspecify.annotations.NullMarked;
