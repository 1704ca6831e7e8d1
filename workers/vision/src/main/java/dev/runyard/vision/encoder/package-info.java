/** A frozen model as an interface: embeddings and gradients, computed here or by a server that alone holds the weights. */
@NullMarked
package dev.runyard.vision.encoder;

import org.jspecify.annotations.NullMarked;
