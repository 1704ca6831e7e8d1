/** Sweeps: many runs from one description, kept inside a window. */
@NullMarked
package dev.runyard.service.sweep;

import org.jspecify.annotations.NullMarked;
