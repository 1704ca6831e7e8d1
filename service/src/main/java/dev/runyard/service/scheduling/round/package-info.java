/** Who goes next: the pure function, and what it decides by. */
@NullMarked
package dev.runyard.service.scheduling.round;

import org.jspecify.annotations.NullMarked;
