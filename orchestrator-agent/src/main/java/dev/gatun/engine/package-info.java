/**
 * Containers of images: an image's layers and configuration on one side, what the runtime starts on the other. It prints
 * nothing and parses no arguments.
 */
@NullMarked
package dev.gatun.engine;

import org.jspecify.annotations.NullMarked;
