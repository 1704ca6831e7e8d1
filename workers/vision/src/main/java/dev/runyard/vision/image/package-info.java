/** Pixels: decoding that trusts no file, Pillow's resampling to the bit, transforms and augmentations as pure functions. */
@NullMarked
package dev.runyard.vision.image;

import org.jspecify.annotations.NullMarked;
