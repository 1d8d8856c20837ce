/**
 * Files below a folder that nobody trusts: reached by descriptors one name at a time, never by a path that a symbolic
 * link could turn elsewhere.
 */
@NullMarked
package dev.gatun.image.file;

import org.jspecify.annotations.NullMarked;
