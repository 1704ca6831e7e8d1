/** Sweeps: many runs from one description, kept inside a window; and checks of specs before anything is queued. */
@NullMarked
package dev.runyard.service.sweep;

import org.jspecify.annotations.NullMarked;
