/** The axes of a sweep as a search space: its dimensions, conditions and requirements, and random numbers that are functions of a seed. */
@NullMarked
package dev.runyard.spec.space;

import org.jspecify.annotations.NullMarked;
