/** Which of the files belong to which part and class: one reader for each way in which data sets are laid out. */
@NullMarked
package dev.runyard.vision.data.layout;

import org.jspecify.annotations.NullMarked;
