/** Optimisers and the schedule of the learning rate. */
@NullMarked
package dev.runyard.vision.train.optim;

import org.jspecify.annotations.NullMarked;
