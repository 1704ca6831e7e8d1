/** How good it is: the scores of each part and of sets the training did not see. */
@NullMarked
package dev.runyard.vision.train.score;

import org.jspecify.annotations.NullMarked;
