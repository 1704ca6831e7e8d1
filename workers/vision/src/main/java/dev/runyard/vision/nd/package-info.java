/** Arrays and the few operations that the networks need. What is differentiated goes through here, so that no scalar of the engine is freed before the backward pass. */
@NullMarked
package dev.runyard.vision.nd;

import org.jspecify.annotations.NullMarked;
