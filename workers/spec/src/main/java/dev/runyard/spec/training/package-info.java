/** How a run trains: optimiser, schedule, checkpoints, augmentation and pretraining. */
@NullMarked
package dev.runyard.spec.training;

import org.jspecify.annotations.NullMarked;
