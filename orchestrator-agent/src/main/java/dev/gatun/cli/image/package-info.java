/** The verbs of {@code gatun} for images, a class for each, and how they show what is going on. */
@NullMarked
package dev.gatun.cli.image;

import org.jspecify.annotations.NullMarked;
