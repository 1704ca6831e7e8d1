/** How points are taken from a search space: pure functions of the space, a seed, and what was drawn before. */
@NullMarked
package dev.runyard.spec.sampler;

import org.jspecify.annotations.NullMarked;
