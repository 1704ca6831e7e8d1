/** Embeddings of images without any training. */
@NullMarked
package dev.runyard.vision.embed;

import org.jspecify.annotations.NullMarked;
