/** One training: the loop, its optimiser and schedule, checkpoints, and what listeners hear of it. */
@NullMarked
package dev.runyard.vision.train;

import org.jspecify.annotations.NullMarked;
