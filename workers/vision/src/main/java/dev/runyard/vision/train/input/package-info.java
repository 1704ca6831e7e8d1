/** What goes into a training: options, opened data sets, batches, features kept. */
@NullMarked
package dev.runyard.vision.train.input;

import org.jspecify.annotations.NullMarked;
