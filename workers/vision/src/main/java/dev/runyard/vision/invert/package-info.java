/** Prompt inversion (paper §3.3): latent prompts become pixels under the image, so that a model can be adapted that only takes images. */
@NullMarked
package dev.runyard.vision.invert;

import org.jspecify.annotations.NullMarked;
