/** What a trained run has learned, as numbers and pictures: shared information, t-SNE, tokens, library use, attention. */
@NullMarked
package dev.runyard.vision.analyse;

import org.jspecify.annotations.NullMarked;
