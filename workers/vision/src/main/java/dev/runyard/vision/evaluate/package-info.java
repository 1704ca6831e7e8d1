/** Trained runs judged on images that they were not trained on: accuracy, masks of classes, robustness. */
@NullMarked
package dev.runyard.vision.evaluate;

import org.jspecify.annotations.NullMarked;
