/** Checks of specs before anything is queued. */
@NullMarked
package dev.runyard.service.check;

import org.jspecify.annotations.NullMarked;
