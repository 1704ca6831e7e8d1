/** Files that somebody else named, opened safely, and what may be said about their content. */
@NullMarked
package dev.runyard.vision.file;

import org.jspecify.annotations.NullMarked;
