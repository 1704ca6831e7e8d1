/** What a training goes on from: checkpoints and the identity they are bound to. */
@NullMarked
package dev.runyard.vision.train.state;

import org.jspecify.annotations.NullMarked;
