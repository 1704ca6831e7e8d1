/** What a machine has by name: data sets and weights, and the folders that a spec may name by their paths. */
@NullMarked
package dev.runyard.vision.place;

import org.jspecify.annotations.NullMarked;
