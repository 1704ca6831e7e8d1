/** Files of weights: their entries, their makers' configurations, and whose layout they follow. */
@NullMarked
package dev.runyard.vision.backbone.weights;

import org.jspecify.annotations.NullMarked;
