/** From embeddings to scores of classes. */
@NullMarked
package dev.runyard.vision.method.head;

import org.jspecify.annotations.NullMarked;
